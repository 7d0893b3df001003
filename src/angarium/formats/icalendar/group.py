"""VCALENDAR to Group and back, without entries (draft-ietf-calext-jscalendar-icalendar §2.1.1, §3.3)."""

from collections.abc import Callable
from typing import Final

from angarium.formats.contentline import Component, Line, escape, unescape
from angarium.formats.icalendar import descriptions, jsprop, links, lists, rows
from angarium.formats.icalendar.draft import Draft, Notes
from angarium.formats.json import JSON

ENTRIES: Final = frozenset({"VEVENT", "VTODO"})
_NOT_KEPT: Final = frozenset({"VERSION", "CALSCALE", "METHOD", "PRODID", "JSPROP"})
_READERS: Final[dict[str, Callable[[Draft, Line], None]]] = {
    "NAME": lists.read_title,
    "CATEGORIES": lists.read_categories,
    "CONCEPT": lists.read_concept,
}


def read(calendar: Component, store: links.Store | None = None) -> dict[str, JSON]:
    """The Group of a VCALENDAR, without its entries; METHOD stands with the entries."""
    draft = Draft("Group")
    written = descriptions.Reader(draft)
    for line in calendar.lines:
        if (row := rows.BY_NAME["Group"].get(line.name)) is not None:
            rows.read(draft, row, line)
        elif line.name in descriptions.NAMES:
            written.take(line)
        elif line.name in links.NAMES:
            links.read(draft, line, store)
        elif (reader := _READERS.get(line.name)) is not None:
            reader(draft, line)
        elif line.name not in _NOT_KEPT:
            draft.keep(line)
    written.finish()
    if (product := calendar.first("PRODID")) is not None:
        draft.made["prodId"] = unescape(product.value)
    for each in calendar.components:
        if each.name not in ENTRIES and each.name != "VTIMEZONE":
            draft.keep_component(each)
    draft.finish("vcalendar")
    if extra := list(calendar.all("JSPROP")):
        jsprop.read(draft.made, extra)
    return draft.made


def write(group: dict[str, JSON], prod_id: str, method: str | None, fetch: links.Fetch | None) -> Component:
    """The VCALENDAR of a Group, without its entries."""
    notes = Notes(group)
    lines = [Line("VERSION", "2.0", {}), Line("PRODID", escape(prod_id), {})]
    lines += [Line("METHOD", method.upper(), {})] if method else []
    lines += rows.write(rows.GROUP, group, notes)
    lines += lists.write_title("NAME", group, notes) + descriptions.write(group, notes)
    lines += lists.write(group, notes) + links.write(group, notes, fetch) + notes.lines
    return Component("VCALENDAR", lines, list(notes.components))
