"""Properties that are one value each: a row says what becomes what, both ways.

draft-ietf-calext-jscalendar-icalendar §2.3; the tables of §2.1.1, §2.2.3 and §2.2.5. A value that cannot be read leaves
the property to be kept.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from angarium.formats import duration, objects
from angarium.formats.contentline import Line, escape, unescape
from angarium.formats.icalendar import moments
from angarium.formats.icalendar.draft import Draft, Notes
from angarium.formats.json import JSON

_NUMBER: Final = re.compile(r"\s*\+?(\d{1,15})\s*\Z", re.ASCII)
_COLOR: Final = re.compile(r"#[0-9A-Fa-f]{6}\Z|[A-Za-z]+\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """A property, the member that it becomes, and both ways; `kind` is the VALUE that must be written."""

    name: str
    member: str
    read: Callable[[str], JSON]
    write: Callable[[JSON], str]
    kind: str = ""


def _text(value: str) -> JSON:
    return unescape(value) or None


def _write_text(value: JSON) -> str:
    return escape(str(value))


def _number(most: int) -> Callable[[str], JSON]:
    def read(value: str) -> JSON:
        found = _NUMBER.match(value)
        return int(found[1]) if found and int(found[1]) <= most else None

    return read


def _word(check: objects.Check) -> Callable[[str], JSON]:
    def read(value: str) -> JSON:
        word = value.strip().lower()
        return None if not word or check(word) else word

    return read


def _mapped(table: Mapping[str, str]) -> tuple[Callable[[str], JSON], Callable[[JSON], str]]:
    back = {value: name for name, value in table.items()}
    return lambda value: table.get(value.strip().upper()), lambda value: back.get(str(value), "")


def _color(value: str) -> JSON:
    return value.strip() if _COLOR.match(value.strip()) else None


def _uri(value: str) -> JSON:
    return None if objects.uri(value.strip()) else value.strip()


def _duration(value: str) -> JSON:
    text = value.strip()
    if duration.is_duration(text):
        return text
    found = duration.parse(text.upper())
    return None if found is None or min(found) < 0 else duration.write(found)


def _upper(value: JSON) -> str:
    return str(value).upper()


def _utc(value: JSON) -> str:
    return moments.from_utc_text(str(value))


_CLASS = _mapped({"PUBLIC": "public", "PRIVATE": "private", "CONFIDENTIAL": "secret"})
_TRANSP = _mapped({"OPAQUE": "busy", "TRANSPARENT": "free"})
_COMMON: Final = (
    Row("UID", "uid", _text, _write_text),
    Row("COLOR", "color", _color, str),
    Row("CREATED", "created", moments.to_utc_text, _utc),
)
_ENTRY: Final = (
    *_COMMON,
    Row("DTSTAMP", "updated", moments.to_utc_text, _utc),
    Row("SEQUENCE", "sequence", _number(2**31 - 1), str),
    Row("CLASS", "privacy", *_CLASS),
    Row("TRANSP", "freeBusyStatus", *_TRANSP),
    Row("PRIORITY", "priority", _number(9), str),
)
EVENT: Final = (*_ENTRY, Row("STATUS", "status", _word(objects.one_of("confirmed cancelled tentative")), _upper))
PERCENT: Final = Row("PERCENT-COMPLETE", "percentComplete", _number(100), str)
TASK: Final = (
    *_ENTRY,
    Row(
        "STATUS",
        "progress",
        _word(objects.one_of("needs-action in-process completed failed cancelled")),
        _upper,
    ),
    PERCENT,
    Row("ESTIMATED-DURATION", "estimatedDuration", _duration, str),
)
GROUP: Final = (
    *_COMMON,
    Row("LAST-MODIFIED", "updated", moments.to_utc_text, _utc),
    Row("SOURCE", "source", _uri, str, "URI"),
)
BY_NAME: Final = MappingProxyType(
    {kind: {row.name: row for row in rows} for kind, rows in (("Event", EVENT), ("Task", TASK), ("Group", GROUP))}
)


def read(draft: Draft, row: Row, line: Line) -> None:
    """Set the member, the first time and when the value can be read; else keep the property, unless it is empty."""
    value = row.read(line.value) if row.member not in draft.made else None
    if value is not None:
        draft.made[row.member] = value
        draft.converted(row.member, line)
    elif line.value.strip():
        draft.keep(line)


def write(rows: tuple[Row, ...], made: dict[str, JSON], notes: Notes) -> list[Line]:
    """The lines of the members that the rows know."""
    lines = []
    for row in rows:
        value = made.get(row.member)
        if value is not None and (text := row.write(value)):
            parameters = notes.parameters(row.member, row.name)
            lines.append(Line(row.name, text, {**parameters, "VALUE": [row.kind]} if row.kind else parameters))
    return lines
