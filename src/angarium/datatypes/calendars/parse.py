"""CalendarEvent/parse (JMAP calendars §5.13): blobs looked at as iCalendar, without storing anything.

Attachments that stand in a file stay `data:` URIs, for a blob would have to be written. What a message of iTIP is for
stands in `method`.
"""

from datetime import UTC
from typing import Final

from angarium.datatypes.blobs import PARSE_ARGUMENTS, Blob, listed, octets, parse_blobs
from angarium.datatypes.calendars.reader import utc_time
from angarium.datatypes.calendars.times import INSTEAD
from angarium.engine.call import Call
from angarium.engine.declare import Access, Method, Response
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON

MOST_BLOBS: Final = 10
"""In one call."""

_OF_STORE: Final = ("id", "baseEventId", "calendarIds", "isDraft", "isOrigin")
"""Properties that only an event in the store has: null here."""


def _parsed(blob: Blob) -> list[dict[str, JSON]]:
    from angarium.formats.icalendar import parse  # most servers are never asked

    try:
        found = parse(bytes(octets(blob.content)))
    except FormatError:
        return []
    method: dict[str, JSON] = {"method": found.method} if found.method else {}
    return [entry | method for entry in found.entries if entry.get("@type") == "Event"]


def _run(call: Call) -> Response:
    names = call.texts("properties")
    moments = INSTEAD.keys() & (names or ())

    def look(blob: Blob) -> tuple[JSON, int] | None:
        events = _parsed(blob)
        timed = (event | {name: utc_time(event, name, UTC) for name in moments if "start" in event} for event in events)
        return listed(timed, names, _OF_STORE) if events else None

    return parse_blobs(call, MOST_BLOBS, look)


def calendar_event_parse(capability: str) -> Method:
    """The method under the capability of parsing."""
    return Method("CalendarEvent/parse", capability, Access.READ, _run, PARSE_ARGUMENTS)
