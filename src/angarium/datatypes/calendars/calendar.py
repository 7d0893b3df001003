"""Calendar (JMAP calendars §4): exactly one default, events that go or stay, what each user sets apart.

Others use an account as a whole (`angarium account grant`), so rights follow from the account and `shareWith` is null.
"""

from collections.abc import Collection, Mapping
from typing import Final, cast

from angarium.datatypes.calendars.calendars import CALENDARS, COLOR_AS_GIVEN, INHERITED, KIND
from angarium.engine import defaults
from angarium.engine.call import Call
from angarium.engine.containers import LONGEST_DESCRIPTION, LONGEST_NAME, ContainerWriter, check_shared
from angarium.engine.declare import ABSENT, Argument, DataType, Property
from angarium.engine.errors import SetErrorType, invalid_properties
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

_EMPTYING: Final = "onDestroyRemoveEvents"
"""§4.3."""

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


_OBJECTS: Final = RecordObjects(
    KIND,
    CALENDARS.prefix,
    CALENDARS.indexes,
    check_shared,
    computed={"myRights": lambda call: rights(call.account.read_only), "shareWith": lambda _call: None},
    # §4: what is new in the account of the user is seen and counts, what others let the user see does not.
    per_user={
        "sortOrder": lambda _call: 0,
        "isSubscribed": lambda call: call.account.personal,
        "isVisible": lambda _call: True,
        "includeInAvailability": lambda call: "all" if call.account.personal else "none",
        **{name: lambda _call: None for name in ALERTS},
    },
    inherited=INHERITED,
    private=(COLOR_AS_GIVEN,),
)


def _check_alerts(call: Call, calendar: str | None, given: Mapping[str, JSON]) -> None:
    """§4: no two default alerts of an account have the same id."""
    if given.keys().isdisjoint(ALERTS):
        return
    known = _OBJECTS.load(call, calendar, ALERTS) if calendar else None
    value = {**(known or {}), **given}
    others = _alert_ids(call, call.transaction.records, calendar)
    for name in ALERTS:
        alerts = value.get(name)
        taken = others.intersection(alerts) if isinstance(alerts, dict) else None
        if taken:
            raise invalid_properties(f"{name}: '{min(taken)[:80]}' is the id of another default alert", name)
        others.update(alerts if isinstance(alerts, dict) else ())


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
            Property("name", line_of(LONGEST_NAME)),
            Property("description", nullable(text_of(LONGEST_DESCRIPTION)), None),
            Property("color", nullable(_COLOR), None),
            Property(COLOR_AS_GIVEN, nullable(text_of(100)), ABSENT, private=True),
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
        writer=ContainerWriter(_OBJECTS, CALENDARS, _EMPTYING, SetErrorType.CALENDAR_HAS_EVENT, _check_alerts),
        arguments={"set": (Argument(_EMPTYING, boolean, False), defaults.ARGUMENT)},
        before_set=CALENDARS.defaults.settling,
    )
