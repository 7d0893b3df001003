"""One message of iTIP, by whichever road it goes: a method, the events it is about, from whom and for whom.

Only the value lives here, and what of a stored event may stand in one (RFC 5546 §1.4, JMAP calendars §5.9.2).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, cast

from angarium.datatypes.calendars.own import PER_USER, Event
from angarium.formats.jscalendar import is_excluded
from angarium.formats.jscalendar.types import EVENT_PROPERTIES
from angarium.formats.json import JSON, dumps

_KEPT_BACK: Final = PER_USER | {"method", "iCalendar", "privacy"}
_OF_ONE_SIDE: Final = ("scheduleSequence", "scheduleUpdated")


class Method(StrEnum):
    """The methods that are understood (RFC 5546 §3.2); in JSCalendar they are in lower case."""

    REQUEST = "request"
    REPLY = "reply"
    ADD = "add"
    CANCEL = "cancel"
    REFRESH = "refresh"
    COUNTER = "counter"
    DECLINECOUNTER = "declinecounter"


@dataclass(frozen=True, slots=True)
class Message:
    """What goes out; `events` have one uid, `sender` and `recipients` are calendar addresses.

    `is_new` says that the recipients saw nothing of the event before.
    """

    method: Method
    events: tuple[Event, ...]
    sender: str
    recipients: tuple[str, ...]
    is_new: bool = False

    @property
    def size(self) -> int:
        """Octets of its events."""
        return sum(len(dumps(event)) for event in self.events)


def sendable(event: Mapping[str, JSON]) -> Event:
    """An event without what is its account's own: calendars, alerts, colours, notes about replies.

    What is neither a property of JSCalendar nor one of a vendor means something to this server alone, if anything.
    """
    made: Event = {name: value for name, value in event.items() if _is_sent(name) and value is not None}
    if "participants" in made:
        made["participants"] = _people(made["participants"])
    overrides = made.get("recurrenceOverrides")
    if isinstance(overrides, dict):
        made["recurrenceOverrides"] = {at: _patch(patch) for at, patch in overrides.items()}
    return made


def overrides_of(event: Mapping[str, JSON]) -> dict[str, dict[str, JSON]]:
    """The recurrence overrides of an event."""
    found = event.get("recurrenceOverrides")
    return cast("dict[str, dict[str, JSON]]", found) if isinstance(found, dict) else {}


def with_overrides(event: Mapping[str, JSON], overrides: Mapping[str, Mapping[str, JSON]]) -> Event:
    """The event with other recurrence overrides."""
    left = {name: value for name, value in event.items() if name != "recurrenceOverrides"}
    return {**left, "recurrenceOverrides": cast(JSON, dict(overrides))} if overrides else left


def without(event: Mapping[str, JSON], names: Iterable[str]) -> Event:
    """The event without some of its properties."""
    dropped = frozenset(names)
    return {name: value for name, value in event.items() if name not in dropped}


def _is_sent(name: str) -> bool:
    return name not in _KEPT_BACK and (name == "@type" or name in EVENT_PROPERTIES or ":" in name)


def _people(value: JSON) -> JSON:
    return {key: _person(person) for key, person in value.items()} if isinstance(value, dict) else value


def _person(value: JSON) -> JSON:
    return without(value, _OF_ONE_SIDE) if isinstance(value, dict) else value


def _patch(patch: JSON) -> JSON:
    """What of a patch is for others."""
    if not isinstance(patch, dict) or is_excluded(patch):
        return patch
    made: dict[str, JSON] = {}
    for path, value in patch.items():
        top, _, rest = path.partition("/")
        if not _is_sent(top):
            continue
        if top == "participants":
            key, _, inside = rest.partition("/")
            if inside in _OF_ONE_SIDE:
                continue
            value = value if inside else _person(value) if key else _people(value)
        made[path] = value
    return made
