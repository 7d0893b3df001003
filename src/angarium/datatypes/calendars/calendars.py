"""Calendars as they are stored: the records, and which of them is the default (JMAP calendars §4)."""

from collections.abc import Mapping
from typing import Final

from angarium.datatypes.calendars.events import CONTENTS
from angarium.engine.containers import Containers
from angarium.engine.defaults import INDEX, entries
from angarium.formats.json import JSON
from angarium.store.contract import Indexes

KIND: Final = CONTENTS.container

COLOR_AS_GIVEN: Final = "(color)"
"""A colour with transparency, which only the dialect from before RFC 8620 and CalDAV know; a private property."""

INHERITED: Final = ("name", "color", "timeZone")
"""What other users see as the owner set it until they set it themselves (§4.3)."""

_PER_USER: Final = (
    "defaultAlertsWithTime",
    "defaultAlertsWithoutTime",
    "includeInAvailability",
    "isSubscribed",
    "isVisible",
    "sortOrder",
)
TOLD: Final = ("description", "color", "timeZone", *_PER_USER)
"""What an export tells of a calendar besides its name."""


def _indexes(value: Mapping[str, JSON]) -> Indexes:
    """The default one."""
    return {INDEX: entries(value)}


CALENDARS: Final = Containers(
    KIND,
    "K",
    _indexes,
    CONTENTS,
    first="Calendar",
    new={"description": None, "color": None, "timeZone": None},
    per_user=_PER_USER,
)
