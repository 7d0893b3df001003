"""What of an event a user may see: privacy, hidden attendees, parts that a get asks for (JMAP calendars §5.8)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final, cast

from angarium.datatypes.calendars import identities
from angarium.datatypes.calendars.addresses import has_role, normal, participants
from angarium.datatypes.calendars.own import OWNER, Event, seen
from angarium.engine.call import Call
from angarium.engine.records import user_of
from angarium.formats.json import JSON
from angarium.formats.localtime import parse_local
from angarium.formats.pointer import unescape
from angarium.formats.timezones import to_utc, zone

PUBLIC: Final = "public"
SECRET: Final = "secret"  # noqa: S105 (how private an event is)

_PRIVATE_NAMES: Final = """
    @type created due duration estimatedDuration freeBusyStatus privacy recurrenceId recurrenceIdTimeZone
    recurrenceOverrides recurrenceRule sequence showWithoutTime start timeZone uid updated version calendarIds
    isDraft
"""
_OF_PRIVATE: Final = frozenset(_PRIVATE_NAMES.split())
"""jscalendarbis §3.4.3, and what JMAP adds (§5.8)."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at events: a user of `own`, the addresses under which that user takes part."""

    user: str
    addresses: frozenset[str]

    @property
    def is_owner(self) -> bool:
        """Whether the account is the viewer's own."""
        return self.user == OWNER


def viewer(call: Call) -> Viewer:
    """The user of a call; in the account of another too, people take part under the addresses of their own."""
    home = next((account for account in call.request.principal.accounts.values() if account.personal), call.account)
    return Viewer(user_of(call), identities.own_addresses(call.snapshot.records, home.key))


def exists_for(stored: Event, is_owner: bool) -> bool:
    """§5.8: a secret event is there for nobody but the owner of the account."""
    return is_owner or stored.get("privacy") != SECRET


def is_private(event: Mapping[str, JSON]) -> bool:
    """Whether others may see the times of an event only; a value that nobody knows counts as private."""
    return event.get("privacy", PUBLIC) != PUBLIC


def shown(stored: Event, who: Viewer) -> Event:
    """A stored event as a user may see it; the stored object itself may come back."""
    event = seen(stored, who.user)
    if not who.is_owner and is_private(event):
        event = {name: value for name, value in event.items() if name in _OF_PRIVATE}
        return _with_patches(event, lambda path, _value: path.partition("/")[0] in _OF_PRIVATE)
    return attended(event, who.addresses)


def attended(event: Event, addresses: frozenset[str]) -> Event:
    """The event with the participants whom somebody who has these addresses may see (`hideAttendees`)."""
    hides = event.get("hideAttendees") is True and not owns(event, addresses)
    return reduced(event, addresses) if hides else event


def with_hidden(after: Event, before: Event, addresses: frozenset[str]) -> Event:
    """What somebody made of an event, who may not have seen all participants: those who were hidden are in it."""
    known = attended(before, addresses)
    if known is before:
        return after
    made = _with_people(after, before, known)
    left, patches = _overrides(known), _overrides(after)
    for at, patch in _overrides(before).items():
        hidden = {path: value for path, value in patch.items() if path not in left[at]}
        here = patches.get(at, {})
        if here.get("excluded") is not True:
            kept = {**hidden, **(_with_people(here, patch, left[at]) if "participants" in here else here)}
            patches |= {at: kept} if kept or at in patches else {}
    return {**made, "recurrenceOverrides": cast(JSON, patches)} if patches else made


def _with_people(after: Event, before: Event, known: Event) -> Event:
    """The event, or the patch, with the participants that are not in what is known of it."""
    seen = participants(known)
    hidden = {key: entry for key, entry in participants(before).items() if key not in seen}
    return {**after, "participants": cast(JSON, {**participants(after), **hidden})} if hidden else after


def _overrides(event: Event) -> dict[str, Event]:
    found = event.get("recurrenceOverrides")
    return cast("dict[str, Event]", dict(found)) if isinstance(found, dict) else {}


def owns(event: Mapping[str, JSON], addresses: frozenset[str]) -> bool:
    """§4: whether one of these addresses is that of an owner of the event."""
    return any(
        has_role(entry, "owner") and normal(entry.get("calendarAddress")) in addresses
        for entry in participants(event).values()
    )


def reduced(event: Event, addresses: frozenset[str]) -> Event:
    """The event with only its owners and those of its participants who have one of these addresses."""
    if "participants" not in event and "recurrenceOverrides" not in event:
        return event
    given = participants(event)
    kept = {key for key, entry in given.items() if _stays(entry, addresses)}

    def passes(path: str, value: JSON) -> bool:
        top, _, rest = path.partition("/")
        key, _, inside = rest.partition("/")
        if top != "participants" or not rest or unescape(key) in kept:
            return True
        return not inside and _stays(value, addresses)

    left = {**event, "participants": cast(JSON, {key: given[key] for key in given if key in kept})}
    return _with_patches(
        left if "participants" in event else event,
        passes,
        lambda path, value: _entries(value, addresses) if path == "participants" else value,
    )


def overrides_between(event: Event, after: int | None, before: int | None, floating: tzinfo) -> Event:
    """The event with only the overrides whose recurrence id, in UTC, is in a range (§5.8)."""
    overrides = event.get("recurrenceOverrides")
    if not isinstance(overrides, dict) or (after is None and before is None):
        return event
    within = zone(str(event.get("timeZone"))) or floating

    def falls(recurrence_id: str) -> bool:
        at = to_utc(within, parse_local(recurrence_id) or 0)
        return (after is None or at >= after) and (before is None or at < before)

    return {**event, "recurrenceOverrides": {at: patch for at, patch in overrides.items() if falls(at)}}


def _stays(participant: JSON, addresses: frozenset[str]) -> bool:
    return isinstance(participant, dict) and (
        has_role(participant, "owner") or normal(participant.get("calendarAddress")) in addresses
    )


def _entries(value: JSON, addresses: frozenset[str]) -> JSON:
    if not isinstance(value, dict):
        return value
    return {key: entry for key, entry in value.items() if _stays(entry, addresses)}


def _with_patches(
    event: Event,
    passes: Callable[[str, JSON], bool],
    changed: Callable[[str, JSON], JSON] = lambda _path, value: value,
) -> Event:
    """The event with only the patches of its overrides that pass, each changed."""
    overrides = event.get("recurrenceOverrides")
    if not isinstance(overrides, dict):
        return event
    left = {
        at: {
            path: changed(path, value)
            for path, value in cast("dict[str, JSON]", patch).items()
            if path == "excluded" or passes(path, value)
        }
        for at, patch in overrides.items()
    }
    return {**event, "recurrenceOverrides": cast(JSON, left)}
