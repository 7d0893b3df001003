"""Invitations that travel: iTIP (RFC 5546) between accounts of this server, and by mail (RFC 6047)."""

from angarium.flows.schedule.changing import Schedule
from angarium.flows.schedule.reception import Reception
from angarium.flows.schedule.sending import Sender

__all__ = ["Reception", "Schedule", "Sender"]
