"""Reports about messages: multipart/report with its text for people, its fields for programs, and what it is about.

Knows the frame that disposition notifications and delivery status share (RFC 6522), no field of either.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from angarium.formats.message.bodytext import body_value
from angarium.formats.message.draft import BodyPart, DraftHeader
from angarium.formats.message.header_block import split_fields
from angarium.formats.message.header_text import text_form
from angarium.formats.message.headerbuild import build_header
from angarium.formats.message.transfer import decode_prefix
from angarium.formats.message.values import Header, Message, Octets, Part

LONGEST_FIELDS: Final = 1 << 18
"""Octets that are read of the fields of a report and of the header that it returns, still encoded."""

_RETURNED: Final = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"})
_BLANK_LINE: Final = re.compile(rb"\r?\n[ \t]*\r?\n")

Fields: TypeAlias = Sequence[tuple[str, str]]
"""Names and decoded values, in order."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says: its text, its groups of fields, and the header of the message that it is about."""

    text: str | None
    groups: tuple[Fields, ...]
    original: tuple[Header, ...]


def read_report(data: Octets, message: Message, kind: str) -> Report | None:
    """The report in a message whose fields are of the media type `message/{kind}`; None when it has none.

    The frame itself is not insisted on: many programs send the fields in some other multipart.
    """
    parts = list(message.structure.walk())
    at = next((at for at, part in enumerate(parts) if part.type in (f"message/{kind}", f"message/global-{kind}")), None)
    if at is None:
        return None
    text = next((part for part in parts[:at] if part.type == "text/plain"), None)
    returned = next((part for part in parts[at + 1 :] if part.type in _RETURNED), None)
    blocks = _BLANK_LINE.split(decode_prefix(data, parts[at], LONGEST_FIELDS))
    return Report(
        text=body_value(data, text).value if text else None,
        groups=tuple(group for group in map(_group, blocks) if group),
        original=_header(data, returned) if returned else (),
    )


def field(group: Fields, name: str) -> str | None:
    """The value of the first field of that name."""
    return next((value for known, value in group if known.lower() == name.lower()), None)


def report_body(kind: str, text: str, groups: Sequence[Fields], returned: BodyPart | None = None) -> BodyPart:
    """A report as the body of a message, with what it returns of the message that it is about.

    Raises InvalidHeader for what no field can hold.
    """
    blocks = [
        b"".join(line for name, value in group for line in build_header(DraftHeader(name, "Text", value)))
        for group in groups
    ]
    parts = (BodyPart(content=text), BodyPart(f"message/{kind}", b"\r\n".join(blocks)))
    typed = DraftHeader("Content-Type", "Raw", f" multipart/report; report-type={kind}")
    return BodyPart("multipart/report", sub_parts=(*parts, *((returned,) if returned else ())), headers=(typed,))


def _group(block: bytes) -> Fields:
    return tuple((header.name, text_form(header.raw)) for header in split_fields(block)[0])


def _header(data: Octets, part: Part) -> tuple[Header, ...]:
    return split_fields(_BLANK_LINE.split(decode_prefix(data, part, LONGEST_FIELDS), 1)[0])[0]
