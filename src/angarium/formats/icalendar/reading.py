"""From octets to entries: files of iCalendar to JSCalendar, with all that could not be taken told by name.

draft-ietf-calext-jscalendar-icalendar §2.1. Several VCALENDARs in one file are read as one; entries without a VCALENDAR
around them are taken too.
"""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from angarium.formats.contentline import Component, read
from angarium.formats.icalendar import entry, group
from angarium.formats.icalendar.entry import KINDS
from angarium.formats.icalendar.links import Store
from angarium.formats.icalendar.times import Read
from angarium.formats.icalendar.zonebook import ZoneBook
from angarium.formats.jscalendar import difference
from angarium.formats.json import JSON

MOST_PROBLEMS: Final = 1_000
_MOST_CHANGES: Final = 2_000_000
"""So many members of series and of their overrides are compared for one file; what comes after is left out."""


class Problem(NamedTuple):
    """What was left out or taken otherwise, and of what: the UID of an entry, the name of a component, or ''.

    With `lost` it is not among the entries at all.
    """

    of: str
    text: str
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a file holds: its Group without entries, the entries, and the method of iTIP in lower case."""

    group: dict[str, JSON]
    entries: list[dict[str, JSON]]
    method: str | None = None
    problems: list[Problem] = field(default_factory=list)


def parse(octets: bytes, store: Store | None = None) -> Calendar:
    """Read a file of iCalendar; `store` takes the attachments that stand in it.

    Total: what cannot be read is told in `problems`. Raises FormatError only for more lines than anyone needs.
    """
    reading = read(octets)
    problems = [Problem("", f"{problem.text} (at octet {problem.position})") for problem in reading.problems]
    calendars = [each for each in reading.components if each.name == "VCALENDAR"]
    loose = [each for each in reading.components if each.name != "VCALENDAR"]
    if loose:
        calendars.append(Component("VCALENDAR", [], loose))
    if not calendars:
        problems.append(Problem("", "there is no calendar in it", lost=True))
    about: dict[str, JSON] = {"@type": "Group"}
    entries: list[dict[str, JSON]] = []
    method = None
    for number, calendar in enumerate(calendars):
        line = calendar.first("METHOD")
        method = method or (line.value.strip().lower() if line is not None else None)
        if not number:
            about = group.read(calendar, store)
        entries += _entries(calendar, store, method, problems)
        problems += [
            Problem(each.name, "is neither an event nor a task")
            for each in calendar.components
            if each.name not in KINDS and each.name != "VTIMEZONE"
        ]
    return Calendar(about, entries, method or None, problems[:MOST_PROBLEMS])


def _entries(
    calendar: Component, store: Store | None, method: str | None, problems: list[Problem]
) -> list[dict[str, JSON]]:
    zones = ZoneBook(calendar)
    product = calendar.first("PRODID")
    found = []
    for component in calendar.components:
        if component.name not in KINDS:
            continue
        each = entry.read(component, zones, store)
        name = str(each.made.get("uid", component.name))
        problems += [Problem(name, text) for text in each.problems]
        if each.made["@type"] == "Event" and "start" not in each.made and each.recurrence is None and not method:
            problems.append(Problem(name, "is left out: an event must have a start", lost=True))
            continue
        if product is not None and product.value:
            each.made["prodId"] = product.value
        found.append(each)
    problems += [Problem(tzid, "is a time zone that nothing says anything about") for tzid in sorted(zones.unknown)]
    return _joined(found, problems)


def _joined(found: list[Read], problems: list[Problem]) -> list[dict[str, JSON]]:
    """Overrides go into the entry that they belong to (§2.1.2); those without one stand for themselves.

    Where a file has several entries of one UID, an override belongs to the last of them before it.
    """
    mains: dict[tuple[JSON, JSON], Read] = {}
    for each in found:
        if each.recurrence is None and each.recurs:
            mains.setdefault(_identity(each), each)
    entries = []
    patches: dict[int, dict[str, JSON]] = {}
    left = _MOST_CHANGES
    for each in found:
        if each.recurrence is None:
            entries.append(each.made)
            if each.recurs:
                mains[_identity(each)] = each
            continue
        main = mains.get(_identity(each)) if "uid" in each.made else None
        if main is None:
            entries.append(_alone(each))
            continue
        key = main.key(each.recurrence, each.recurrence_zone)
        if left < 0:
            problems.append(Problem(str(each.made["uid"]), f"its change of {key} is left out: there are too many"))
            continue
        patch = patches.setdefault(id(main), {})[key] = _patch(main.made, key, each)
        left -= len(main.made) + len(patch)
    for each in found:
        if added := patches.get(id(each)):
            overrides = each.made.get("recurrenceOverrides")
            each.made["recurrenceOverrides"] = {**(overrides if isinstance(overrides, dict) else {}), **added}
    return entries


def _identity(each: Read) -> tuple[JSON, JSON]:
    return each.made["@type"], each.made.get("uid")


def _alone(each: Read) -> dict[str, JSON]:
    """An instance without its series (§2.1.2); it starts when it was to start, unless it says otherwise."""
    if each.recurrence is not None:
        at, zone = each.recurrence, each.recurrence_zone
        recurrence_id = Read({}, zone, at).key(at, zone)
        each.made["recurrenceId"] = recurrence_id
        if zone.name is not None:
            each.made["recurrenceIdTimeZone"] = zone.name
        if "start" not in each.made:
            each.made["start"] = recurrence_id
            if zone.name is not None:
                each.made.setdefault("timeZone", zone.name)
            if at.whole_day:
                each.made.setdefault("showWithoutTime", True)
                if each.made["@type"] == "Event":
                    each.made.setdefault("duration", "P1D")
    return each.made


def _patch(main: dict[str, JSON], key: str, each: Read) -> dict[str, JSON]:
    if "start" not in each.made and "start" in main:
        each.made["start"] = key
        for name in ("timeZone", "showWithoutTime", "duration"):
            if name in main:
                each.made.setdefault(name, main[name])
    return difference(main, key, each.made)
