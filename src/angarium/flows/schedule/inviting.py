"""What the messages of an organizer come to where somebody was invited: REQUEST, ADD, CANCEL, DECLINECOUNTER.

Pure: the event that is there and the one that came give the one that will be there. Only the organizer changes an event
that is there, only by what is newer, and never what is the participant's own: status, alerts, calendars (RFC 5546 §3.2,
JMAP calendars §5.9, §9.4).
"""

from collections.abc import Callable, Mapping
from typing import Final, cast

from angarium.datatypes.calendars.addresses import participants
from angarium.datatypes.calendars.own import PER_USER, Event, is_own
from angarium.flows.schedule.attending import NEEDS_ACTION, status_of, statuses
from angarium.flows.schedule.decision import (
    PASSED_OVER,
    Decision,
    Held,
    Incoming,
    Step,
    Told,
    age,
    in_zone,
    organizer_of,
)
from angarium.flows.schedule.guests import Regular, key_of, occurrence, occurs, path_to
from angarium.flows.schedule.message import Method, overrides_of, with_overrides
from angarium.formats.jscalendar import difference, is_excluded
from angarium.formats.json import JSON

_MINE: Final = PER_USER | {"calendarIds", "isDraft", "privacy", "created"}
_WHEN: Final = ("start", "duration", "timeZone", "endTimeZone", "recurrenceRule")
_UNVERIFIED: Final = "it could not be verified that this comes from the organizer, so nothing was changed"
_REFUSED: Final = "the organizer does not accept the change that was proposed"


def invited(held: Held, incoming: Incoming) -> Decision:
    """What comes of one event of a message from an organizer."""
    event = incoming.event
    if incoming.sender == "" or organizer_of(event) != incoming.sender or incoming.is_own(incoming.sender):
        return PASSED_OVER
    there = held.first
    if there is not None and organizer_of(there[1]) != incoming.sender:
        return PASSED_OVER  # somebody else's event has this uid
    if there is not None and not incoming.is_trusted:
        is_known = age(event) == age(there[1])
        return PASSED_OVER if is_known or not _is_newer(held, incoming) else Decision(told=Told(*there, _UNVERIFIED))
    return _RULES[incoming.method](held, incoming)


def _requested(held: Held, incoming: Incoming) -> Decision:
    me, at = _me(incoming), incoming.recurrence_id
    if me is None or not _is_newer(held, incoming):
        return PASSED_OVER
    if at is None:
        is_known = held.base is not None and age(held.base[1]) == age(incoming.event)
        return PASSED_OVER if is_known else _whole(held, incoming, me)
    if held.base is not None and held.base[1].get("status") != "cancelled":
        return _one_of(held.base, incoming, at, me)
    gone = [Step(*held.base, None)] if held.base else []
    return Decision([*gone, _taking_the_place(held.occurrences.get(at), incoming, me, {})])


def _whole(held: Held, incoming: Incoming, me: str) -> Decision:
    """JMAP calendars §5.5: the whole event takes the place of the occurrences that were there alone."""
    gone = [Step(record, event, None) for record, event in held.occurrences.values()]
    there = {at: event for at, (_, event) in held.occurrences.items() if event.get("status") != "cancelled"}
    apart = _given({at: status_of(event, me) for at, event in there.items()})
    return Decision([*gone, _taking_the_place(held.base, incoming, me, apart)])


def _taking_the_place(known: tuple[str, Event] | None, incoming: Incoming, me: str, apart: Mapping[str, str]) -> Step:
    record, event = known or (None, None)
    return Step(record, event, _merged(event, incoming, me, apart))


def _added(held: Held, incoming: Incoming) -> Decision:
    """RFC 5546 §3.2.4: one more occurrence of what is there; it is named by when it starts."""
    start, me = incoming.event.get("start"), _me(incoming)
    if held.base is None or me is None or not isinstance(start, str) or not _is_newer(held, incoming):
        return PASSED_OVER
    at = incoming.recurrence_id or in_zone(start, incoming.event.get("timeZone"), held.base[1].get("timeZone"))
    return _one_of(held.base, incoming, at, me)


def _one_of(base: tuple[str, Event], incoming: Incoming, at: str, me: str) -> Decision:
    """One occurrence of an event becomes an override of it."""
    record, event = base
    overrides: dict[str, dict[str, JSON]] = dict(overrides_of(event))
    before = occurrence(event, at, None if is_excluded(overrides.get(at)) else overrides.get(at))
    wanted = _taken(incoming, me, _status(before, incoming, me), before, {})
    wanted = {**wanted, **{name: before[name] for name in _MINE if name in before}}
    overrides[at] = difference(event, at, wanted)
    return Decision([Step(record, event, with_overrides(event, overrides))])


def _canceled(held: Held, incoming: Incoming) -> Decision:
    at = incoming.recurrence_id
    if not _is_newer(held, incoming) or _is_for_others(incoming):
        return PASSED_OVER
    if at is None:
        there = [held.base] if held.base else list(held.occurrences.values())
        return Decision([_off(record, event, incoming) for record, event in there])
    if at in held.occurrences:
        return Decision([_off(*held.occurrences[at], incoming)])
    if held.base is None or not occurs(held.base[1], at):
        return PASSED_OVER
    record, event = held.base
    excluded: dict[str, JSON] = {"excluded": True}
    # Sequences are those of the whole or of an occurrence (RFC 5546 §2.1.5), so that of the whole stays.
    return Decision([Step(record, event, with_overrides(event, {**overrides_of(event), at: excluded}))])


def _is_for_others(incoming: Incoming) -> bool:
    """RFC 5546 §3.2.5: without STATUS, which is for all, those whom it names are taken out, and nobody else."""
    named = incoming.guests.all.keys() - {incoming.sender}
    return incoming.event.get("status") != "cancelled" and bool(named) and _me(incoming) is None


def _off(record: str, event: Event, incoming: Incoming) -> Step:
    """RFC 5546 §3.2.5: what is cancelled stays to be seen, as cancelled."""
    return Step(record, event, {**event, **_stamp(event, incoming), "status": "cancelled"})


def _declined_counter(held: Held, _incoming: Incoming) -> Decision:
    return Decision(told=Told(*held.first, _REFUSED)) if held.first else PASSED_OVER


_RULES: Final[Mapping[Method, Callable[[Held, Incoming], Decision]]] = {
    Method.REQUEST: _requested,
    Method.ADD: _added,
    Method.CANCEL: _canceled,
    Method.DECLINECOUNTER: _declined_counter,
}


def _me(incoming: Incoming) -> str | None:
    """The normal address under which the account is invited."""
    return incoming.is_own.among(incoming.guests.all)


def _is_newer(held: Held, incoming: Incoming) -> bool:
    """RFC 5546 §2.1.5: whether the message is newer than what is there of the same."""
    at = incoming.recurrence_id
    if at is None or at in held.occurrences or held.base is None:
        there = held.base if at is None else held.occurrences.get(at)
        known = there[1] if there else {}
    else:
        patch = overrides_of(held.base[1]).get(at, {})
        known = {**held.base[1], **{name: patch[name] for name in ("sequence", "updated") if name in patch}}
        if "sequence" not in patch:  # an occurrence of the whole: what came with that is not older
            return age(incoming.event)[0] >= age(known)[0]
    if known.get("status") == "cancelled":  # an event made anew under its uid begins to count anew
        return age(incoming.event)[1] >= age(known)[1]
    return not known or age(incoming.event) >= age(known)


def _stamp(event: Event, incoming: Incoming) -> dict[str, JSON]:
    """Sequence and date of what came last; they never go back."""
    sequence, updated = max(age(event), age(incoming.event))
    return {"sequence": sequence, **({"updated": updated} if updated else {})}


def _merged(known: Event | None, incoming: Incoming, me: str, apart: Mapping[str, str]) -> Event:
    """What came, with what is the participant's own; `apart` are answers to occurrences that were there alone."""
    if known is None:
        made = _taken(incoming, me, NEEDS_ACTION, {}, apart)
        # JMAP calendars §9.4: no alerts of a stranger; the user's own ones.
        own: dict[str, JSON] = {"calendarIds": {incoming.calendar: True}, "isDraft": False, "useDefaultAlerts": True}
        return {"created": incoming.now, **made, **own}
    if known.get("status") == "cancelled" and incoming.event.get("status") != "cancelled":
        made = _taken(incoming, me, NEEDS_ACTION, {}, apart)  # it is another event under this uid
    else:
        made = _taken(incoming, me, _status(known, incoming, me), known, {**_given(statuses(known, me)), **apart})
    made |= {name: known[name] for name in _MINE if name in known}
    return _with_own_patches(made, known)


def _status(before: Event, incoming: Incoming, me: str) -> str:
    """The participant's answer, which stays unless the organizer moves the event and asks anew."""
    is_asked = status_of(incoming.event, me) == NEEDS_ACTION and _moved(before, incoming.event)
    return NEEDS_ACTION if is_asked else status_of(before, me) or NEEDS_ACTION


def _given(answers: Mapping[str, str | None]) -> dict[str, str]:
    """Those that were truly given."""
    return {at: given for at, given in answers.items() if given not in (None, NEEDS_ACTION)}


def _moved(before: Mapping[str, JSON], after: Mapping[str, JSON]) -> bool:
    return any(before.get(name) != after.get(name) for name in _WHEN)


def _taken(incoming: Incoming, me: str, status: str, before: Event, mine: Mapping[str, str]) -> Event:
    """What is taken from the organizer: all but what only the participant can say.

    That is the answer to the whole, and `mine` by occurrence.
    """
    made: Event = {"@type": "Event", "version": "2.0", "sequence": 0, **incoming.event}
    key = incoming.guests.keys.get(me)
    if key is not None:
        people = dict(participants(made))
        people[key] = {**people[key], "participationStatus": status}
        made["participants"] = cast(JSON, people)
    told = statuses(incoming.event, me)
    knows = status_of(incoming.event, me) not in (None, NEEDS_ACTION)
    known = overrides_of(before)
    overrides: dict[str, dict[str, JSON]] = {}
    for at, patch in overrides_of(made).items():
        given = mine.get(at)
        if told.get(at) == NEEDS_ACTION and (knows or _moved(known.get(at, {}), patch)):
            given = NEEDS_ACTION  # the organizer asks anew for this one
        overrides[at] = _answered(patch, key, me, given, status)
    regular = Regular(made)
    if key is not None:
        for at, given in mine.items():
            if at not in overrides and regular.has(at):
                overrides[at] = {path_to(key, "participationStatus"): given}
    return with_overrides(made, overrides)


def _answered(patch: Mapping[str, JSON], key: str | None, me: str, given: str | None, status: str) -> dict[str, JSON]:
    """A patch with the participant's own status in it, wherever it names the participant, and nobody else's say."""
    own = None if key is None else path_to(key, "participationStatus")
    made = {path: _with_status(path, value, me, given or status) for path, value in patch.items() if path != own}
    is_named = any(made[path] is not patch[path] for path in made)
    if own is not None and given is not None and not is_named and not is_excluded(made):
        made[own] = given
    return made


def _with_status(path: str, value: JSON, me: str, status: str) -> JSON:
    """The value of a patch, with a status in it where it is the participant, or all of them."""
    top, _, rest = path.partition("/")
    if top != "participants" or "/" in rest or not isinstance(value, dict):
        return value
    people = participants({top: {rest: value} if rest else value})
    here = key_of({top: cast(JSON, people)}, me)
    if here is None:
        return value
    person: dict[str, JSON] = {**people[here], "participationStatus": status}
    return person if rest else {**value, here: person}


def _with_own_patches(made: Event, before: Event) -> Event:
    """Alerts, colours and so on that the user has for occurrences that are still there."""
    overrides, regular = dict(overrides_of(made)), Regular(made)
    for at, patch in overrides_of(before).items():
        kept = {path: value for path, value in patch.items() if is_own(path)}
        if kept and not is_excluded(overrides.get(at)) and (at in overrides or regular.has(at)):
            overrides[at] = {**kept, **overrides.get(at, {})}
    return with_overrides(made, overrides)
