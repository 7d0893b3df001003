"""When an entry is: start, end, due, duration, its zone, its recurrence, from the properties that say it.

draft-ietf-calext-jscalendar-icalendar §2.1.4, §2.1.5, §2.3.14 to §2.3.20, §2.3.33, §2.3.34, §2.3.36.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from angarium.formats import duration
from angarium.formats.contentline import Line
from angarium.formats.duration import Duration
from angarium.formats.errors import FormatError
from angarium.formats.icalendar import moments, recur
from angarium.formats.icalendar.draft import Draft
from angarium.formats.icalendar.zonebook import FLOATING, Resolved, ZoneBook
from angarium.formats.json import JSON
from angarium.formats.localtime import DAY, END, format_local
from angarium.formats.recurrence import RuleError

NAMES: Final = frozenset({"DTSTART", "DTEND", "DUE", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"})
"""The properties that are read here."""
MOST_DATES: Final = 200_000


@dataclass(slots=True)
class Read:
    """An entry, its zone and its place among others; `problems` tells what was left out or taken otherwise."""

    made: dict[str, JSON]
    zone: Resolved = FLOATING
    start: moments.Moment | None = None
    recurrence: moments.Moment | None = None
    recurrence_zone: Resolved = FLOATING
    recurs: bool = False
    problems: list[str] = field(default_factory=list)

    def key(self, at: moments.Moment, zone: Resolved) -> str:
        """A recurrence id of this entry, from a date or time in some zone (§2.1.4, §2.3.20)."""
        return format_local(self.local(at, zone))

    def local(self, at: moments.Moment, zone: Resolved) -> int:
        """A date or time in some zone as this entry shows it; a date has the time of day of the start."""
        if at.whole_day:
            return at.seconds + (self.start.seconds % DAY if self.start is not None else 0)
        if self.start is not None and self.start.whole_day:
            return at.seconds // DAY * DAY
        if at.utc:
            return self.zone.to_local(at.seconds)
        if zone.name == self.zone.name and zone.custom is self.zone.custom is None:
            return at.seconds
        return self.zone.to_local(zone.to_utc(at.seconds)) if zone.zone is not None else at.seconds


class TimesReader:
    """Reads the times of one entry into its draft."""

    def __init__(self, zones: ZoneBook, found: Read, draft: Draft, named: dict[str, list[Line]]) -> None:
        self._zones = zones
        self._found = found
        self._draft = draft
        self._made = draft.made
        self._named = named
        self._task = draft.made["@type"] == "Task"
        self._long = "RRULE" in named or "RDATE" in named

    def read(self) -> None:
        """Start, end or due, recurrence."""
        start, due = self._first("DTSTART"), self._first("DUE") if self._task else None
        begun = self._moment(start) if start is not None else None
        due_at = self._moment(due) if due is not None else None
        if start is None and (given := self._named.get("DTSTART")):
            self._found.problems.append(f"'{given[0].value[:40]}' is no time to start")
        self._begin(begun or due_at)
        if start is not None and begun is not None:
            self._made["start"] = _shown(*begun)
            self._note("start", start, begun[1])
        if due is not None and due_at is not None:
            self._due(due, *due_at)
        self._recurrence_id()
        self._length()
        self._recurrence()

    def _begin(self, begun: tuple[moments.Moment, Resolved] | None) -> None:
        if begun is None:
            return
        self._found.start, self._found.zone = begun
        if begun[0].whole_day:
            self._made["showWithoutTime"] = True
        if begun[1].name is not None:
            self._made["timeZone"] = begun[1].name
        if begun[1].custom is not None:
            self._found.problems.append("its time zone is none that is known; its times are in UTC")

    def _first(self, name: str, reads: Callable[[str], object] = moments.parse) -> Line | None:
        """The first property of a name that can be read; the others are kept."""
        found = None
        for line in self._named.get(name, ()):
            if found is None and reads(line.value) is not None:
                found = line
            else:
                self._draft.keep(line)
        return found

    def _moment(self, line: Line) -> tuple[moments.Moment, Resolved] | None:
        at = moments.parse(line.value)
        if at is None:
            return None
        if at.utc:
            return at, self._zones.utc
        tzid = line.first("TZID") if line.parameters and not at.whole_day else None
        return at, FLOATING if tzid is None else self._zones.resolve(tzid, at.seconds, long=self._long)

    def _note(self, path: str, line: Line, zone: Resolved) -> None:
        """What is left of the parameters; TZID too, where the file called the zone otherwise (§2.3.16)."""
        self._draft.converted(path, line, () if zone.foreign else ("TZID",))

    def _due(self, line: Line, at: moments.Moment, zone: Resolved) -> None:
        if "start" in self._made:
            self._made["due"] = format_local(self._found.local(at, zone))
            self._draft.converted("due", line, ("TZID",))
        else:
            self._made["due"] = _shown(at, zone)
            self._note("due", line, zone)

    def _length(self) -> None:
        length = self._first("DURATION", _length)
        if length is not None:
            self._duration(length)
        for line in self._named.get("DTEND", ()):
            if self._task or not self._end(line):
                self._draft.keep(line)
        start = self._found.start
        if "start" in self._made and not self._task and start and start.whole_day and "duration" not in self._made:
            # RFC 5545 §3.6.1: a date without an end is one day.
            self._made["duration"] = "P1D"

    def _duration(self, line: Line) -> None:
        text, start, zone = line.value.strip(), self._found.start, self._found.zone
        value = _length(text)
        if value is None or start is None or "due" in self._made:
            self._draft.keep(line)
        elif self._task:
            day = min(start.seconds + value.days * DAY, END - 1)
            self._made["due"] = format_local(zone.to_local(min(zone.to_utc(day) + value.seconds, END - 1)))
        else:
            self._made["duration"] = text if duration.is_duration(text) else duration.write(value)
            self._draft.converted("duration", line)

    def _end(self, line: Line) -> bool:
        """Set the duration that DTEND gives (§2.3.14); whether it gives one."""
        start, ended = self._found.start, self._moment(line)
        if start is None or ended is None or "duration" in self._made:
            return False
        at, zone = ended
        own = self._found.zone
        if at.whole_day or (zone.zone is None and not at.utc) or own.zone is None:
            zone = own
        if start.whole_day:
            # Many write the same date twice and mean the one day.
            length = Duration(max(at.seconds // DAY - start.seconds // DAY, 1), 0)
            backwards = at.seconds // DAY < start.seconds // DAY
        else:
            length = Duration(0, zone.to_utc(at.seconds) - own.to_utc(start.seconds))
            backwards = length.seconds < 0
        if backwards:
            self._found.problems.append("its end lies before its start, and is kept as it is")
            return False
        self._made["duration"] = duration.write(length)
        if zone.name != own.name and zone.name is not None and not start.whole_day:
            self._made["endTimeZone"] = zone.name
            self._draft.converted("duration", line, () if zone.foreign and zone.custom is None else ("TZID",))
        else:
            self._draft.converted("duration", line, ("TZID",), always=True)
        return True

    def _recurrence_id(self) -> None:
        line = self._first("RECURRENCE-ID")
        at = self._moment(line) if line is not None else None
        if line is None or at is None:
            return
        self._found.recurrence, self._found.recurrence_zone = at
        if self._found.start is None:
            # What says no start of its own begins when it was to begin.
            self._found.start, self._found.zone = at
        self._draft.converted("recurrenceId", line, ("TZID",))
        if line.first("RANGE"):
            self._found.problems.append("a change of this and all later instances is taken for one of this instance")

    def _recurrence(self) -> None:
        found = [line for name in ("RRULE", "RDATE", "EXDATE") for line in self._named.get(name, ())]
        if self._found.recurrence is not None:
            # One instance does not recur.
            for line in found:
                self._draft.keep(line)
            return
        overrides: dict[str, JSON] = {}
        for line in found:
            if line.name == "RRULE":
                self._rule(line)
            else:
                self._dates(line, overrides)
        if "EXRULE" in self._named:
            self._found.problems.append("what its EXRULE takes out stays in: such rules are kept and not followed")
        if len(self._named.get("RRULE", ())) > 1:
            self._found.problems.append("it has several recurrence rules: the first is taken, the others are kept")
        self._found.recurs = self._long
        if overrides:
            self._made["recurrenceOverrides"] = overrides

    def _rule(self, line: Line) -> None:
        start = self._found.start
        if "recurrenceRule" in self._made or start is None or "start" not in self._made:
            self._draft.keep(line)
            return
        try:
            self._made["recurrenceRule"] = recur.parse(line.value, self._until, start.whole_day)
            self._draft.converted("recurrenceRule", line)
        except FormatError as error:
            self._draft.keep(line)
            at = f"{error.path} " if isinstance(error, RuleError) else ""
            self._found.problems.append(f"its recurrence rule is not understood: {at}{error.problem}")

    def _until(self, text: str) -> str | None:
        at, start = moments.parse(text), self._found.start
        if at is None or start is None:
            return None
        if at.whole_day and not start.whole_day:
            # Real files end rules of times by a date; its whole day is meant.
            return format_local(at.seconds + DAY - 1)
        return format_local(self._found.local(at, self._found.zone))

    def _dates(self, line: Line, overrides: dict[str, JSON]) -> None:
        """RDATE and EXDATE (§2.3.20, §2.3.33); a period is an instance with a duration of its own."""
        added: dict[str, JSON] = {}
        for text in line.value.split(","):
            beginning, slash, rest = text.partition("/")
            at = self._moment(line._replace(value=beginning))
            patch = _period(at[0], rest) if slash and at is not None and not self._task else {}
            many = len(overrides) + len(added) >= MOST_DATES
            if at is None or patch is None or self._found.start is None or many or (slash and self._task):
                self._draft.keep(line)
                self._found.problems.append(f"{line.name} with '{text[:40]}' is kept and not understood")
                return
            added[self._found.key(*at)] = {"excluded": True} if line.name == "EXDATE" else patch
        overrides |= added


def _shown(at: moments.Moment, zone: Resolved) -> str:
    """A time as an entry of this zone shows it; of a zone without equal, in UTC."""
    return format_local(zone.to_utc(at.seconds) if zone.custom is not None else at.seconds)


def _length(text: str) -> Duration | None:
    """A duration that is not negative."""
    found = duration.parse(text.strip().upper())
    return None if found is None or min(found) < 0 else found


def _period(at: moments.Moment, rest: str) -> dict[str, JSON] | None:
    length = _length(rest)
    if length is None and (end := moments.parse(rest)) is not None and end.seconds >= at.seconds:
        length = Duration(0, end.seconds - at.seconds)
    return None if length is None else {"duration": duration.write(length)}
