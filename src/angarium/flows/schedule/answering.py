"""What the messages of participants come to where an event is organized: REPLY, COUNTER, REFRESH.

Pure. A participant changes nothing but the own status, and to whom it is delegated (RFC 5546 §3.2.3); COUNTER is
declined in so many words (§3.2.7, §3.2.8), REFRESH is answered with what the participant may see (§3.2.6).
"""

from collections.abc import Callable, Mapping
from typing import Final, cast

from angarium.datatypes.calendars.addresses import normal, participants
from angarium.datatypes.calendars.own import Event
from angarium.flows.schedule.attending import NEEDS_ACTION
from angarium.flows.schedule.decision import PASSED_OVER, Decision, Held, Incoming, Step, Told, age, organizer_of
from angarium.flows.schedule.guests import guests, key_of, occurrence, occurs, only, path_to
from angarium.flows.schedule.message import Message, Method, overrides_of, sendable, with_overrides, without
from angarium.flows.schedule.organizing import whole
from angarium.formats.jscalendar import difference, is_excluded
from angarium.formats.json import JSON

_DELEGATED: Final = "delegated"
_STATUSES: Final = frozenset({"accepted", "declined", "tentative", _DELEGATED, NEEDS_ACTION})
_OF_ANSWER: Final = ("delegatedTo",)
"""What goes with another answer."""
_UNVERIFIED: Final = "it could not be verified that this comes from the participant, so nothing was changed"
_STRANGER: Final = "this answer is from somebody who is not invited, so nothing was changed"
_COUNTERED: Final = "another time or form of the event was proposed; nothing was changed, and the proposal was declined"


def answered(held: Held, incoming: Incoming) -> Decision:
    """What comes of one event of a message from a participant."""
    there = held.base
    if there is None or not _is_organized_here(there[1], incoming) or not incoming.sender:
        return PASSED_OVER
    person = _person(incoming.event, incoming.sender)
    if person is None and incoming.method is not Method.REFRESH:
        return PASSED_OVER  # it speaks for somebody else
    known = guests(there[1])
    if incoming.sender not in known.all:
        return _stranger(there, incoming)
    if not incoming.is_trusted:
        return Decision(told=Told(*there, _about(person, _UNVERIFIED))) if person else PASSED_OVER
    return _RULES[incoming.method](there, incoming)


def _is_organized_here(event: Event, incoming: Incoming) -> bool:
    organizer = organizer_of(event)
    return bool(organizer) and incoming.is_own(organizer)


def _person(event: Event, address: str) -> dict[str, JSON] | None:
    key = key_of(event, address)
    return None if key is None else participants(event)[key]


def _about(person: Mapping[str, JSON] | None, why: str) -> str:
    status = (person or {}).get("participationStatus", NEEDS_ACTION)
    return f"{status}: {why}" if status in _STATUSES else why


def _stranger(there: tuple[str, Event], incoming: Incoming) -> Decision:
    """JMAP calendars §5.1.1, RFC 5546 §3.2.3: who may, or was sent by somebody invited, comes in; nobody else does."""
    record, event = there
    person = _person(incoming.event, incoming.sender)
    if incoming.method is not Method.REPLY or person is None or not incoming.is_trusted:
        return PASSED_OVER
    sent = _who_sent(event, incoming.sender)
    if (event.get("mayInviteSelf") is not True and not sent) or incoming.recurrence_id is not None:
        return Decision(told=Told(record, event, _about(person, _STRANGER)))
    people = participants(event)
    key = next(f"self-{number}" for number in range(len(people) + 1) if f"self-{number}" not in people)
    named: dict[str, JSON] = {name: person[name] for name in ("name", "kind", "calendarAddress") if name in person}
    if sent:
        named["delegatedFrom"] = sent
    added: JSON = {"@type": "Participant", **named, "roles": {"attendee": True}, **_answer(person, incoming)}
    return Decision([Step(record, event, {**event, "participants": {**people, key: added}})])


def _who_sent(event: Event, address: str) -> dict[str, JSON]:
    """The addresses of participants who said that somebody comes in their place, as a delegatedFrom."""
    return {
        str(each["calendarAddress"]): True
        for each in participants(event).values()
        if each.get("participationStatus") == _DELEGATED and address in map(normal, _delegates(each))
    }


def _delegates(person: Mapping[str, JSON]) -> Mapping[str, JSON]:
    found = person.get("delegatedTo")
    return found if isinstance(found, dict) else {}


def _replied(there: tuple[str, Event], incoming: Incoming) -> Decision:
    record, event = there
    at, person = incoming.recurrence_id, _person(incoming.event, incoming.sender)
    if person is None or person.get("participationStatus") not in _STATUSES - {NEEDS_ACTION}:
        return PASSED_OVER
    if at is not None and not occurs(event, at):
        return PASSED_OVER
    after = _with_answer(event, incoming, person) if at is None else _with_answer_at(event, at, incoming, person)
    return PASSED_OVER if after is None else Decision([Step(record, event, after)])


def _with_answer(event: Event, incoming: Incoming, person: Mapping[str, JSON]) -> Event | None:
    people = participants(event)
    key = key_of(event, incoming.sender)
    if key is None or not _is_later(people[key], incoming):
        return None
    answered: dict[str, JSON] = {**without(people[key], _OF_ANSWER), **_answer(person, incoming)}
    return {**event, "participants": cast(JSON, {**people, key: answered})}


def _with_answer_at(event: Event, at: str, incoming: Incoming, person: Mapping[str, JSON]) -> Event | None:
    patch = overrides_of(event).get(at, {})
    before = occurrence(event, at, patch)
    key = key_of(before, incoming.sender)
    if key is None:
        return None
    there = participants(before)[key]
    base = participants(event).get(key, {})
    # What came for the whole was not about this occurrence, if that was answered apart.
    is_apart = path_to(key, "scheduleUpdated") in patch or "scheduleUpdated" not in base
    if is_apart and not _is_later(there, incoming):
        return None
    answered: dict[str, JSON] = {**without(there, _OF_ANSWER), **_answer(person, incoming)}
    after = {**before, "participants": cast(JSON, {**participants(before), key: answered})}
    changed = difference(event, at, after)
    if not any(path in changed for path in ("participants", path_to(key))):
        # Said even where it is the answer to the whole, which may change.
        changed[path_to(key, "participationStatus")] = answered["participationStatus"]
    return with_overrides(event, {**overrides_of(event), at: changed})


def _is_later(participant: Mapping[str, JSON], incoming: Incoming) -> bool:
    """JMAP calendars §5.2.1, §5.2.2: whether no later answer of the participant was taken."""
    known = cast(int, participant.get("scheduleSequence", 0)), str(participant.get("scheduleUpdated", ""))
    return age(incoming.event) >= known


def _answer(person: Mapping[str, JSON], incoming: Incoming) -> dict[str, JSON]:
    sequence, updated = age(incoming.event)
    status = person.get("participationStatus", NEEDS_ACTION)
    to = _delegates(person) if status == _DELEGATED else {}
    return {
        "participationStatus": status,
        **({"delegatedTo": dict(to)} if to else {}),
        "scheduleSequence": sequence,
        "scheduleUpdated": updated or incoming.now,
    }


def _countered(there: tuple[str, Event], incoming: Incoming) -> Decision:
    record, event = there
    person = _person(incoming.event, incoming.sender) or {}
    at = incoming.recurrence_id
    if at is not None and not occurs(event, at):
        return PASSED_OVER
    shown = sendable(with_overrides(event, {}) if at is None else occurrence(event, at, _patch(event, at)))
    about = {name: value for name, value in only(shown, (incoming.sender,)).items() if name != "recurrenceRule"}
    declined = Message(
        Method.DECLINECOUNTER,
        (about,),
        str(event["organizerCalendarAddress"]),
        (str(person.get("calendarAddress", incoming.sender)),),
    )
    return Decision(told=Told(record, event, _COUNTERED), answer=declined)


def _patch(event: Event, at: str) -> Mapping[str, JSON] | None:
    patch = overrides_of(event).get(at)
    return None if is_excluded(patch) else patch


def _refreshed(there: tuple[str, Event], incoming: Incoming) -> Decision:
    event = there[1]
    organizer = str(event["organizerCalendarAddress"])
    found = whole(event, incoming.sender, organizer)
    to = guests(event).all[incoming.sender]
    return Decision(answer=Message(Method.REQUEST, found, organizer, (to,)))


_RULES: Final[Mapping[Method, Callable[[tuple[str, Event], Incoming], Decision]]] = {
    Method.REPLY: _replied,
    Method.COUNTER: _countered,
    Method.REFRESH: _refreshed,
}
