"""How mail is delivered here: our domains and the stages after the store, the same for LMTP and the command line.

Apart from the rest of the server's parts, so that a command need not load all of them.
"""

import secrets

from angarium.app.config import Config
from angarium.datatypes.principals import Domains
from angarium.datatypes.submission import Sending
from angarium.flows.deliver import Pipeline
from angarium.flows.feedback import note_feedback
from angarium.flows.schedule import Reception, Sender
from angarium.flows.vacation import Vacation


def token() -> str:
    """Random text that nobody can guess."""
    return secrets.token_hex(12)


def sending(config: Config) -> Sending:
    """What may be sent."""
    return Sending(
        domains=Domains(config.mail.domains),
        relay=config.relay.host is not None,
        max_size=config.limits.max_size_upload,
        max_recipients=config.queue.max_recipients,
        max_delay=config.queue.max_delay,
        recipients_per_hour=config.queue.recipients_per_hour,
    )


def invitations(config: Config) -> Sender:
    """How invitations are sent, by users and in answer to mail."""
    return Sender(sending(config), token)


def compose_pipeline(config: Config) -> Pipeline:
    """How mail is delivered, by LMTP, by the command line, and from one user to another."""
    domains = Domains(config.mail.domains)
    reception = Reception(invitations(config), config.schedule.trusted_authserv_ids)
    return Pipeline(domains, (note_feedback, reception, Vacation(domains, token)))
