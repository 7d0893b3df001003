"""Sending mail (RFC 8621 §6 to §8): Identity, EmailSubmission, VacationResponse, and the queue of what leaves."""

from angarium.datatypes.submission.email_submission import email_submission_type
from angarium.datatypes.submission.envelope import Address, Envelope
from angarium.datatypes.submission.identity import identity_type
from angarium.datatypes.submission.mdn import mdn_capability, mdn_methods
from angarium.datatypes.submission.queue import enqueue
from angarium.datatypes.submission.sending import SUBMISSION, Sending, submission_capability
from angarium.datatypes.submission.vacation_response import vacation_capability, vacation_response_type
from angarium.engine.declare import Capability, DataType, Method

__all__ = ["SUBMISSION", "Address", "Envelope", "Sending", "capabilities", "enqueue", "methods", "types"]


def types(sending: Sending) -> tuple[DataType, ...]:
    """The data types of sending."""
    return (identity_type(sending.domains), email_submission_type(sending), vacation_response_type())


def capabilities(sending: Sending) -> tuple[Capability, ...]:
    """What the Session tells of sending."""
    return (submission_capability(sending), vacation_capability(), mdn_capability())


def methods(sending: Sending, mail: str) -> tuple[Method, ...]:
    """The methods of sending beyond the standard ones; `mail` is the capability of the emails that they change."""
    return mdn_methods(sending, mail)
