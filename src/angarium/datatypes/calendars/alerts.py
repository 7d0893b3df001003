"""When alerts of an event go off for one user: its own or those of its calendars, snoozed ones too (JMAP calendars §6).

Pure: what is given is an event as the user sees it, and the calendars that it is in. Times are seconds of
`formats.localtime`, in UTC.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from itertools import islice
from typing import Final, NamedTuple

from angarium.datatypes.calendars.own import Event
from angarium.datatypes.calendars.reader import at_instance
from angarium.formats import duration
from angarium.formats.duration import Duration
from angarium.formats.errors import FormatError
from angarium.formats.jscalendar import Series, series
from angarium.formats.json import JSON
from angarium.formats.localtime import DAY, END, EPOCH, FIRST
from angarium.formats.primitives import parse_utc
from angarium.formats.recurrence import TooMuchWork, Work
from angarium.formats.timezones import to_local, to_utc, zone

EMAIL: Final = "email"
FARTHEST: Final = 4_000 * DAY
"""How far ahead the next alert is looked for; what lies behind that is looked for again when the time has come."""

MOST: Final = 50
"""Alerts of an event, or of an instance, that count; of instances with alerts of their own, ten times as many do."""

_STEPS: Final = 10_000
_SPANS: Final = (3_600, 2 * DAY, 40 * DAY, 400 * DAY, FARTHEST)
_SLACK: Final = 2 * DAY
_LONGEST: Final = 4_000 * DAY
_YEAR: Final = 366 * DAY
_OF_ALERTS: Final = frozenset({"alerts", "useDefaultAlerts", "showWithoutTime"})


class Due(NamedTuple):
    """An alert that goes off at a time, for an instance where the event recurs."""

    at: int
    alert: str
    recurrence_id: str | None
    action: str


@dataclass(frozen=True, slots=True)
class _Alarm:
    """What an Alert object says: an offset from the start or the end, or a time."""

    id: str
    action: str
    offset: Duration | None
    from_end: bool
    when: int
    acknowledged: int

    @property
    def reach(self) -> int:
        """Seconds that it goes off after its instance, about; negative before."""
        return self.offset.days * DAY + self.offset.seconds if self.offset else 0


def effective(event: Event, calendars: Sequence[Mapping[str, JSON]], by_default: bool) -> dict[str, Event]:
    """The Alert objects that count (§6.1), none where the user is subscribed to none of the calendars.

    `calendars` are those of the event, as the user sees them; `by_default` is whether they count as subscribed to
    where nothing is said.
    """
    subscribed = [calendar for calendar in calendars if calendar.get("isSubscribed", by_default) is True]
    own = _alerts(event.get("alerts"))
    if not subscribed or event.get("useDefaultAlerts") is not True:
        return own if subscribed else {}
    name = "defaultAlertsWithoutTime" if event.get("showWithoutTime") is True else "defaultAlertsWithTime"
    defaults = {key: alert for calendar in subscribed for key, alert in _alerts(calendar.get(name)).items()}
    snoozed = {
        key: alert for key, alert in own.items() if key not in defaults and not _related(alert).isdisjoint(defaults)
    }
    return {
        **{key: {**alert, "acknowledged": own.get(key, {}).get("acknowledged")} for key, alert in defaults.items()},
        **snoozed,
    }


class Alerts:
    """The alerts of one event for one user; FormatError for an event without readable times."""

    def __init__(self, event: Event, calendars: Sequence[Mapping[str, JSON]], by_default: bool) -> None:
        self._event = event
        self._calendars = calendars
        self._by_default = by_default
        found = series(event)
        if found is None:
            raise FormatError("the event has no start")
        self._series: Series = found
        self._zone = found.zone or _zone_of(calendars)
        self._alarms = self._of(event)
        apart = [
            at for at in found.ids if not _OF_ALERTS.isdisjoint(path.partition("/")[0] for path in found.overrides[at])
        ]
        self._others = {at: self._of(at_instance(event, at, found.overrides[at])) for at in apart[-10 * MOST :]}

    def between(self, after: int, before: int, work: Work | None = None) -> list[Due]:
        """Those that go off after one time and until another, by time. Raises TooMuchWork."""
        work = work or Work(_STEPS)
        found = [*self._relative(after, before, work), *self._absolute(after, before, work)]
        return sorted(found, key=lambda due: (due.at, due.alert))

    def next(self, after: int) -> int | None:
        """A time after which to look again: the first alert after a time, or later than `FARTHEST` the end of that.

        None when no alert goes off any more, or when that takes too long to find out.
        """
        if not self._alarms and not self._others:
            return None
        work = Work(_STEPS)
        try:
            for span in _SPANS:
                if found := self.between(after, min(after + span, END - 1), work):
                    return found[0].at
            last = self._series.last_end(work, self._zone)
        except TooMuchWork:
            return None
        ends = END if last is None else last + max((alarm.reach for _, alarm in self._all()), default=0)
        return after + FARTHEST if max(ends, self._latest()) > after + FARTHEST else None

    def _relative(self, after: int, before: int, work: Work) -> Iterator[Due]:
        reaches = [alarm.reach for _, alarm in self._all() if alarm.offset is not None]
        if not reaches:
            return
        first = max(after - max(reaches) - _SLACK, FIRST)
        last = min(before - min(reaches) + _SLACK, END - 1)
        for instance in self._series.instances(first, last, work, self._zone):
            alarms = self._others.get(instance.recurrence_id or "", self._alarms)
            work.spend(len(alarms) // 4)
            for alarm in alarms:
                if alarm.offset is not None:
                    at = _moved(self._zone, instance.end if alarm.from_end else instance.start, alarm.offset)
                    if after < at <= before and at > alarm.acknowledged:
                        yield Due(at, alarm.id, instance.recurrence_id, alarm.action)

    def _absolute(self, after: int, before: int, work: Work) -> Iterator[Due]:
        """Those at a time of their own; of a series, for the instance that is next then."""
        for recurrence_id, alarm in self._all():
            if alarm.offset is None and after < alarm.when <= before and alarm.when > alarm.acknowledged:
                at = recurrence_id
                if at is None and self._series.recurs:
                    near = self._series.instances(alarm.when, alarm.when + _YEAR, work, self._zone)
                    at = near[0].recurrence_id if near else None
                yield Due(alarm.when, alarm.id, at, alarm.action)

    def _latest(self) -> int:
        return max((alarm.when for _, alarm in self._all()), default=FIRST)

    def _all(self) -> Iterator[tuple[str | None, _Alarm]]:
        yield from ((None, alarm) for alarm in self._alarms)
        for at, alarms in self._others.items():
            yield from ((at, alarm) for alarm in alarms if alarm not in self._alarms)

    def _of(self, event: Event) -> tuple[_Alarm, ...]:
        given = effective(event, self._calendars, self._by_default)
        alarms = (alarm for key, alert in given.items() if (alarm := _alarm(key, alert)) is not None)
        return tuple(islice(alarms, MOST))


def _alarm(key: str, alert: Mapping[str, JSON]) -> _Alarm | None:
    """None for a trigger that nobody knows, which never goes off (jscalendarbis §3.6.2)."""
    trigger = alert.get("trigger")
    if not isinstance(trigger, dict):
        return None
    action = str(alert.get("action", "display"))
    acknowledged = _seconds(alert.get("acknowledged"))
    if (when := _seconds(trigger.get("when"))) > FIRST:
        return _Alarm(key, action, None, False, when, acknowledged)
    offset = duration.parse(str(trigger.get("offset")))
    if offset is None:
        return None
    offset = Duration(*(max(-limit, min(part, limit)) for part, limit in zip(offset, _LIMITS, strict=True)))
    return _Alarm(key, action, offset, trigger.get("relativeTo") == "end", FIRST, acknowledged)


_LIMITS: Final = (_LONGEST // DAY, _LONGEST)


def _moved(within: tzinfo, at: int, offset: Duration) -> int:
    """Days by the calendar, then exact seconds (jscalendarbis §1.5.7)."""
    if offset.days:
        at = to_utc(within, min(max(to_local(within, at) + offset.days * DAY, FIRST), END - 1))
    return at + offset.seconds


def _zone_of(calendars: Sequence[Mapping[str, JSON]]) -> tzinfo:
    """§4: where floating events are."""
    named = (zone(str(calendar["timeZone"])) for calendar in calendars if calendar.get("timeZone"))
    return next((found for found in named if found is not None), UTC)


def _seconds(moment: JSON) -> int:
    found = parse_utc(moment) if isinstance(moment, str) else None
    return FIRST if found is None else EPOCH + found // 1000


def _alerts(value: JSON) -> dict[str, Event]:
    given = value.items() if isinstance(value, dict) else ()
    return {key: alert for key, alert in given if isinstance(alert, dict)}


def _related(alert: Mapping[str, JSON]) -> frozenset[str]:
    related = alert.get("relatedTo")
    return frozenset(related) if isinstance(related, dict) else frozenset()
