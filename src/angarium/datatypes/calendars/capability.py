"""The capabilities of calendars (JMAP calendars §1.5): what an account may hold, and how far queries reach."""

from typing import Final

from angarium.engine.access import AccountAccess
from angarium.engine.declare import Capability
from angarium.formats.json import JSON

CALENDARS: Final = "urn:ietf:params:jmap:calendars"
CALENDARS_PARSE: Final = "urn:ietf:params:jmap:calendars:parse"

LONGEST_EXPANSION: Final = 366
"""Days over which one query may expand recurrences: a year, whichever it is."""


def _account(access: AccountAccess) -> dict[str, JSON]:
    return {
        "maxCalendarsPerEvent": None,
        "minDateTime": "0001-01-01T00:00:00Z",
        "maxDateTime": "9999-12-31T23:59:59Z",
        "maxExpandedQueryDuration": f"P{LONGEST_EXPANSION}D",
        "maxParticipantsPerEvent": None,
        "mayCreateCalendar": not access.read_only,
    }


def calendars_capabilities() -> tuple[Capability, ...]:
    """What this server can do for calendars."""
    return (Capability(CALENDARS, account=_account), Capability(CALENDARS_PARSE))
