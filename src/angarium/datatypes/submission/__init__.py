"""Sending mail (RFC 8621 §6 and §7): the queue of what is to be sent."""

from angarium.datatypes.submission.envelope import Address, Envelope
from angarium.datatypes.submission.queue import enqueue

__all__ = ["Address", "Envelope", "enqueue"]
