"""VEVENT and VTODO to Event and Task: all that is not their recurrence overrides.

draft-ietf-calext-jscalendar-icalendar §2.2.3, §2.2.5. Reading is total: what has no place is kept, and what could not
be read is told.
"""

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from angarium.formats.contentline import Component, Line
from angarium.formats.icalendar import (
    alarms,
    descriptions,
    jsprop,
    links,
    lists,
    people,
    places,
    relations,
    rows,
    times,
)
from angarium.formats.icalendar.draft import Draft
from angarium.formats.icalendar.times import Read, TimesReader
from angarium.formats.icalendar.zonebook import ZoneBook

KINDS: Final = MappingProxyType({"VEVENT": "Event", "VTODO": "Task"})
_COMPONENTS: Final = frozenset({"VLOCATION", "PARTICIPANT", "VALARM"})
_ELSEWHERE: Final = times.NAMES | {"LOCATION", "GEO", "ATTENDEE", "ORGANIZER", "JSPROP"}
_READERS: Final[dict[str, Callable[[Draft, Line], None]]] = {
    "SUMMARY": lists.read_title,
    "CATEGORIES": lists.read_categories,
    "CONCEPT": lists.read_concept,
    "CONFERENCE": places.read_conference,
    "RELATED-TO": relations.read,
}


def read(component: Component, zones: ZoneBook, store: links.Store | None = None) -> Read:
    """The entry of a VEVENT or VTODO, without a start where it has none that can be read."""
    named: dict[str, list[Line]] = {}
    for line in component.lines:
        named.setdefault(line.name, []).append(line)
    draft = Draft(KINDS[component.name])
    found = Read(draft.made)
    TimesReader(zones, found, draft, named).read()
    _lines(found, draft, component, store)
    places.read(draft, component, named, store)
    people.People(draft, task=component.name == "VTODO").read(component, named, store)
    if not alarms.read(draft, component):
        found.problems.append("an alarm without a time to ring is kept as it is")
    for inner in component.components:
        if inner.name not in _COMPONENTS:
            draft.keep_component(inner)
    if (definition := zones.keeps(found.zone)) is not None:
        draft.keep_component(definition)
    draft.finish(component.name.lower())
    extra = [*named.get("JSPROP", ()), *draft.jsprops]
    if extra and not jsprop.read(draft.made, extra):
        found.problems.append("its JSPROP properties are left out: they are not valid")
    return found


def _lines(found: Read, draft: Draft, component: Component, store: links.Store | None) -> None:
    """Every property that is read by itself."""
    by_name = rows.BY_NAME[KINDS[component.name]]
    written = descriptions.Reader(draft)
    for line in component.lines:
        if (row := by_name.get(line.name)) is not None:
            rows.read(draft, row, line)
        elif line.name in _ELSEWHERE:
            continue
        elif line.name in descriptions.NAMES:
            written.take(line)
        elif line.name in links.NAMES:
            links.read(draft, line, store)
        elif (reader := _READERS.get(line.name)) is not None:
            reader(draft, line)
        elif line.name != "SHOW-WITHOUT-TIME":
            draft.keep(line)
        elif line.value.strip().upper() == "TRUE" and found.start is not None:
            draft.made["showWithoutTime"] = True
            if component.name == "VEVENT" and found.zone.name is None:
                # It will be written as a date, and must not become a day by that.
                draft.made.setdefault("duration", "P0D")
    written.finish()
