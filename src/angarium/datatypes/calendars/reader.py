"""CalendarEvent/get (JMAP calendars §5.8): events and single instances as their user may see them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Final, cast

from angarium.datatypes.calendars import identities, view
from angarium.datatypes.calendars.addresses import normal
from angarium.datatypes.calendars.agenda import Agenda
from angarium.datatypes.calendars.budget import Budget, Exhausted
from angarium.datatypes.calendars.events import KIND
from angarium.datatypes.calendars.instance_ids import split
from angarium.datatypes.calendars.own import Event
from angarium.datatypes.calendars.view import Viewer
from angarium.datatypes.calendars.zones import chosen_zone
from angarium.engine.call import Call
from angarium.engine.declare import EVERYTHING, Argument, Found
from angarium.engine.errors import MethodError, MethodErrorType, invalid_arguments
from angarium.engine.shapes import boolean, nullable, utc_date
from angarium.formats.errors import FormatError
from angarium.formats.jscalendar import Series, instance, series, span
from angarium.formats.json import JSON, loads
from angarium.formats.localtime import EPOCH, format_utc
from angarium.formats.primitives import parse_utc
from angarium.formats.recurrence import TooMuchWork
from angarium.store.contract import Window

ARGUMENTS: Final = (
    Argument("recurrenceOverridesBefore", nullable(utc_date)),
    Argument("recurrenceOverridesAfter", nullable(utc_date)),
    Argument("reduceParticipants", boolean, False),
)

_BATCH: Final = 50
_ASKED_FOR: Final = frozenset({"iCalendar", "utcStart", "utcEnd"})
_NULL_IN_INSTANCES: Final = ("recurrenceRule", "recurrenceOverrides")


@dataclass(slots=True)
class Looked:
    """One event on its way to be shown: as stored, as the user sees it, and its series once that was needed."""

    stored: Event
    event: Event
    size: int
    _series: Series | None = None

    def series(self) -> Series | None:
        """When it happens; None for what cannot be read (never, for an event that was checked)."""
        if self._series is None:
            try:
                self._series = series(self.event)
            except FormatError:
                return None
        return self._series


@dataclass(slots=True)
class Options:
    """How a get shows events."""

    who: Viewer
    names: Sequence[str]
    after: int | None = None
    before: int | None = None
    reduce: bool = False
    floating: tzinfo = UTC
    origins: frozenset[str] | None = field(default=None)


class CalendarEventReader:
    """Reads events, and instances by their synthetic ids; the agenda knows of those that were lately looked for."""

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda

    def count(self, call: Call) -> int:
        """How many are stored."""
        return call.snapshot.records.count(call.account.key, KIND)

    def read(self, call: Call, ids: Sequence[str] | None, properties: Sequence[str]) -> Found:
        """The events and instances with these ids."""
        options = _options(call, properties)
        wanted = _all(call) if ids is None else ids
        occurs = _Occurring(call, self._agenda)
        found: list[Event] = []
        missing: list[str] = []
        room = call.request.limits.max_size_response
        looked: dict[str, Looked | None] = {}
        for batch in _batches(wanted):
            named = [(given, *split(given)) for given in batch]
            _look(call, [base for _, base, _ in named], options, looked)
            for given, base, recurrence_id in named:
                seen = looked[base]
                if seen is None or (recurrence_id and not occurs(base, given, recurrence_id, seen)):
                    missing.append(given)
                    continue
                room -= seen.size if list(properties) == [EVERYTHING] else 0
                if room < 0:
                    raise MethodError(
                        MethodErrorType.REQUEST_TOO_LARGE, "the events are too large for one answer; ask for fewer"
                    )
                found.append(_shown(call, given, base, recurrence_id, seen, options))
        return Found(found, missing)


class _Occurring:
    """Whether events have the instances that one call names."""

    def __init__(self, call: Call, agenda: Agenda) -> None:
        self._known = agenda.known(call)
        self._budget = Budget(call)

    def __call__(self, base: str, given: str, recurrence_id: str, seen: Looked) -> bool:
        """Whether an event has this one; MethodError requestTooLarge when finding out takes too long."""
        if self._known(base, given):
            return True
        found, work = seen.series(), self._budget.event()
        try:
            there = found is not None and found.occurs(recurrence_id, work)
        except TooMuchWork:
            there = False
        try:
            self._budget.spent(work)
        except Exhausted as error:
            raise MethodError(MethodErrorType.REQUEST_TOO_LARGE, str(error)) from None
        return there


def _all(call: Call) -> Sequence[str]:
    return call.snapshot.records.query(call.account.key, KIND, None, (), Window()).ids


def _batches(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[at : at + _BATCH] for at in range(0, len(ids), _BATCH)]


def _options(call: Call, properties: Sequence[str]) -> Options:
    """What the arguments say; MethodError for what contradicts itself."""
    if not {"utcStart", "utcEnd"}.isdisjoint(properties) and "recurrenceOverrides" in properties:
        raise invalid_arguments("properties: recurrenceOverrides cannot be had together with utcStart or utcEnd")
    return Options(
        view.viewer(call),
        properties,
        _seconds(call.text("recurrenceOverridesAfter")),
        _seconds(call.text("recurrenceOverridesBefore")),
        call.flag("reduceParticipants"),
        chosen_zone(call),
    )


def _seconds(moment: str | None) -> int | None:
    found = parse_utc(moment) if moment is not None else None
    return None if found is None else EPOCH + -(-found // 1000)


def _look(call: Call, ids: Sequence[str], options: Options, looked: dict[str, Looked | None]) -> None:
    """Read the events of a batch that were not read yet."""
    bases = [base for base in dict.fromkeys(ids) if base not in looked]
    stored = call.snapshot.records.get(call.account.key, KIND, bases) if bases else {}
    for base in bases:
        value = stored.get(base)
        event = None if value is None else cast(Event, loads(value))
        if value is None or event is None or not view.exists_for(event, options.who.is_owner):
            looked[base] = None
        else:
            looked[base] = Looked(event, view.shown(event, options.who), len(value))


def at_instance(event: Event, recurrence_id: str, patch: Mapping[str, JSON] | None) -> Event:
    """An event as it is at one recurrence id; a patch that no longer fits the event is passed over."""
    try:
        return instance(event, recurrence_id, patch)
    except FormatError:
        return instance(event, recurrence_id)


def _shown(call: Call, given: str, base: str, recurrence_id: str | None, seen: Looked, options: Options) -> Event:
    """What is told of one event, or of one instance."""
    event = seen.event
    if recurrence_id is not None:
        overrides = cast("dict[str, dict[str, JSON]]", event.get("recurrenceOverrides") or {})
        event = at_instance(event, recurrence_id, overrides.get(recurrence_id))
    if options.reduce:
        event = view.reduced(event, options.who.addresses)
    event = view.overrides_between(event, options.after, options.before, options.floating)
    names = options.names
    if list(names) == [EVERYTHING]:
        shown = {"id": given, **event}
        for name in _ASKED_FOR:
            shown.pop(name, None)
        if recurrence_id is not None:
            shown["baseEventId"] = base
        shown["isOrigin"] = _is_origin(call, seen.stored, options)
        return shown
    computed: dict[str, Callable[[], JSON]] = {
        "baseEventId": lambda: base if recurrence_id is not None else None,
        "isOrigin": lambda: _is_origin(call, seen.stored, options),
        "utcStart": lambda: utc_time(event, "utcStart", options.floating),
        "utcEnd": lambda: utc_time(event, "utcEnd", options.floating),
    }
    shown = {"id": given}
    for name in names:
        if name in event:
            shown[name] = event[name]
        elif recurrence_id is not None and name in _NULL_IN_INSTANCES:
            shown[name] = None
        elif name in computed:
            shown[name] = computed[name]()
    return shown


def _is_origin(call: Call, stored: Event, options: Options) -> bool:
    """§5: whether this account decides about the event."""
    if stored.get("organizerCalendarAddress") is None:
        return True
    if options.origins is None:
        options.origins = identities.own_addresses(call.snapshot.records, call.account.key)
    return normal(stored["organizerCalendarAddress"]) in options.origins


def utc_time(event: Event, name: str, floating: tzinfo) -> JSON:
    """`utcStart` or `utcEnd` of an event or an instance; None for what has no readable time."""
    try:
        start, end = span(event, floating)
    except FormatError:
        return None
    return format_utc(start if name == "utcStart" else end)
