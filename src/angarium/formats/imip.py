"""Messages of iTIP inside of mail, both ways: the calendar in a message, and the body that carries one (RFC 6047).

What comes is as its sender wrote it: valid JSCalendar but for a start that is missing where it may be, and for the rest
to be judged by who takes it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, cast

from angarium.formats.errors import FormatError
from angarium.formats.json import JSON, dumps
from angarium.formats.message import BodyPart, DraftHeader, Message, Octets, Part, decode_body

LARGEST: Final = 1_000_000
"""Octets of a calendar that is looked at, and of the JSON of an event in it."""

_MAY_LACK_START: Final = frozenset({"reply", "cancel", "refresh"})
"""Methods that name an event without saying when it is (RFC 5546 §3.2.3, §3.2.5, §3.2.6)."""

_MOST_EVENTS: Final = 100
_MOST_PARTS: Final = 50
_TYPE: Final = "text/calendar"
_PRODUCT: Final = "-//Angarium//JMAP//EN"
_MOST_EMBEDDED: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Invitation:
    """A message of iTIP: its method in lower case, its events of one uid, what its sender says beside."""

    method: str
    events: tuple[dict[str, JSON], ...]
    comment: str | None = None


def read(data: Octets, message: Message) -> Invitation | None:
    """The first calendar with a method in a message; None for one without."""
    for number, part in enumerate(message.structure.walk()):
        if number >= _MOST_PARTS:
            return None
        if part.type == _TYPE and 0 < part.size <= LARGEST and (found := _read(data, part)) is not None:
            return found
    return None


def _read(data: Octets, part: Part) -> Invitation | None:
    from angarium.formats.icalendar import parse  # most mail has no calendar in it

    try:
        calendar = parse(decode_body(data, part))
    except FormatError:
        return None
    filling: dict[str, JSON] = {"start": "1970-01-01T00:00:00"} if calendar.method in _MAY_LACK_START else {}
    events = [entry for entry in calendar.entries[:_MOST_EVENTS] if _is_event(entry, filling)]
    if calendar.method is None or not events:
        return None
    # RFC 5546 §3.2: one uid in a message.
    together = tuple(event for event in events if event["uid"] == events[0]["uid"])
    return Invitation(calendar.method, together, next(_comments(events[0]), None))


def _is_event(entry: dict[str, JSON], filling: dict[str, JSON]) -> bool:
    """Whether it is a valid event, with what it need not say filled in, that is not too large and names no blob.

    Blobs are of this server's accounts.
    """
    from angarium.formats.jscalendar import check

    if entry.get("@type") != "Event" or not entry.get("uid") or _names_blob(entry):
        return False
    return len(dumps(entry)) <= LARGEST and not check({**filling, **entry})


def _names_blob(value: JSON) -> bool:
    if isinstance(value, list):
        return any(map(_names_blob, value))
    return isinstance(value, dict) and ("blobId" in value or any(map(_names_blob, value.values())))


def _comments(event: dict[str, JSON]) -> Iterator[str]:
    """COMMENT has no place in JSCalendar: it is kept as jCal."""
    kept = event.get("iCalendar")
    properties = kept.get("properties") if isinstance(kept, dict) else None
    for each in cast("list[JSON]", properties or []):
        if isinstance(each, list) and len(each) > 3 and each[0] == "comment" and isinstance(each[3], str):
            yield each[3]


def body(text: str, method: str, events: Sequence[dict[str, JSON]], contents: dict[str, bytes]) -> BodyPart:
    """The body that carries a message: to be read by people, by calendars, and by those who save it as a file.

    `contents` are the octets of blobs that the events name. Raises FormatError.
    """
    from angarium.formats.icalendar import write

    room = _MOST_EMBEDDED

    def fetch(blob_id: str) -> bytes | None:
        nonlocal room
        found = contents.get(blob_id)
        room -= len(found or b"")
        return found if room >= 0 else None

    written = write(events, _PRODUCT, method, fetch=fetch, lossless=False)
    declared = DraftHeader("Content-Type", "Text", f"{_TYPE}; method={method.upper()}; component=VEVENT")
    calendar = BodyPart(_TYPE, written.decode("utf-8", "replace"), headers=(declared,))
    alternative = BodyPart("multipart/alternative", sub_parts=(BodyPart(content=text), calendar))
    file = BodyPart("application/ics", written, disposition="attachment", name="invite.ics")
    return BodyPart("multipart/mixed", sub_parts=(alternative, file))
