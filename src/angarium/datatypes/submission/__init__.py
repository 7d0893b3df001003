"""Sending mail (RFC 8621 §6 and §7): Identity, EmailSubmission, and the queue of what is to be sent."""

from angarium.datatypes.submission.email_submission import email_submission_type
from angarium.datatypes.submission.envelope import Address, Envelope
from angarium.datatypes.submission.identity import identity_type
from angarium.datatypes.submission.queue import enqueue
from angarium.datatypes.submission.sending import SUBMISSION, Sending, submission_capability
from angarium.engine.declare import Capability, DataType

__all__ = ["SUBMISSION", "Address", "Envelope", "Sending", "capabilities", "enqueue", "types"]


def types(sending: Sending) -> tuple[DataType, ...]:
    """The data types of sending."""
    return (identity_type(sending.domains), email_submission_type(sending))


def capabilities(sending: Sending) -> tuple[Capability, ...]:
    """What the Session tells of sending."""
    return (submission_capability(sending),)
