"""CalendarEvent/query (JMAP calendars §5.11): whole series by the indexes of the store, or instances by the agenda.

What an event holds that others may not see, they do not find either.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Final, cast

from angarium.datatypes.calendars import events, secrecy, view, words
from angarium.datatypes.calendars.agenda import Agenda, Days, Occurrence
from angarium.datatypes.calendars.budget import Exhausted
from angarium.datatypes.calendars.capability import LONGEST_EXPANSION
from angarium.datatypes.calendars.events import KIND
from angarium.datatypes.calendars.reader import at_instance
from angarium.datatypes.calendars.zones import ARGUMENT, chosen_zone
from angarium.engine.call import Call
from angarium.engine.declare import Argument, Filter, Lookup, Meaning, Sort
from angarium.engine.errors import MethodError, MethodErrorType, invalid_arguments
from angarium.engine.listing import window
from angarium.engine.queries import RecordQuerier
from angarium.engine.shapes import boolean, identifier, simple, text
from angarium.formats.json import JSON
from angarium.formats.localtime import DAY, parse_local
from angarium.formats.searchtext import parse_query
from angarium.formats.timezones import to_utc
from angarium.store.contract import (
    All,
    Comparison,
    Either,
    Expression,
    Neither,
    Order,
    QueryChanges,
    QueryResult,
    State,
    Term,
    Window,
)

MOST: Final = 10_000
"""Instances that one query may find."""

ARGUMENTS: Final = (Argument("expandRecurrences", boolean, False), ARGUMENT)

_LOCAL: Final = simple(
    lambda value: isinstance(value, str) and parse_local(value) is not None,
    "a LocalDateTime, such as 2026-01-31T09:00:00",
)
_PRIVATE: Final = Term("privacy", "", Comparison.ABOVE)
_SECRET: Final = Term("privacy", view.SECRET)
_HIDDEN: Final = Term("hidden", 1)
_FLOATING: Final = Term("floating", 1)


def _scope(call: Call) -> Expression | None:
    return None if call.account.personal else Neither((_SECRET,))


def _heard(call: Call, since: State, ids: list[str]) -> list[str]:
    """§5.8: of what was secret all along a guest hears nothing."""
    if call.account.personal:
        return ids
    unheard = secrecy.unheard(call.snapshot.records, call.account.key, since, ids)
    return [record for record in ids if record not in unheard]


def _timed(index: str, comparison: Comparison) -> Meaning:
    """A local time in the zone of the call: floating events are compared with it, all others with its UTC."""

    def meaning(call: Call, value: JSON) -> Expression:
        local = parse_local(cast(str, value)) or 0
        utc = to_utc(chosen_zone(call), local)
        if local == utc:
            return Term(index, local, comparison)
        loose = Term(index, (max if comparison is Comparison.BELOW else min)(local, utc), comparison)
        zoned = All((Term(index, utc, comparison), Neither((_FLOATING,))))
        return All((loose, Either((zoned, All((Term(index, local, comparison), _FLOATING))))))

    return meaning


def _worded(column: str) -> Meaning:
    """Words of a column; for others than the owner only where they may read it (§5.8)."""

    def meaning(call: Call, value: JSON) -> Expression:
        found = Term(column, value, Comparison.WORDS)
        if call.account.personal:
            return found
        if column == "attendee":
            return All((found, Neither((_PRIVATE, _HIDDEN))))
        if column:
            return All((found, Neither((_PRIVATE,))))
        open_ = tuple(Term(name, value, Comparison.WORDS) for name in words.COLUMNS if name != "attendee")
        return All((Neither((_PRIVATE,)), Either((All((found, Neither((_HIDDEN,)))), *open_))))

    return meaning


WORDS: Final[Mapping[str, str]] = {"text": "", **{name: name for name in words.COLUMNS if name != "other"}}

FILTERS: Final = (
    Filter("inCalendar", identifier, Lookup("calendar")),
    Filter("after", _LOCAL, _timed("end", Comparison.ABOVE)),
    Filter("before", _LOCAL, _timed("start", Comparison.BELOW)),
    *(Filter(name, text, _worded(column)) for name, column in WORDS.items()),
    Filter("uid", text, Lookup("uid")),
)
SORTS: Final = tuple(Sort(name, collations=()) for name in ("start", "uid", "recurrenceId", *events.MOMENTS))

_start: Final = attrgetter("start")
_KEYS: Final[Mapping[str, Callable[[Occurrence], str | int]]] = {
    "start": _start,
    "uid": lambda occurrence: occurrence.of.uid,
    "recurrenceId": lambda occurrence: occurrence.recurrence_id,
    "created": lambda occurrence: occurrence.of.created,
    "updated": lambda occurrence: occurrence.of.updated,
}


class CalendarEventQuerier:
    """Finds events, or their instances."""

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda
        self._whole = RecordQuerier(KIND, FILTERS, SORTS, _scope, _heard)

    def query(self, call: Call, filter_: Expression | None, sort: tuple[Order, ...], wanted: Window) -> QueryResult:
        """One window of the result."""
        if not call.flag("expandRecurrences"):
            return self._whole.query(call, filter_, sort, wanted)
        try:
            return window(self._expanded(call, filter_, sort), wanted)
        except Exhausted as error:
            raise MethodError(MethodErrorType.CANNOT_CALCULATE_OCCURRENCES, str(error)) from None

    def can_calculate(self, call: Call, filter_: Expression | None, sort: tuple[Order, ...]) -> bool:
        """Every query that does not expand recurrences."""
        return not call.flag("expandRecurrences") and self._whole.can_calculate(call, filter_, sort)

    def query_changes(
        self,
        call: Call,
        filter_: Expression | None,
        sort: tuple[Order, ...],
        since: State,
        up_to: str | None,
        limit: int | None,
        total: bool,
    ) -> QueryChanges | None:
        """What changed since a state."""
        return self._whole.query_changes(call, filter_, sort, since, up_to, limit, total)

    def _expanded(self, call: Call, filter_: Expression | None, sort: tuple[Order, ...]) -> list[str]:
        """The ids of all instances, in order."""
        terms = _condition(call, filter_)
        zone = chosen_zone(call)
        after, before = (parse_local(str(terms[name])) or 0 for name in ("after", "before"))
        if before - after > LONGEST_EXPANSION * DAY:
            raise MethodError(
                MethodErrorType.EXPAND_DURATION_TOO_LARGE,
                f"before and after lie more than {LONGEST_EXPANSION} days apart; ask for a shorter time",
            )
        if before <= after:
            return []
        utc_after, utc_before = to_utc(zone, after), to_utc(zone, before)
        days = self._agenda.look(call, min(after, utc_after), max(before, utc_before))
        passing = _Passing(call, terms, self._whole)
        passing.check(days)
        found = passing.of(_between(days.zoned, utc_after, utc_before))
        floating = passing.of(_between(days.floating, after, before))
        if (after, before) != (utc_after, utc_before):
            floating = [Occurrence(to_utc(zone, each.start), *each[1:]) for each in floating]
        if len(found) + len(floating) > MOST:
            raise Exhausted(f"more than {MOST} instances are found; ask for a shorter time")
        return [occurrence.id for occurrence in _sorted([*found, *floating], sort)]


class _Passing:
    """Whether an occurrence passes what a filter says beyond its times, and is there for the user at all."""

    def __init__(self, call: Call, terms: Mapping[str, JSON], whole: RecordQuerier) -> None:
        self._call = call
        self._is_owner = call.account.personal
        self._calendar = terms.get("inCalendar")
        self._uid = terms.get("uid")
        self._words = {WORDS[name]: value for name, value in terms.items() if name in WORDS}
        self._events = self._worded(whole, terms) if self._words else None
        self._parsed = {column: parse_query(str(value)) for column, value in self._words.items()}
        self._stored: dict[str, dict[str, JSON]] = {}

    def of(self, occurrences: list[Occurrence]) -> list[Occurrence]:
        """Those that pass."""
        if self._is_owner and self._calendar is None and self._uid is None and self._events is None:
            return occurrences
        return [occurrence for occurrence in occurrences if self._passes(occurrence)]

    def _passes(self, occurrence: Occurrence) -> bool:
        of = occurrence.of
        if self._calendar is not None and self._calendar not in of.calendars:
            return False
        if not self._is_owner and of.privacy == view.SECRET:
            return False
        if self._uid is not None and of.uid != self._uid:
            return False
        if self._events is None:
            return True
        return of.id in self._events and (not of.changes_words or self._holds(occurrence))

    def check(self, days: Days) -> None:
        """Exhausted when an event that may pass could not be calculated (§5.11: cannotCalculateOccurrences)."""
        for facts in days.failed:
            if self._passes(Occurrence(0, 0, facts.id, "", facts)):
                raise Exhausted(
                    f"the occurrences of the event {facts.id} cannot be calculated; change its recurrence rule"
                )

    def _worded(self, whole: RecordQuerier, terms: Mapping[str, JSON]) -> frozenset[str]:
        """The events in which all words are, whichever instance each is in."""
        wanted = All(tuple(Term(name, value) for name, value in terms.items() if name in WORDS))
        return frozenset(whole.query(self._call, wanted, (), Window()).ids)

    def _holds(self, occurrence: Occurrence) -> bool:
        """§5.11.1: all conditions must match the same instance."""
        event = self._stored.get(occurrence.of.id)
        if event is None:
            event = events.load(self._call.snapshot.records, self._call.account.key, occurrence.of.id) or {}
            self._stored[occurrence.of.id] = event
        overrides = event.get("recurrenceOverrides")
        patch = overrides.get(occurrence.recurrence_id) if isinstance(overrides, dict) else None
        columns = words.texts(at_instance(event, occurrence.recurrence_id, cast("dict[str, JSON] | None", patch)))
        return all(words.holds(columns, column, parsed) for column, parsed in self._parsed.items())


def _condition(call: Call, filter_: Expression | None) -> dict[str, JSON]:
    """The filter of an expanded query by name (§5.11: one FilterCondition with `before` and `after`)."""
    given = call.object("filter")
    if "operator" in given or filter_ is None or not {"before", "after"} <= given.keys():
        raise invalid_arguments("filter: with expandRecurrences it must be one FilterCondition with before and after")
    parts = filter_.parts if isinstance(filter_, All) else (filter_,)
    terms = {part.name: part.value for part in parts if isinstance(part, Term)}
    if not {"before", "after"} <= terms.keys():
        raise invalid_arguments("filter: with expandRecurrences before and after must not be null")
    return terms


def _between(occurrences: Sequence[Occurrence], after: int, before: int) -> list[Occurrence]:
    """Those of the occurrences, which are by start, that end after one time and start before another."""
    first = bisect_left(occurrences, after, key=_start)
    last = bisect_left(occurrences, before, first, key=_start)
    return [*(each for each in occurrences[:first] if each.end > after), *occurrences[first:last]]


def _sorted(found: list[Occurrence], sort: tuple[Order, ...]) -> list[Occurrence]:
    """In the order asked for; what is equal in that by start, end, and id."""
    found.sort()
    for order in reversed(sort):
        if order.property != "start" or not order.ascending or len(sort) > 1:
            found.sort(key=_KEYS[order.property], reverse=not order.ascending)
    return found
