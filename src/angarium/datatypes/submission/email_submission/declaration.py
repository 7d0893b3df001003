"""EmailSubmission as the engine runs it: properties, filters, sorts, arguments (RFC 8621 §7)."""

from typing import Final

from angarium.datatypes.submission.email_submission.following import ARGUMENTS, then_set_emails
from angarium.datatypes.submission.email_submission.status import KIND, PENDING, UNDO, indexes
from angarium.datatypes.submission.email_submission.writer import EmailSubmissionWriter
from angarium.datatypes.submission.sending import SUBMISSION, Sending
from angarium.engine.declare import DataType, Filter, Lookup, Property, Sort
from angarium.engine.queries import RecordQuerier, moment
from angarium.engine.records import RecordObjects
from angarium.engine.shapes import (
    Shape,
    an_object,
    identifier,
    list_of,
    map_of,
    nullable,
    one_of,
    record_of,
    text,
    utc_date,
)
from angarium.store.contract import Comparison

_PREFIX: Final = "S"
_ADDRESS: Final[Shape] = record_of(
    {"email": text, "parameters": nullable(map_of(text, nullable(text)))}, required=("email",)
)
_ENVELOPE: Final[Shape] = record_of(
    {"mailFrom": _ADDRESS, "rcptTo": list_of(_ADDRESS)}, required=("mailFrom", "rcptTo")
)
_FILTERS: Final = (
    Filter("identityIds", list_of(identifier), Lookup("identityId")),
    Filter("emailIds", list_of(identifier), Lookup("emailId")),
    Filter("threadIds", list_of(identifier), Lookup("threadId")),
    Filter("undoStatus", one_of(UNDO), Lookup("undoStatus")),
    Filter("before", utc_date, Lookup("sendAt", Comparison.BELOW, moment)),
    Filter("after", utc_date, Lookup("sendAt", Comparison.FROM, moment)),
)
_SORTS: Final = (
    Sort("emailId", collations=()),
    Sort("threadId", collations=()),
    Sort("sentAt", collations=(), index="sendAt"),  # RFC 8621 §7.3 calls it that
    Sort("sendAt", collations=()),
)


def email_submission_type(sending: Sending) -> DataType:
    """The declaration of EmailSubmission."""
    objects = RecordObjects(KIND, _PREFIX, indexes)
    return DataType(
        name=KIND,
        capability=SUBMISSION,
        properties=(
            Property("id", identifier, server_set=True, immutable=True),
            Property("identityId", identifier, immutable=True, references="Identity"),
            Property("emailId", identifier, immutable=True, references="Email"),
            Property("threadId", identifier, server_set=True, immutable=True),
            Property("envelope", nullable(_ENVELOPE), None, immutable=True),
            Property("sendAt", utc_date, server_set=True, immutable=True),
            Property("undoStatus", one_of(UNDO), PENDING),
            Property("deliveryStatus", nullable(an_object), server_set=True),
            Property("dsnBlobIds", list_of(identifier), server_set=True),
            Property("mdnBlobIds", list_of(identifier), server_set=True),
            Property("envelopeId", text, server_set=True, private=True),
            Property("messageIds", list_of(text), server_set=True, private=True),
        ),
        reader=objects,
        writer=EmailSubmissionWriter(sending, objects),
        querier=RecordQuerier(KIND, _FILTERS, _SORTS),
        filters=_FILTERS,
        sorts=_SORTS,
        arguments={"set": ARGUMENTS},
        before_set=then_set_emails,
    )
