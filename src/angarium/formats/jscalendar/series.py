"""When an event or a task happens: its instances in a window of time, single, recurring, moved, added and taken out.

A Series is read once from an entry and asked for windows. What it costs depends on what is in the window, not on how
far it lies from the start. jscalendarbis §3.3, §1.5.5, §1.5.6.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo

from angarium.formats import duration
from angarium.formats.duration import NOTHING, Duration
from angarium.formats.errors import FormatError
from angarium.formats.jscalendar.overrides import anchor, is_excluded
from angarium.formats.json import JSON
from angarium.formats.localtime import DAY, END, FIRST, format_local, parse_local
from angarium.formats.recurrence import Rule, Work, last_occurrence, occurrences, read
from angarium.formats.timezones import to_local, to_utc, zone

_MARGIN = 2 * DAY
"""No zone is further than this from another."""
_OVERRIDES_A_STEP = 16
_LONGEST = 400_000 * DAY


@dataclass(frozen=True, slots=True)
class Instance:
    """One time that an entry happens: `start` and `end` in UTC seconds of `formats.localtime`.

    `recurrence_id` is None for an entry that does not recur; `patch` is what its override changes, if it has one.
    """

    recurrence_id: str | None
    start: int
    end: int
    patch: Mapping[str, JSON] | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """What the times of an entry depend on.

    `zone` is None for floating time. `moved` has the overrides that change start, duration or zone, by recurrence id:
    (start in local seconds, zone, duration). `overrides` are in order of their ids.
    """

    start: int
    zone: tzinfo | None
    duration: Duration
    rule: Rule | None
    overrides: Mapping[str, dict[str, JSON]]
    ids: tuple[str, ...]
    moved: Mapping[str, tuple[int, tzinfo | None, Duration]]

    @property
    def recurs(self) -> bool:
        """Whether there is more than the one time."""
        return self.rule is not None or bool(self.overrides)

    def at_start(self, floating: tzinfo = UTC) -> Instance:
        """What happens at the start, overrides aside."""
        return self._instance(None, self.start, self.zone, self.duration, floating)

    def instances(self, after: int, before: int, work: Work, floating: tzinfo = UTC) -> list[Instance]:
        """The instances that end after one time and start before another (UTC seconds), by start.

        One without duration counts as ending just after its start. Floating entries are taken to be in `floating`.
        Raises TooMuchWork.
        """
        if not self.recurs:
            only = self.at_start(floating)
            return [only] if _overlap(only, after, before) else []
        work.spend(len(self.overrides) // _OVERRIDES_A_STEP)
        found = [each for each in self._all(after, before, work, floating) if _overlap(each, after, before)]
        found.sort(key=lambda each: (each.start, each.recurrence_id))
        return found

    def occurs(self, recurrence_id: str, work: Work) -> bool:
        """Whether there is an instance of this recurrence id. Raises TooMuchWork."""
        at = parse_local(recurrence_id)
        if at is None or not self.recurs:
            return False
        patch = self.overrides.get(recurrence_id)
        if patch is not None:
            return not is_excluded(patch)
        return at == self.start or any(self._by_rule(at, at + 1, work))

    def last_end(self, work: Work, floating: tzinfo = UTC) -> int | None:
        """A UTC time that no instance ends after; None when the rule never ends. Raises TooMuchWork."""
        ends = [self.at_start(floating).end]
        rule = self._counted(work)
        if rule is not None:
            last = last_occurrence(rule, self.start, work)
            if last is None:
                return None
            ends.append(self._instance(None, last, self.zone, self.duration, floating).end)
        work.spend(len(self.overrides) // _OVERRIDES_A_STEP)
        if self.ids and (latest := parse_local(self.ids[-1])) is not None:
            ends.append(self._instance(None, latest, self.zone, self.duration, floating).end)
        ends.extend(self._instance(None, *moved, floating).end for moved in self.moved.values())
        return max(ends)

    def _all(self, after: int, before: int, work: Work, floating: tzinfo) -> Iterator[Instance]:
        """Every instance of the window and some around it, each once."""
        own = self.zone or floating
        length = abs(self.duration.days) * DAY + abs(self.duration.seconds)
        first = max(to_local(own, max(after, FIRST)) - length - _MARGIN, FIRST)
        last = min(to_local(own, min(before, END - 1)) + _MARGIN, END)
        for at in self.times(first, last, work):
            recurrence_id = format_local(at)
            if recurrence_id not in self.overrides:
                yield self._instance(recurrence_id, at, self.zone, self.duration, floating)
        end = len(self.ids) if last >= END else bisect_left(self.ids, format_local(last))
        for recurrence_id in self.ids[bisect_left(self.ids, format_local(first)) : end]:
            if recurrence_id not in self.moved:
                at = parse_local(recurrence_id) or 0
                yield self._instance(recurrence_id, at, self.zone, self.duration, floating)
        for recurrence_id, moved in self.moved.items():
            yield self._instance(recurrence_id, *moved, floating)

    def times(self, first: int, last: int, work: Work) -> Iterator[int]:
        """The start, which always counts, and what the rule adds, in local seconds; overrides are not looked at."""
        if first <= self.start < last:
            yield self.start
        yield from (at for at in self._by_rule(first, last, work) if at != self.start)

    def _by_rule(self, first: int, last: int, work: Work) -> Iterator[int]:
        rule = self._counted(work)
        return iter(()) if rule is None else occurrences(rule, self.start, first, last, work)

    def _counted(self, work: Work) -> Rule | None:
        """The rule with the COUNT that is left to it; None when nothing is."""
        rule = self.rule
        if rule is None or rule.count is None or any(occurrences(rule, self.start, self.start, self.start + 1, work)):
            return rule
        # The start is the first occurrence even where the rule leaves it out, and is counted (§3.3.3.1).
        return replace(rule, count=rule.count - 1) if rule.count > 1 else None

    def _instance(
        self, recurrence_id: str | None, start: int, within: tzinfo | None, length: Duration, floating: tzinfo
    ) -> Instance:
        used = within or floating
        patch = self.overrides.get(recurrence_id) if recurrence_id is not None else None
        return Instance(recurrence_id, to_utc(used, start), end_of(start, length, used), patch)


def end_of(start: int, length: Duration, within: tzinfo) -> int:
    """The UTC end of what starts at a local time: days by the calendar, then exact seconds (§1.5.6)."""
    day = start + length.days * DAY
    return min(max(to_utc(within, min(max(day, FIRST), END - 1)) + length.seconds, FIRST), END - 1)


def _overlap(each: Instance, after: int, before: int) -> bool:
    return each.start < before and (each.end > after or (each.end <= each.start and each.start >= after))


def series(entry: Mapping[str, JSON]) -> Series | None:
    """The series of a valid Event or Task; None for a task without any time.

    Raises FormatError for a rule, a time or a zone that no valid entry has.
    """
    own = _zone(entry.get("timeZone"))
    name = anchor(entry)
    if name not in entry:
        return None
    start, length = _time(entry[name]), _duration(entry)
    rule = entry.get("recurrenceRule")
    overrides = entry.get("recurrenceOverrides")
    patches = (
        {at: patch for at, patch in overrides.items() if isinstance(patch, dict)} if isinstance(overrides, dict) else {}
    )
    ids = tuple(sorted(at for at, patch in patches.items() if not is_excluded(patch)))
    moved = {}
    for at in ids:
        patch = patches[at]
        if patch and not patch.keys().isdisjoint(_MOVING):
            shown = {**entry, name: at, **{key: value for key, value in patch.items() if key in _MOVING}}
            moved[at] = (_time(shown[name]), _zone(shown.get("timeZone")), _duration(shown))
    return Series(start, own, length, read(rule) if isinstance(rule, dict) else None, patches, ids, moved)


def span(entry: Mapping[str, JSON], floating: tzinfo = UTC) -> tuple[int, int]:
    """When a valid Event itself begins and ends, in UTC seconds, whether it recurs or not.

    Raises FormatError for one without a readable start, or with a duration or a zone that no valid entry has.
    """
    used = _zone(entry.get("timeZone")) or floating
    start = _time(entry.get("start"))
    return to_utc(used, start), end_of(start, _duration(entry), used)


_MOVING = frozenset({"start", "due", "duration", "estimatedDuration", "timeZone"})


def _time(value: JSON) -> int:
    found = parse_local(value) if isinstance(value, str) else None
    if found is None:
        raise FormatError("a start is no LocalDateTime")
    return found


def _zone(value: JSON) -> tzinfo | None:
    if not isinstance(value, str):
        return None
    found = zone(value)
    if found is None:
        raise FormatError(f"'{value[:80]}' is no time zone")
    return found


def _duration(entry: Mapping[str, JSON]) -> Duration:
    """How long it lasts; a task until it is due, or as long as it is estimated."""
    if entry.get("@type") != "Task":
        value = entry.get("duration")
    elif "due" not in entry:
        value = entry.get("estimatedDuration")
    elif "start" in entry:
        return Duration(0, min(max(_time(entry["due"]) - _time(entry["start"]), 0), _LONGEST))
    else:
        value = None
    found = duration.parse(value) if isinstance(value, str) else NOTHING
    if found is None:
        raise FormatError("a duration cannot be read")
    return Duration(min(found.days, _LONGEST // DAY), min(found.seconds, _LONGEST))
