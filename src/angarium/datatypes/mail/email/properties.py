"""The properties of Email and of EmailBodyPart: names, groups and defaults (RFC 8621 §4.1, §4.2, §4.9)."""

from typing import Final

from angarium.engine.errors import invalid_arguments
from angarium.engine.shapes import Problem, Shape, list_of, text
from angarium.formats.json import JSON
from angarium.formats.message import is_body_property, parse_header_property

HEADER_PROPERTIES: Final = (
    "messageId",
    "inReplyTo",
    "references",
    "sender",
    "from",
    "to",
    "cc",
    "bcc",
    "replyTo",
    "subject",
    "sentAt",
)

BODY_LISTS: Final = ("textBody", "htmlBody", "attachments")

DEFAULT_GET: Final = (
    "id",
    "blobId",
    "threadId",
    "mailboxIds",
    "keywords",
    "size",
    "receivedAt",
    *HEADER_PROPERTIES,
    "hasAttachment",
    "preview",
    "bodyValues",
    *BODY_LISTS,
)

DEFAULT_PARSE: Final = (*HEADER_PROPERTIES, "hasAttachment", "preview", "bodyValues", *BODY_LISTS)

EVERY_PROPERTY: Final = (*DEFAULT_GET, "bodyStructure", "headers")


def is_header_property(name: str) -> bool:
    """Whether a name is a `header:*` property in a form that the field may have."""
    return parse_header_property(name) is not None


def _body_property(value: JSON) -> Problem | None:
    if isinstance(value, str) and (is_body_property(value)):
        return None
    return Problem("", "must be a property of EmailBodyPart")


MOST_BODY_PROPERTIES: Final = 100
"""Names of one call: each costs something for every part of every email."""

BODY_PROPERTIES: Final[Shape] = list_of(_body_property, MOST_BODY_PROPERTIES)
PROPERTIES: Final[Shape] = list_of(text)


def check_parse_properties(names: list[str]) -> None:
    """MethodError invalidArguments for a name that is no property of Email."""
    unknown = [name for name in names if name not in EVERY_PROPERTY and not is_header_property(name)]
    if unknown:
        raise invalid_arguments(f"properties: Email has no {', '.join(unknown[:10])}")
