"""`utcStart` and `utcEnd` of clients without time zones, turned into what an event has (JMAP calendars §5, §5.9)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, cast

from angarium.datatypes.calendars import calendars
from angarium.datatypes.calendars.own import Event
from angarium.engine.call import Call
from angarium.engine.errors import invalid_properties
from angarium.engine.records import seen_by, user_of
from angarium.formats import duration
from angarium.formats.duration import Duration
from angarium.formats.json import JSON, loads
from angarium.formats.localtime import format_local, parse_local
from angarium.formats.localtime import parse_utc as utc_seconds
from angarium.formats.timezones import UTC_NAME, to_local, to_utc, zone

INSTEAD: Final[Mapping[str, str]] = {"utcStart": "start", "utcEnd": "duration"}
"""What each of them sets."""


_MOVING: Final = frozenset({"start", "utcStart", "timeZone"})


def held(new: Event, changed: Sequence[str]) -> Event:
    """The UTC times that a client gives as they are, where without them they would move with what it changes.

    `new` has all properties that it gives, `changed` names those that differ.
    """
    if _MOVING.isdisjoint(changed):
        return {}
    return {name: new[name] for name in INSTEAD if new.get(name) is not None and INSTEAD[name] not in new}


def settle(call: Call, event: Event, given: Collection[str]) -> Event:
    """The event with `start`, `duration` and `timeZone` for the UTC times among its properties.

    `given` are the properties that the client sets. SetError invalidProperties where it sets the same thing twice.
    """
    wanted = [name for name in INSTEAD if event.get(name) is not None]
    for name in wanted:
        if INSTEAD[name] in given:
            raise invalid_properties(f"{name} cannot be set together with {INSTEAD[name]}", name)
    _refuse_in_overrides(event)
    made = {name: value for name, value in event.items() if name not in INSTEAD}
    if not wanted:
        return made
    if made.get("timeZone") is None:
        made["timeZone"] = _zone_of_calendars(call, made)
    within = zone(str(made["timeZone"]))
    if within is None:
        return made  # which the check will tell
    if "utcStart" in wanted:
        made["start"] = format_local(to_local(within, _seconds(event, "utcStart")))
    start = parse_local(str(made.get("start")))
    if "utcEnd" in wanted and start is not None:
        length = _seconds(event, "utcEnd") - to_utc(within, start)
        if length < 0:
            raise invalid_properties("utcEnd: the event must not end before it starts", "utcEnd")
        made["duration"] = duration.write(Duration(0, length))
    return made


def _seconds(event: Event, name: str) -> int:
    found = utc_seconds(str(event[name]))
    if found is None:
        raise invalid_properties(
            f"{name}: must be a UTCDateTime without a fraction, such as 2026-01-31T09:00:00Z", name
        )
    return found


def _refuse_in_overrides(event: Event) -> None:
    overrides = event.get("recurrenceOverrides")
    for at, patch in overrides.items() if isinstance(overrides, dict) else ():
        for name in INSTEAD:
            if isinstance(patch, dict) and name in patch:
                path = f"recurrenceOverrides/{at}/{name}"
                raise invalid_properties(f"{path}: cannot be set for one occurrence; set {INSTEAD[name]}", path)


def _zone_of_calendars(call: Call, event: Event) -> str:
    """§5: the zone that all calendars of the event have, else UTC."""
    ids = event.get("calendarIds")
    stored = call.snapshot.records.get(call.account.key, calendars.KIND, list(ids) if isinstance(ids, dict) else [])
    zones = {seen_by(user_of(call), cast("dict[str, JSON]", loads(value))).get("timeZone") for value in stored.values()}
    (common,) = zones if len(zones) == 1 else (None,)
    return str(common or UTC_NAME)
