"""What who was invited sends back to the organizer: REPLY (JMAP calendars §5.9.2.3). Pure: events in, messages out."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from angarium.datatypes.calendars.addresses import participants
from angarium.datatypes.calendars.own import Event
from angarium.flows.schedule.guests import guests, key_of, occurrence, occurs, only
from angarium.flows.schedule.message import Message, Method, overrides_of, sendable, with_overrides
from angarium.formats.jscalendar import is_excluded
from angarium.formats.json import JSON
from angarium.formats.pointer import unescape

NEEDS_ACTION: Final = "needs-action"
_DECLINED: Final = "declined"
_OF_REPLY: Final = (
    *("@type", "version", "uid", "sequence", "title", "start", "timeZone", "duration", "showWithoutTime"),
    *("recurrenceId", "recurrenceIdTimeZone", "organizerCalendarAddress"),
)


def replies(before: Event | None, after: Event | None, is_own: Callable[[str], bool], now: str) -> list[Message]:
    """The answers that a change of an event by who was invited means; `now` is a UTCDateTime.

    `is_own` tells the normal addresses of the account. What was cancelled is not answered any more.
    """
    shown = after or before or {}
    organizer = shown.get("organizerCalendarAddress")
    if not isinstance(organizer, str) or (before or shown).get("status") == "cancelled":
        return []
    everyone = {**(guests(before).all if before else {}), **(guests(after).all if after else {})}
    made = []
    for address in filter(is_own, everyone):
        if answers := list(_answers(before, after, address)):
            events = tuple(_answer(event, at, status, address, now) for event, at, status in answers)
            made.append(Message(Method.REPLY, events, everyone[address], (organizer,)))
    return made


def status_of(event: Mapping[str, JSON] | None, address: str) -> str | None:
    """The status of a participant, named by the normal address, of the whole event; None who is not of it."""
    key = key_of(event or {}, address)
    return None if key is None else str(participants(event or {})[key].get("participationStatus", NEEDS_ACTION))


def statuses(event: Mapping[str, JSON] | None, address: str) -> dict[str, str | None]:
    """What overrides say of the status of a participant, by recurrence id; None for an occurrence that is out."""
    found: dict[str, str | None] = {}
    overrides = overrides_of(event or {})
    key = key_of(event or {}, address) if overrides else None
    for at, patch in overrides.items():
        if is_excluded(patch):
            found[at] = None
            continue
        for path, value in patch.items():
            top, _, rest = path.partition("/")
            if top != "participants":
                continue
            token, _, member = rest.partition("/")
            people = {unescape(token): value} if token else value
            here = key_of({"participants": people if not member else {}}, address)
            if member == "participationStatus" and unescape(token) == key:
                found[at] = str(value or NEEDS_ACTION)
            elif here is not None:
                found[at] = status_of({"participants": people}, address)
    return found


def _answers(before: Event | None, after: Event | None, address: str) -> Iterator[tuple[Event, str | None, str]]:
    """What is answered now and was not, or otherwise: the event, the occurrence, the status."""
    old, new = status_of(before, address), status_of(after, address)
    if after is None:
        if before is not None and _comes(before, address):
            yield before, None, _DECLINED
        return
    if new is not None and new not in (old, NEEDS_ACTION):
        yield after, None, new
    earlier, later = statuses(before, address), statuses(after, address)
    for at in earlier.keys() | later.keys():
        status = _of_occurrence(before, after, at, earlier, later)
        status = new if status == "" else status
        if status not in (None, NEEDS_ACTION):
            yield after, at, status


def _comes(event: Event, address: str) -> bool:
    """Whether a participant said anything but no, to the whole or to an occurrence."""
    given = [status_of(event, address), *statuses(event, address).values()]
    return any(status not in (None, NEEDS_ACTION, _DECLINED) for status in given)


def _of_occurrence(
    before: Event | None,
    after: Event,
    at: str,
    earlier: Mapping[str, str | None],
    later: Mapping[str, str | None],
) -> str | None:
    """The status to be told of one occurrence, "" for that of the whole; None when there is nothing to tell."""
    if later.get(at, "") == earlier.get(at, ""):
        return None
    if at in later and later[at] is None:  # taken out by who was invited: that is to decline
        return _DECLINED if before is not None and occurs(before, at) else None
    if at in later:
        return None if later[at] == NEEDS_ACTION else later[at]
    return "" if occurs(after, at) else _DECLINED


def _answer(event: Event, at: str | None, status: str, address: str, now: str) -> Event:
    one = with_overrides(event, {}) if at is None else occurrence(event, at, _patch(event, at))
    made = only(sendable(one), (address,))
    key = key_of(made, address)
    person = participants(made).get(key or "", {"@type": "Participant", "calendarAddress": address})
    kept: Event = {name: made[name] for name in _OF_REPLY if name in made}
    answered: dict[str, JSON] = {**person, "participationStatus": status}
    answered.pop("expectReply", None)
    return {**kept, "updated": now, "participants": {key or "me": answered}}


def _patch(event: Event, at: str) -> Mapping[str, JSON] | None:
    patch = overrides_of(event).get(at)
    return None if is_excluded(patch) else patch
