"""The `timeZone` argument of CalendarEvent methods: where floating events are (JMAP calendars §5.8, §5.11)."""

from datetime import UTC, tzinfo
from typing import Final

from angarium.engine.call import Call
from angarium.engine.declare import Argument
from angarium.engine.shapes import Shape, nullable, simple
from angarium.formats.json import JSON
from angarium.formats.timezones import UTC_NAME, zone


def _is_zone(value: JSON) -> bool:
    return isinstance(value, str) and zone(value) is not None


time_zone: Final[Shape] = simple(_is_zone, "an IANA time zone, such as Europe/Berlin")

ARGUMENT: Final = Argument("timeZone", nullable(time_zone), UTC_NAME)


def chosen_zone(call: Call) -> tzinfo:
    """The zone that a call names."""
    return zone(call.text(ARGUMENT.name) or UTC_NAME) or UTC
