"""Event and Task to VEVENT and VTODO, all but their recurrence overrides.

draft-ietf-calext-jscalendar-icalendar §3.2.
"""

from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from angarium.formats import duration
from angarium.formats.contentline import Component, Line, escape
from angarium.formats.icalendar import (
    alarms,
    descriptions,
    jsprop,
    links,
    lists,
    moments,
    people,
    places,
    recur,
    relations,
    rows,
)
from angarium.formats.icalendar.customzone import CustomZone
from angarium.formats.icalendar.draft import Notes
from angarium.formats.jscalendar.series import end_of
from angarium.formats.json import JSON
from angarium.formats.localtime import DAY, END, FIRST, parse_local
from angarium.formats.timezones import UTC_NAME, iana_name, names, to_local, to_utc, zone

_RANGE: Final = 2 * 366 * DAY


@dataclass(frozen=True, slots=True)
class Form:
    """How times of an entry are written: as dates, in UTC, in a zone by its name, or floating.

    `custom` is the zone of the file that the entry came from and that is none of IANA: its times are UTC here, and
    local there.
    """

    dates: bool = False
    zone: tzinfo | None = None
    tzid: str | None = None
    custom: CustomZone | None = None

    def line(self, name: str, seconds: int, parameters: dict[str, list[str]] | None = None) -> Line:
        """A property with one time of the entry."""
        value, kind = self.value(seconds)
        return Line(name, value, {**(parameters or {}), **kind})

    def value(self, seconds: int) -> tuple[str, dict[str, list[str]]]:
        """The value and the parameters that say what it is."""
        if self.dates:
            return moments.date(seconds), {"VALUE": ["DATE"]}
        if self.custom is not None and self.tzid is not None:
            return moments.date_time(self.custom.to_local(seconds)), {"TZID": [self.tzid]}
        if self.tzid is not None:
            return moments.date_time(seconds), {"TZID": [self.tzid]}
        return moments.date_time(seconds, self.zone is not None), {}

    def until(self, text: str) -> str:
        """UNTIL: a date, a floating time, or UTC (RFC 5545 §3.3.10)."""
        seconds = time(text)
        if self.dates:
            return moments.date(seconds)
        if self.zone is None:
            return moments.date_time(seconds)
        return moments.date_time(to_utc(self.zone, seconds), utc=True)


FLOATING: Final = Form()


def time(value: JSON) -> int:
    """The seconds of a LocalDateTime; those of the first when it is none."""
    found = parse_local(value) if isinstance(value, str) else None
    return FIRST if found is None else found


def form(made: dict[str, JSON]) -> Form:
    """The form of an entry's times (§3.2)."""
    notes = Notes(made)
    within = made.get("timeZone")
    known = zone(within) if isinstance(within, str) else None
    if known is None or not isinstance(within, str):
        return Form(dates=_whole_days(made)) if within is None else FLOATING
    name = "start" if "start" in made else "due"
    foreign = notes.parameters(name, "DTSTART" if name == "start" else "DUE").get("TZID")
    if foreign and foreign[0] not in names():
        if iana_name(foreign[0]) in (None, within) and (custom := _custom(foreign[0], made, notes)) is not None:
            return Form(zone=known, tzid=foreign[0], custom=custom)
        if iana_name(foreign[0]) in (None, within) and not _is_kept(foreign[0], notes):
            return Form(zone=known, tzid=foreign[0])
    if within == UTC_NAME and "endTimeZone" not in made:
        return Form(zone=known)
    return Form(zone=known, tzid=within)


def _is_kept(tzid: str, notes: Notes) -> bool:
    return any(
        each.name == "VTIMEZONE" and (line := each.first("TZID")) and line.value == tzid for each in notes.components
    )


def _custom(tzid: str, made: dict[str, JSON], notes: Notes) -> CustomZone | None:
    """The zone of a kept definition, for an entry that it left in UTC."""
    if made.get("timeZone") != UTC_NAME:
        return None
    at = time(made.get("start", made.get("due")))
    for each in notes.components:
        if each.name == "VTIMEZONE" and (line := each.first("TZID")) is not None and line.value == escape(tzid):
            return CustomZone(each, max(at - _RANGE, FIRST), min(at + _RANGE, END - 1))
    return None


def _whole_days(made: dict[str, JSON]) -> bool:
    """Whether the times are dates: not shown, floating, and midnight everywhere (§3.2)."""
    if made.get("showWithoutTime") is not True:
        return False
    rule, overrides = made.get("recurrenceRule"), made.get("recurrenceOverrides")
    times = [made[name] for name in ("start", "due") if name in made]
    times += [rule["until"]] if isinstance(rule, dict) and "until" in rule else []
    times += list(overrides) if isinstance(overrides, dict) else []
    lengths = [duration.parse(str(made[name])) for name in ("duration", "estimatedDuration") if name in made]
    return all(isinstance(each, str) and each.endswith("T00:00:00") for each in times) and all(
        length is not None and length.seconds == 0 for length in lengths
    )


def write(
    made: dict[str, JSON],
    own: Form,
    fetch: links.Fetch | None,
    extra: list[Line],
    missing: dict[str, JSON],
) -> Component:
    """The component of an entry; `extra` are lines of its recurrence, `missing` what only JSPROP can say (§4.1.2)."""
    task = made.get("@type") == "Task"
    notes = Notes(made, frozenset(path.split("/")[1] for path in missing if path.count("/") > 1))
    lines = rows.write(rows.TASK if task else rows.EVENT, made, notes)
    lines += _times(made, own, notes)
    lines += extra
    if made.get("showWithoutTime") is True and not own.dates and ("start" in made or "due" in made):
        lines.append(Line("SHOW-WITHOUT-TIME", "TRUE", {"VALUE": ["BOOLEAN"]}))
    lines += lists.write_title("SUMMARY", made, notes)
    lines += descriptions.write(made, notes)
    located, components = places.write(made, notes, fetch)
    asked, persons = people.write(made, notes, fetch, task=task)
    lines += located + asked + places.write_conferences(made, notes)
    lines += lists.write(made, notes) + relations.write(made, notes) + links.write(made, notes, fetch)
    lines += notes.lines + jsprop.write(missing)
    components += persons + alarms.write(made, notes)
    components += [each for each in notes.components if each.name != "VTIMEZONE"]
    return Component("VTODO" if task else "VEVENT", lines, components)


def _times(made: dict[str, JSON], own: Form, notes: Notes) -> list[Line]:
    lines = []
    if "start" in made:
        lines.append(own.line("DTSTART", time(made["start"]), _without_zone(notes.parameters("start", "DTSTART"))))
    if "due" in made:
        lines.append(own.line("DUE", time(made["due"]), _without_zone(notes.parameters("due", "DUE"))))
    if (end := end_line(made, own)) is not None:
        lines.append(end)
    rule = made.get("recurrenceRule")
    if isinstance(rule, dict):
        lines.append(Line("RRULE", recur.write(rule, own.until), notes.parameters("recurrenceRule", "RRULE")))
    return lines


def end_line(made: dict[str, JSON], own: Form) -> Line | None:
    """The property that says when an event ends."""
    if made.get("@type") == "Task" or "start" not in made:
        return None
    # A date that says no end would be read as a whole day (RFC 5545 §3.6.1).
    length = made.get("duration", "P0D" if own.dates else None)
    return _end(made, own, Notes(made), length) if isinstance(length, str) else None


def _without_zone(parameters: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: values for name, values in parameters.items() if name != "TZID"}


def _end(made: dict[str, JSON], own: Form, notes: Notes, text: str) -> Line:
    """DTEND where it was one or has a zone of its own, else DURATION (§2.3.14)."""
    length = duration.parse(text)
    ends_in = made.get("endTimeZone")
    start = time(made["start"])
    # An occurrence may be floating where its series has zones: then there is no end elsewhere.
    other = zone(ends_in) if isinstance(ends_in, str) and made.get("timeZone") is not None else None
    parameters = notes.parameters("duration", "DTEND")
    if length is not None and (other is not None or notes.name("duration") == "DTEND"):
        if own.dates and length.days > 0:
            return own.line("DTEND", min(start + length.days * DAY, END - 1), _without_zone(parameters))
        if not own.dates and length.days == 0:
            utc = end_of(start, length, own.zone or zone(UTC_NAME) or other)  # type: ignore[arg-type]
            if other is not None and isinstance(ends_in, str):
                return _end_elsewhere(utc, other, ends_in, parameters)
            local = utc if own.zone is None else to_local(own.zone, utc)
            if own.zone is None or to_utc(own.zone, local) == utc:
                return own.line("DTEND", local, _without_zone(parameters))
    return Line("DURATION", text, notes.parameters("duration", "DURATION"))


def _end_elsewhere(utc: int, other: tzinfo, name: str, parameters: dict[str, list[str]]) -> Line:
    foreign = parameters.get("TZID", [name])[0]
    if iana_name(foreign) not in (None, name):
        foreign = name
    if name == UTC_NAME:
        return Form(zone=other).line("DTEND", utc, _without_zone(parameters))
    return Form(zone=other, tzid=foreign).line("DTEND", to_local(other, utc), _without_zone(parameters))
