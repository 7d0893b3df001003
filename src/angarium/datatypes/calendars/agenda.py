"""When events happen, week by week, remembered between queries: an agenda of each account.

Expanding ten thousand events takes long, and nearly all of them are as they were when the week was last looked at. A
week remembers the state of the store that it agrees with; what has changed since is all that is calculated anew. What
belongs to nobody in particular lives here: rights and filters come later.
"""

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from threading import Lock
from typing import Final, NamedTuple, Self, cast

from angarium.datatypes.calendars.budget import Budget, Exhausted
from angarium.datatypes.calendars.events import KIND
from angarium.datatypes.calendars.instance_ids import synthetic
from angarium.datatypes.calendars.view import PUBLIC
from angarium.datatypes.calendars.words import changes_words
from angarium.engine.call import Call
from angarium.formats.errors import FormatError
from angarium.formats.jscalendar import Instance, series
from angarium.formats.json import JSON, loads
from angarium.formats.localtime import DAY
from angarium.formats.primitives import parse_utc
from angarium.formats.recurrence import TooMuchWork
from angarium.store.contract import AccountKey, All, CannotCalculateChanges, Comparison, State, Term, TooSlow, Window

WEEK: Final = 7 * DAY

MOST: Final = 20_000
"""Occurrences that one look may find; there is no use in more."""

REMEMBERED: Final = 60_000
"""Occurrences that are remembered, of all accounts together: some 20 MB."""

_BATCH: Final = 50
_MOST_CHANGES: Final = 200


@dataclass(frozen=True, slots=True)
class Facts:
    """What queries ask of an event besides its times; `created` and `updated` in epoch milliseconds."""

    id: str
    calendars: frozenset[str]
    privacy: str
    uid: str
    recurrence_id: str
    created: int
    updated: int
    floating: bool
    changes_words: bool


class Occurrence(NamedTuple):
    """One time that an event happens: seconds of `formats.localtime`, in UTC unless the event is floating."""

    start: int
    end: int
    id: str
    recurrence_id: str
    of: Facts


@dataclass(frozen=True, slots=True)
class Days:
    """What happens in some time, by start, floating events apart, and the events that could not be calculated."""

    zoned: Sequence[Occurrence]
    floating: Sequence[Occurrence]
    failed: Sequence[Facts] = ()


@dataclass(frozen=True, slots=True)
class _Week:
    state: State
    days: Days
    ids: frozenset[str]

    @classmethod
    def of(cls, state: State, days: Days) -> Self:
        return cls(state, days, frozenset(each.id for part in (days.zoned, days.floating) for each in part))


class Agenda:
    """Remembers weeks of accounts; one for a process."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._weeks: OrderedDict[tuple[AccountKey, int], _Week] = OrderedDict()
        self._room = remembered
        self._lock = Lock()

    def look(self, call: Call, first: int, last: int) -> Days:
        """What happens in an account between two times, and some before and after; Exhausted, TooSlow."""
        numbers = range(first // WEEK, last // WEEK + 1)
        state = call.snapshot.state(call.account.key, KIND)
        known = self._known(call, numbers, state)
        if stale := [number for number in numbers if number not in known or known[number].state != state]:
            renewed = self._renewed(call, known, stale, state)
            self._remember(call, renewed)
            known |= renewed
        return _joined(numbers, known)

    def known(self, call: Call) -> Callable[[str, str], bool]:
        """Tells whether an event is known to have an instance of an id; False also where nobody has looked."""
        account, state = call.account.key, call.snapshot.state(call.account.key, KIND)
        with self._lock:
            weeks = [week for (of, _), week in reversed(self._weeks.items()) if of == account and week.state <= state]
        touched = self._touched(call, min((week.state for week in weeks), default=state), state)
        if touched is None:
            touched, weeks = frozenset(), [week for week in weeks if week.state == state]
        sets = [week.ids for week in weeks]

        def holds(event: str, instance: str) -> bool:
            for ids in sets:
                if instance in ids:
                    return event not in touched
            return False

        return holds

    def _known(self, call: Call, numbers: range, state: State) -> dict[int, _Week]:
        """What is remembered; nothing of a time after the one that the call sees."""
        with self._lock:
            found = {number: self._weeks.get((call.account.key, number)) for number in numbers}
            for number in found:
                if found[number]:
                    self._weeks.move_to_end((call.account.key, number))
        return {number: week for number, week in found.items() if week is not None and week.state <= state}

    def _renewed(self, call: Call, known: Mapping[int, _Week], stale: Sequence[int], state: State) -> dict[int, _Week]:
        """Weeks that are new, or were looked at before something changed."""
        old = [known[number].state for number in stale if number in known]
        touched = self._touched(call, min(old), state) if len(old) == len(stale) else None
        if touched is None:
            return _Fill(call, range(stale[0], stale[-1] + 1)).weeks(state)
        fresh = _Fill(call, range(stale[0], stale[-1] + 1), sorted(touched)).weeks(state)
        return {number: _Week.of(state, _replaced(known[number].days, fresh[number].days, touched)) for number in stale}

    def _touched(self, call: Call, since: State, state: State) -> frozenset[str] | None:
        """The events that changed after a state; None when that cannot be told, or is too many."""
        if since == state:
            return frozenset()
        try:
            changes = call.snapshot.changes(call.account.key, KIND, since, _MOST_CHANGES)
        except CannotCalculateChanges:
            return None
        found = (*changes.created, *changes.updated, *changes.destroyed)
        return None if changes.has_more else frozenset(found)

    def _remember(self, call: Call, weeks: Mapping[int, _Week]) -> None:
        if call.request.transaction is not None:
            return  # what a transaction sees may never come to be
        with self._lock:
            for number, week in weeks.items():
                self._weeks[call.account.key, number] = week
            size = sum(len(week.ids) + 1 for week in self._weeks.values())
            while size > self._room and self._weeks:
                _, gone = self._weeks.popitem(last=False)
                size -= len(gone.ids) + 1


class _Fill:
    """Calculates weeks from what is stored: of all events that may happen then, or of some."""

    def __init__(self, call: Call, numbers: range, events: Sequence[str] | None = None) -> None:
        self._call = call
        self._numbers = numbers
        self._after = numbers[0] * WEEK
        self._before = (numbers[-1] + 1) * WEEK
        self._events = self._candidates() if events is None else events
        self._budget = Budget(call)
        self._found: list[Occurrence] = []
        self._failed: list[Facts] = []

    def weeks(self, state: State) -> dict[int, _Week]:
        """The weeks, each with all that happens in it."""
        records, account = self._call.snapshot.records, self._call.account.key
        if self._call.request.hasty and len(self._events) > _BATCH:
            raise TooSlow("there are too many events to calculate while others wait")
        for at in range(0, len(self._events), _BATCH):
            for record, value in records.get(account, KIND, self._events[at : at + _BATCH]).items():
                self._take(record, cast("dict[str, JSON]", loads(value)))
        parts: dict[int, tuple[list[Occurrence], list[Occurrence]]] = {number: ([], []) for number in self._numbers}
        for occurrence in sorted(self._found):
            first = max(occurrence.start // WEEK, self._numbers[0])
            last = min(max(occurrence.end - 1, occurrence.start) // WEEK, self._numbers[-1])
            for number in range(first, last + 1):
                parts[number][occurrence.of.floating].append(occurrence)
        failed = tuple(self._failed)
        return {number: _Week.of(state, Days(*part, failed)) for number, part in parts.items()}

    def _candidates(self) -> list[str]:
        """The events that begin before the end and end after the beginning."""
        found = self._call.snapshot.records.query(
            self._call.account.key,
            KIND,
            All((Term("start", self._before, Comparison.BELOW), Term("end", self._after, Comparison.ABOVE))),
            (),
            Window(),
        )
        return found.ids

    def _take(self, record: str, event: dict[str, JSON]) -> None:
        facts = _facts(record, event)
        work = self._budget.event()
        try:
            found = series(event)
            instances = found.instances(self._after, self._before, work) if found else []
        except (TooMuchWork, FormatError):
            self._failed.append(facts)
            self._budget.spent(work)
            return
        self._budget.spent(work)
        self._found += [_occurrence(facts, instance) for instance in instances]
        if len(self._found) > MOST:
            raise Exhausted("more happens in that time than can be calculated; ask for a shorter one")


def _facts(record: str, event: Mapping[str, JSON]) -> Facts:
    return Facts(
        record,
        frozenset(cast("dict[str, JSON]", event["calendarIds"])),
        str(event.get("privacy", PUBLIC)),
        str(event["uid"]),
        str(event.get("recurrenceId", "")),
        parse_utc(str(event.get("created", ""))) or 0,
        parse_utc(str(event.get("updated", ""))) or 0,
        event.get("timeZone") is None,
        changes_words(event),
    )


def _occurrence(facts: Facts, instance: Instance) -> Occurrence:
    if instance.recurrence_id is None:
        return Occurrence(instance.start, instance.end, facts.id, facts.recurrence_id, facts)
    name = synthetic(facts.id, instance.recurrence_id)
    return Occurrence(instance.start, instance.end, name, instance.recurrence_id, facts)


def _joined(numbers: range, weeks: Mapping[int, _Week]) -> Days:
    """Some weeks as one; what reaches from one into the next stands once."""
    zoned: list[Occurrence] = []
    floating: list[Occurrence] = []
    failed: dict[str, Facts] = {}
    for number in numbers:
        days = weeks[number].days
        for found, part in ((zoned, days.zoned), (floating, days.floating)):
            begun = bisect_left(part, number * WEEK, key=attrgetter("start")) if number > numbers[0] else 0
            found += part[begun:]
        failed |= {facts.id: facts for facts in days.failed}
    return Days(zoned, floating, tuple(failed.values()))


def _replaced(before: Days, fresh: Days, touched: frozenset[str]) -> Days:
    """What was known, with what is known anew of the events that were touched."""

    def renewed(old: Sequence[Occurrence], new: Sequence[Occurrence]) -> list[Occurrence]:
        left = [each for each in old if each.of.id not in touched]
        return sorted([*left, *new]) if new else left

    failed = [facts for facts in before.failed if facts.id not in touched]
    return Days(renewed(before.zoned, fresh.zoned), renewed(before.floating, fresh.floating), (*failed, *fresh.failed))
