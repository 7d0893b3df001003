"""Events as they are stored, and what they are found by (JMAP calendars §5).

A stored event is the JSCalendar object as its owner sees it, with `calendarIds` and `isDraft` and without `id`; what
others have apart is beside it (`own`). For whoever stores events without being asked by a client too.
"""

from collections.abc import Mapping
from typing import Final, cast

from angarium.engine.containers import Contents
from angarium.formats.errors import FormatError
from angarium.formats.jscalendar import Series, series
from angarium.formats.json import JSON, loads
from angarium.formats.localtime import DAY, END, FIRST, parse_local
from angarium.formats.primitives import parse_utc
from angarium.formats.recurrence import TooMuchWork, Work
from angarium.store.contract import AccountKey, Indexes, IndexValue, Records

KIND: Final = "CalendarEvent"
PREFIX: Final = "V"

LARGEST: Final = 1_000_000
"""Octets of an event's JSON."""

VERSION: Final = "2.0"
MOMENTS: Final = ("created", "updated")
PUBLIC: Final = "public"
FAR: Final = END
"""The end of what never ends."""

_STEPS: Final = 4_000
"""Few, for the writer calculates this while others wait."""

_SPANS: Final = (8 * DAY, 40 * DAY, 400 * DAY, 4_000 * DAY, END)


def indexes(event: Mapping[str, JSON]) -> Indexes:
    """By calendar, uid and recurrence id, when it begins and ends, and what of it others may see.

    `start` and `end` are seconds of `formats.localtime`, in UTC but for those that `floating` marks. What lasts no time
    ends a second later.
    """
    start, end = reach(event)
    privacy = event.get("privacy", PUBLIC)
    return {
        "calendar": list(cast("dict[str, JSON]", event["calendarIds"])),
        "uid": [cast(str, event["uid"])],
        "recurrenceId": [cast(str, event.get("recurrenceId", ""))],
        "start": [start],
        "end": [end],
        "floating": _marked(event.get("timeZone") is None),
        "privacy": [] if privacy == PUBLIC else [cast(str, privacy)],
        "hidden": _marked(event.get("hideAttendees") is True),
        **{name: [parse_utc(cast(str, event.get(name, ""))) or 0] for name in MOMENTS},
    }


CONTENTS: Final = Contents(KIND, "Calendar", "calendarIds", "calendar", indexes)


def reach(event: Mapping[str, JSON]) -> tuple[int, int]:
    """When the first instance of an event begins and the last one ends; FAR when there is no last one."""
    try:
        found = series(event)
    except FormatError:
        found = None
    if found is None:
        at = parse_local(str(event.get("start"))) or FIRST
        return at, at + 1
    if not found.recurs:
        only = found.at_start()
        return only.start, max(only.end, only.start + 1)
    return _first_start(found), _last_end(found)


def _first_start(found: Series) -> int:
    """Exact unless that is too much work; then a time that no instance begins before."""
    if not found.overrides:
        return found.at_start().start
    moved = (start for start, _, _ in found.moved.values())
    earliest = min(found.start, *(parse_local(at) or FIRST for at in found.ids[:1]), *moved, END) - 2 * DAY
    work = Work(_STEPS)
    try:
        for span in _SPANS[:-1]:
            if instances := found.instances(earliest, earliest + span, work):
                return instances[0].start
    except TooMuchWork:
        pass
    return earliest


def _last_end(found: Series) -> int:
    """Exact unless that is too much work; then a time that no instance ends after."""
    work = Work(_STEPS)
    latest: int | None = FAR
    try:
        latest = found.last_end(work)
        for span in _SPANS if latest is not None else ():
            if instances := found.instances((latest or 0) - span, (latest or 0) + 1, work):
                return max(max(instance.end, instance.start + 1) for instance in instances)
    except TooMuchWork:
        pass
    return FAR if latest is None else latest


def with_uid(records: Records, account: AccountKey, uid: str) -> list[str]:
    """The events with that uid: one, or instances of one that an account was invited to."""
    return records.find(account, KIND, "uid", uid)


def load(records: Records, account: AccountKey, event: str) -> dict[str, JSON] | None:
    """A stored event."""
    value = records.get(account, KIND, [event]).get(event)
    return None if value is None else cast("dict[str, JSON]", loads(value))


def _marked(holds: bool) -> list[IndexValue]:
    return [1] if holds else []
