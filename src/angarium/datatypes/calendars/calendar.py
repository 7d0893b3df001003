"""Calendar (JMAP calendars §4): exactly one default, events that go or stay, what each user sets apart.

Others use an account as a whole (`angarium account grant`), so rights follow from the account and `shareWith` is null.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, cast

from angarium.datatypes.calendars import calendars, events
from angarium.datatypes.calendars.calendars import DEFAULTS, KIND
from angarium.engine import defaults
from angarium.engine.call import Call
from angarium.engine.declare import ABSENT, EVERYTHING, Argument, DataType, Property
from angarium.engine.errors import SetError, SetErrorType, invalid_properties
from angarium.engine.records import RecordObjects
from angarium.engine.shapes import (
    Problem,
    Shape,
    an_object,
    boolean,
    checked,
    identifier,
    integer_from,
    line_of,
    map_of,
    nullable,
    one_of,
    simple,
    text_of,
)
from angarium.formats.csscolor import is_color
from angarium.formats.jscalendar.types import ALERT
from angarium.formats.json import JSON
from angarium.formats.timezones import zone
from angarium.store.contract import Records

LONGEST_DESCRIPTION: Final = 10_000
"""Octets of UTF-8."""

MOST_ALERTS: Final = 50
"""Default alerts of one kind in one calendar: each fires for every event."""

ALERTS: Final = ("defaultAlertsWithTime", "defaultAlertsWithoutTime")
AVAILABILITY: Final = ("all", "attending", "none")

_COLOR: Final = simple(
    lambda value: isinstance(value, str) and is_color(value), "a CSS colour, such as teal or #008080"
)
_ZONE: Final = simple(
    lambda value: isinstance(value, str) and zone(value) is not None, "an IANA time zone, such as Europe/Berlin"
)


def _relative(value: JSON) -> Problem | None:
    """§4: an alert at a fixed time would fire for every event at once."""
    trigger = value.get("trigger") if isinstance(value, dict) else None
    absolute = isinstance(trigger, dict) and trigger.get("@type") == "AbsoluteTrigger"
    return Problem("trigger", "must not be an AbsoluteTrigger in a default alert") if absolute else None


def _default_alert(value: JSON) -> Problem | None:
    return checked(ALERT)(value) or _relative(value)


def _few(shape: Shape, most: int) -> Shape:
    many = Problem("", f"must have at most {most} members")
    return lambda value: many if isinstance(value, dict) and len(value) > most else shape(value)


_DEFAULT_ALERTS: Final = nullable(_few(map_of(identifier, _default_alert), MOST_ALERTS))


def rights(read_only: bool) -> dict[str, JSON]:
    """CalendarRights: whoever may write to the account may do everything with its calendars but share them."""
    may_write = not read_only
    return {
        "mayReadFreeBusy": True,
        "mayReadItems": True,
        "mayWriteAll": may_write,
        "mayWriteOwn": may_write,
        "mayUpdatePrivate": may_write,
        "mayRSVP": may_write,
        "mayShare": False,
        "mayDelete": may_write,
    }


def _check(_call: Call, _calendar: str | None, value: Mapping[str, JSON]) -> None:
    if value.get("shareWith") is not None:
        raise SetError(SetErrorType.FORBIDDEN, "shareWith: you may not share calendars; accounts are shared as a whole")


_OBJECTS: Final = RecordObjects(
    KIND,
    calendars.PREFIX,
    calendars.indexes,
    _check,
    computed={"myRights": lambda call: rights(call.account.read_only), "shareWith": lambda _call: None},
    # §4: what is new in the account of the user is seen and counts, what others let the user see does not.
    per_user={
        "sortOrder": lambda _call: 0,
        "isSubscribed": lambda call: call.account.personal,
        "isVisible": lambda _call: True,
        "includeInAvailability": lambda call: "all" if call.account.personal else "none",
        **{name: lambda _call: None for name in ALERTS},
    },
    inherited=calendars.INHERITED,
    private=(calendars.COLOR_AS_GIVEN,),
)


class CalendarWriter:
    """Creates, changes and destroys calendars."""

    def create(self, call: Call, value: dict[str, JSON]) -> dict[str, JSON]:
        """Make a calendar; it is the default one when there is no other."""
        _check_alerts(call, None, value)
        is_default = DEFAULTS.current(call.transaction.records, call.account.key) is None
        return _OBJECTS.create(call, {**value, "isDefault": is_default})

    def load(self, call: Call, record: str, names: Sequence[str]) -> dict[str, JSON] | None:
        """The current values."""
        return _OBJECTS.load(call, record, names)

    def update(
        self, call: Call, record: str, old: dict[str, JSON], new: dict[str, JSON], names: Sequence[str]
    ) -> dict[str, JSON] | None:
        """Change a calendar."""
        if not set(ALERTS).isdisjoint(names):
            _check_alerts(call, record, {**(_OBJECTS.load(call, record, ALERTS) or {}), **new})
        return _OBJECTS.update(call, record, old, new, names)

    def destroy(self, call: Call, record: str) -> None:
        """Remove a calendar, and what it holds as `onDestroyRemoveEvents` says (§4.3)."""
        account, transaction = call.account.key, call.transaction
        held = events.in_calendar(transaction.records, account, record)
        if held and not call.flag("onDestroyRemoveEvents"):
            raise SetError(SetErrorType.CALENDAR_HAS_EVENT, "the calendar holds events")
        events.leave(transaction, account, record, held)
        _OBJECTS.destroy(call, record)


def _check_alerts(call: Call, calendar: str | None, value: Mapping[str, JSON]) -> None:
    """§4: no two default alerts of an account have the same id."""
    others = _alert_ids(call, call.transaction.records, calendar)
    for name in ALERTS:
        given = value.get(name)
        taken = others.intersection(given) if isinstance(given, dict) else None
        if taken:
            raise invalid_properties(f"{name}: '{min(taken)[:80]}' is the id of another default alert", name)
        others.update(given if isinstance(given, dict) else ())


def _alert_ids(call: Call, records: Records, but: str | None) -> set[str]:
    found: set[str] = set()
    for calendar in records.get(call.account.key, KIND):
        seen = _OBJECTS.load(call, calendar, ALERTS) if calendar != but else None
        for alerts in (seen or {}).values():
            found.update(cast("Collection[str]", alerts or ()))
    return found


def calendar_type(capability: str) -> DataType:
    """The declaration of Calendar under the capability of calendars."""
    return DataType(
        name=KIND,
        capability=capability,
        properties=(
            Property("id", identifier, server_set=True, immutable=True),
            Property("name", line_of(calendars.LONGEST_NAME)),
            Property("description", nullable(text_of(LONGEST_DESCRIPTION)), None),
            Property("color", nullable(_COLOR), None),
            Property(calendars.COLOR_AS_GIVEN, nullable(text_of(100)), ABSENT, private=True),
            Property("sortOrder", integer_from(0, 2**31 - 1), 0),
            Property("isSubscribed", boolean, True),
            Property("isVisible", boolean, True),
            Property("isDefault", boolean, server_set=True),
            Property("includeInAvailability", one_of(AVAILABILITY), ABSENT),
            *(Property(name, _DEFAULT_ALERTS, None) for name in ALERTS),
            Property("timeZone", nullable(_ZONE), None),
            Property("shareWith", nullable(an_object), None),
            Property("myRights", an_object, server_set=True),
        ),
        reader=_OBJECTS,
        writer=CalendarWriter(),
        arguments={"set": (Argument("onDestroyRemoveEvents", boolean, False), defaults.ARGUMENT)},
        before_set=DEFAULTS.settling,
    )


__all__ = ["EVERYTHING", "calendar_type", "rights"]
