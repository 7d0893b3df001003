"""From entries to octets: JSCalendar to files of iCalendar (draft-ietf-calext-jscalendar-icalendar §3).

What has no property of iCalendar goes into JSPROP: it is found by reading what was written, so nothing is forgotten.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from angarium.formats.contentline import Component, Line, escape
from angarium.formats.contentline import write as write_component
from angarium.formats.errors import FormatError
from angarium.formats.icalendar import component as to_component
from angarium.formats.icalendar import entry as from_component
from angarium.formats.icalendar import group as to_group
from angarium.formats.icalendar import jsprop, links, vtimezone
from angarium.formats.icalendar.component import Form, form, time
from angarium.formats.icalendar.draft import Notes
from angarium.formats.icalendar.zonebook import ZoneBook
from angarium.formats.jscalendar import instance, is_excluded, series
from angarium.formats.json import JSON
from angarium.formats.localtime import DAY, END, format_local
from angarium.formats.pointer import escape as token
from angarium.formats.recurrence import TooMuchWork, Work
from angarium.formats.timezones import UTC_NAME, names, zone

_DATES_A_LINE: Final = 50
_YEAR: Final = 366 * DAY
_MOST_OCTETS: Final = 50_000_000
"""The overrides of one entry together; each repeats what it does not change."""
_NOT_COMPARED: Final = frozenset(
    {
        *("@type", "prodId", "method", "recurrenceOverrides", "recurrenceRule", "recurrenceId", "recurrenceIdTimeZone"),
        *("iCalendar", "version", "showWithoutTime", "timeZone", "start", "due", "duration", "endTimeZone"),
    }
)
"""What the way back gives by other means, or does not need."""


def write(
    entries: Iterable[Mapping[str, JSON]],
    prod_id: str,
    method: str | None = None,
    *,
    group: Mapping[str, JSON] | None = None,
    fetch: links.Fetch | None = None,
    lossless: bool = True,
) -> bytes:
    """One VCALENDAR with valid Events and Tasks, their overrides, and the zones that they need; see `Writer`."""
    writer = Writer(fetch, lossless=lossless)
    body = b"".join(map(writer.entry, entries))
    return writer.head(prod_id, method, group) + body + writer.end()


class Writer:
    """Writes a file piece by piece: first every entry, then the head, which tells the zones that entries needed.

    `fetch` gives the octets of blobs, which are embedded (without it such links are left out). `lossless` adds what
    only JSCalendar has (JSPROP) and what was kept of iCalendar; a message to others does better without.
    """

    def __init__(self, fetch: links.Fetch | None = None, *, lossless: bool = True) -> None:
        self._fetch = fetch
        self._lossless = lossless
        self._zones: dict[str, _Zone] = {}

    def entry(self, entry: Mapping[str, JSON]) -> bytes:
        """A valid Event or Task with its overrides; FormatError when these would take more octets than anyone has."""
        made = _entry(_plain(entry, self._lossless), self._zones, self._fetch, lossless=self._lossless)
        return b"".join(map(write_component, made))

    def head(self, prod_id: str, method: str | None = None, group: Mapping[str, JSON] | None = None) -> bytes:
        """All that comes before the entries; `group` gives the calendar's own properties."""
        calendar = _calendar(_plain(group or {}, self._lossless), prod_id, method, self._fetch, lossless=self._lossless)
        calendar.components[:0] = [each.definition(tzid) for tzid, each in sorted(self._zones.items())]
        return write_component(calendar).removesuffix(_END)

    def end(self) -> bytes:
        """What comes after the entries."""
        return _END


_END: Final = b"END:VCALENDAR\r\n"


def _plain(entry: Mapping[str, JSON], lossless: bool) -> dict[str, JSON]:
    return dict(entry) if lossless else {name: value for name, value in entry.items() if name != "iCalendar"}


class _Zone:
    """A zone of the file: from when to when its rules are needed, or the definition that it came with."""

    def __init__(self, name: str, kept: Component | None = None) -> None:
        self._name = name
        self._kept = kept
        self._first = END
        self._last: int | None = 0

    def needed(self, first: int, last: int | None) -> None:
        self._first = min(self._first, first)
        self._last = None if last is None or self._last is None else max(self._last, last)

    def definition(self, tzid: str) -> Component:
        within = zone(self._name)
        if self._kept is not None or within is None:
            return self._kept or Component("VTIMEZONE", [Line("TZID", escape(tzid), {})])
        return vtimezone.build(tzid, within, self._first, self._last)


def _calendar(
    group: dict[str, JSON], prod_id: str, method: str | None, fetch: links.Fetch | None, *, lossless: bool
) -> Component:
    made = to_group.write(group, prod_id, method, fetch)
    if lossless:
        wanted = {name: value for name, value in group.items() if name not in ("entries", "prodId")}
        made.lines += jsprop.write(_missing(wanted, to_group.read(made)))
    return made


def _entry(
    entry: dict[str, JSON], zones: dict[str, _Zone], fetch: links.Fetch | None, *, lossless: bool
) -> list[Component]:
    """The component of an entry and those of its overrides."""
    own = form(entry)
    _need(zones, entry, own)
    overrides = entry.get("recurrenceOverrides")
    patches = (
        {at: patch for at, patch in overrides.items() if isinstance(patch, dict)} if isinstance(overrides, dict) else {}
    )
    lines = _dates(entry, patches, own)
    if "recurrenceId" in entry:
        lines += _recurrence_id(entry, own)
    made = [_component(entry, own, fetch, lines, lossless=lossless)]
    left = _MOST_OCTETS
    for at, patch in patches.items():
        if left < 0:
            raise FormatError("has too many overrides for iCalendar, where each of them repeats the whole")
        if patch and not is_excluded(patch):
            try:
                single = instance(entry, at, patch)
            except FormatError:
                continue
            shown = form(single)
            _need(zones, single, shown)
            line = own.line("RECURRENCE-ID", time(at), _range(single))
            made.append(_component(single, shown, fetch, [line], lossless=lossless))
            left -= _size(made[-1])
    return made


def _size(component: Component) -> int:
    """About how many octets a component takes."""
    return sum(len(line.value) + 20 for line in component.lines) + sum(map(_size, component.components))


def _range(entry: dict[str, JSON]) -> dict[str, list[str]]:
    parameters = Notes(entry).parameters("recurrenceId", "RECURRENCE-ID")
    return {name: values for name, values in parameters.items() if name != "TZID"}


def _recurrence_id(entry: dict[str, JSON], own: Form) -> list[Line]:
    """RECURRENCE-ID of an instance that stands for itself, in the zone of its series."""
    within = entry.get("recurrenceIdTimeZone")
    of = own if within == entry.get("timeZone") else form({"timeZone": within})
    if of.dates and time(entry["recurrenceId"]) % DAY:
        of = to_component.FLOATING
    return [of.line("RECURRENCE-ID", time(entry["recurrenceId"]), _range(entry))]


def _component(
    entry: dict[str, JSON], own: Form, fetch: links.Fetch | None, lines: list[Line], *, lossless: bool
) -> Component:
    made = to_component.write(entry, own, fetch, lines, {})
    if not lossless:
        return made
    again = from_component.read(made, ZoneBook(Component("VCALENDAR"))).made
    missing = _missing({k: v for k, v in entry.items() if k not in _NOT_COMPARED}, again)
    return to_component.write(entry, own, fetch, lines, missing) if missing else made


def _missing(wanted: Mapping[str, JSON], found: Mapping[str, JSON], prefix: str = "") -> dict[str, JSON]:
    """What the way back does not give, by pointer: members to add, none to take away."""
    missing: dict[str, JSON] = {}
    for name, value in wanted.items():
        old, path = found.get(name), prefix + token(name)
        if name == "iCalendar" or value is None or (value == old and type(value) is type(old)):
            continue
        if isinstance(old, dict) and isinstance(value, dict) and old and value:
            missing |= _missing(value, old, f"{path}/")
        else:
            missing[path] = value
    return missing


def _need(zones: dict[str, _Zone], entry: dict[str, JSON], own: Form) -> None:
    """Note the zones that the times of an entry name."""
    first, last = _span(entry)
    for tzid, name in _tzids(entry, own):
        kept = None
        if own.custom is not None and tzid == own.tzid:
            kept = next(
                each
                for each in Notes(entry).components
                if each.name == "VTIMEZONE" and (line := each.first("TZID")) and line.value == escape(tzid)
            )
        # A name that only the file knows is recognised again by its rules, so they are written whole.
        own_name = tzid not in names()
        zones.setdefault(tzid, _Zone(name, kept)).needed(first - 3 * _YEAR * own_name, None if own_name else last)


def _tzids(entry: dict[str, JSON], own: Form) -> list[tuple[str, str]]:
    found = []
    if own.tzid is not None:
        found.append((own.tzid, str(entry.get("timeZone"))))
    for name in ("endTimeZone", "recurrenceIdTimeZone"):
        within = entry.get(name)
        if isinstance(within, str) and within != UTC_NAME:
            tzid = within
            if name == "endTimeZone":
                ends = to_component.end_line(entry, own)
                tzid = ends.parameters.get("TZID", [within])[0] if ends is not None else within
            elif within == entry.get("timeZone") and own.tzid is not None:
                tzid = own.tzid
            found.append((tzid, within))
    return found


def _span(entry: dict[str, JSON]) -> tuple[int, int | None]:
    """From when to when an entry happens, in UTC; None when it never ends."""
    try:
        found = series(entry)
        if found is None:
            return END - 1, 0
        first = min(found.start, *(time(at) for at in found.overrides), END) - DAY
        return first, found.last_end(Work())
    except TooMuchWork:
        return time(entry.get("start")) - DAY, None
    except FormatError:
        return time(entry.get("start")) - DAY, time(entry.get("start")) + DAY


def _dates(entry: dict[str, JSON], patches: dict[str, dict[str, JSON]], own: Form) -> list[Line]:
    """RDATE and EXDATE: what is only added or taken out, and what a change adds that the rule does not give."""
    removed = [at for at, patch in patches.items() if is_excluded(patch)]
    added = [at for at, patch in patches.items() if not patch]
    changed = [at for at, patch in patches.items() if patch and not is_excluded(patch)]
    added += sorted(set(changed) - _by_rule(entry, changed)) if changed else []
    return [*_lines("RDATE", added, own), *_lines("EXDATE", removed, own)]


def _by_rule(entry: dict[str, JSON], ids: list[str]) -> set[str]:
    """Those of some recurrence ids that the rule, or the start, gives."""
    try:
        bare = series({name: value for name, value in entry.items() if name != "recurrenceOverrides"})
        if bare is None or not bare.recurs:
            return {at for at in ids if bare is not None and time(at) == bare.start}
        work = Work()
        wanted = set(ids)
        return {
            found
            for found in map(format_local, bare.times(time(min(ids)), time(max(ids)) + 1, work))
            if found in wanted
        }
    except (TooMuchWork, FormatError):
        return set(ids)


def _lines(name: str, ids: list[str], own: Form) -> list[Line]:
    found = [own.value(time(at)) for at in ids]
    return [
        Line(name, ",".join(value for value, _ in found[begin : begin + _DATES_A_LINE]), found[begin][1])
        for begin in range(0, len(found), _DATES_A_LINE)
    ]
