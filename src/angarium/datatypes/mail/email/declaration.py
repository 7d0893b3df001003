"""Email as the engine runs it: properties, filters, sorts, arguments (RFC 8621 §4)."""

from dataclasses import replace
from typing import Final

from angarium.datatypes.mail.email import filing
from angarium.datatypes.mail.email.copy import EmailCopier
from angarium.datatypes.mail.email.creating import EmailPreparer
from angarium.datatypes.mail.email.properties import BODY_LISTS, DEFAULT_GET, is_header_property
from angarium.datatypes.mail.email.query import EmailQuerier
from angarium.datatypes.mail.email.reader import EmailReader
from angarium.datatypes.mail.email.view import BODY_ARGUMENTS
from angarium.datatypes.mail.email.writer import EmailWriter
from angarium.datatypes.mail.keywords import KEYWORDS, keyword
from angarium.datatypes.mail.readings import Readings
from angarium.engine.ahead import prepared_creates
from angarium.engine.declare import Argument, DataType, Filter, Property, Sort
from angarium.engine.shapes import (
    Problem,
    Shape,
    an_object,
    anything,
    boolean,
    date,
    identifier,
    list_of,
    map_of,
    nullable,
    record_of,
    text,
    unsigned,
    utc_date,
)
from angarium.formats.json import JSON

_ADDRESSES: Final[Shape] = nullable(list_of(record_of({"name": nullable(text), "email": text}, required=("email",))))
_MESSAGE_IDS: Final[Shape] = nullable(list_of(text))
_PARTS: Final[Shape] = nullable(list_of(an_object))
_COLLAPSE: Final = Argument("collapseThreads", boolean, False)
_READER: Final = EmailReader()


def _header_filter(value: JSON) -> Problem | None:
    if isinstance(value, list) and 1 <= len(value) <= 2 and all(isinstance(item, str) for item in value) and value[0]:
        return None
    return Problem("", "must be an array of the name of a header field and, where wanted, a text")


_HEADER_SHAPES: Final = {
    "messageId": _MESSAGE_IDS,
    "inReplyTo": _MESSAGE_IDS,
    "references": _MESSAGE_IDS,
    "sender": _ADDRESSES,
    "from": _ADDRESSES,
    "to": _ADDRESSES,
    "cc": _ADDRESSES,
    "bcc": _ADDRESSES,
    "replyTo": _ADDRESSES,
    "subject": nullable(text),
    "sentAt": nullable(date),
}

_FILTER_SHAPES: Final = {
    "inMailbox": identifier,
    "inMailboxOtherThan": list_of(identifier),
    "before": utc_date,
    "after": utc_date,
    "minSize": unsigned,
    "maxSize": unsigned,
    "allInThreadHaveKeyword": keyword,
    "someInThreadHaveKeyword": keyword,
    "noneInThreadHaveKeyword": keyword,
    "hasKeyword": keyword,
    "notKeyword": keyword,
    "hasAttachment": boolean,
    "text": text,
    "from": text,
    "to": text,
    "cc": text,
    "bcc": text,
    "subject": text,
    "body": text,
    "header": _header_filter,
}

_FOLDED: Final = ("i;ascii-casemap", "i;unicode-casemap")
"""What the stored sort keys can serve: case and compatibility forms are gone from them (`ingest.sort_key`)."""

SORTS: Final = (
    Sort("receivedAt"),
    Sort("size"),
    Sort("from", collations=_FOLDED),
    Sort("to", collations=_FOLDED),
    Sort("subject", collations=_FOLDED),
    Sort("sentAt"),
    Sort("hasKeyword", keyword=True),
    Sort("allInThreadHaveKeyword", keyword=True),
    Sort("someInThreadHaveKeyword", keyword=True),
)


def email_type(capability: str, readings: Readings | None = None) -> DataType:
    """The declaration of Email under the capability of mail; `readings` is of emails that were read to be copied."""
    copier = EmailCopier(readings or Readings())
    kind = DataType(
        name="Email",
        capability=capability,
        brief=True,
        properties=(
            Property("id", identifier, server_set=True, immutable=True),
            Property("blobId", identifier, server_set=True, immutable=True),
            Property("threadId", identifier, server_set=True, immutable=True),
            Property("mailboxIds", filing.MAILBOX_IDS, references="Mailbox"),
            Property("keywords", KEYWORDS, {}),
            Property("size", unsigned, server_set=True, immutable=True),
            Property("receivedAt", filing.RECEIVED_AT, None, immutable=True),
            *(Property(name, shape, None, immutable=True) for name, shape in _HEADER_SHAPES.items()),
            Property("hasAttachment", boolean, server_set=True, immutable=True),
            Property("preview", text, server_set=True, immutable=True),
            Property("headers", anything, server_set=True, immutable=True),
            Property("bodyStructure", nullable(an_object), None, immutable=True),
            Property("bodyValues", nullable(map_of(text, an_object)), None, immutable=True),
            *(Property(name, _PARTS, None, immutable=True) for name in BODY_LISTS),
        ),
        reader=_READER,
        writer=EmailWriter(_READER),
        querier=EmailQuerier(),
        copier=copier,
        filters=tuple(Filter(name, shape) for name, shape in _FILTER_SHAPES.items()),
        sorts=(*SORTS, Sort("id", private=True)),  # which the dialect from before RFC 8620 has
        default_properties=DEFAULT_GET,
        more_properties=is_header_property,
        arguments={"get": BODY_ARGUMENTS, "query": (_COLLAPSE,)},
    )
    return replace(kind, ahead={"set": prepared_creates(kind, EmailPreparer()), "copy": copier.ahead})
