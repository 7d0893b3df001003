"""Who is invited to what of an event: to all of it, to all but some occurrences, or to some only.

And the event as each of them is to see it (JMAP calendars §5.9.2.1). Pure: events in, events out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from angarium.datatypes.calendars.addresses import normal, participants
from angarium.datatypes.calendars.own import Event
from angarium.flows.schedule.message import overrides_of, with_overrides
from angarium.formats.errors import FormatError
from angarium.formats.jscalendar import instance, is_excluded, series
from angarium.formats.json import JSON
from angarium.formats.pointer import escape, unescape
from angarium.formats.recurrence import TooMuchWork, Work

WHOLE: Final = ""
"""The key of a whole event among the occurrences that somebody sees of it."""

_STEPS: Final = 20_000
_MOST_WORK: Final = 1_000_000


class TooManyGuests(Exception):
    """Participants and occurrences together are more than anybody needs; nothing is sent of such an event."""


@dataclass(slots=True)
class Guests:
    """The participants of an event by their normal addresses.

    `invited` are those of the whole event, each with the address as it stands. `out` and `extra` tell at which
    recurrence ids somebody is left out, and where somebody takes part who is not of the whole event. `keys` has the
    ids of those who are of it.
    """

    invited: dict[str, str] = field(default_factory=dict)
    out: dict[str, list[str]] = field(default_factory=dict)
    extra: dict[str, list[str]] = field(default_factory=dict)
    spelled: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def all(self) -> dict[str, str]:
        """Everybody who takes part at any time, each with the address as it stands."""
        return {**self.invited, **self.spelled}


def key_of(event: Mapping[str, JSON], address: str) -> str | None:
    """The id of the participant who has this normal address."""
    found = (key for key, each in participants(event).items() if normal(each.get("calendarAddress")) == address)
    return next(found, None)


def guests(event: Mapping[str, JSON]) -> Guests:
    """Read who is invited. Raises TooManyGuests."""
    base = {key: each["calendarAddress"] for key, each in participants(event).items() if "calendarAddress" in each}
    found = Guests()
    for key, address in base.items():
        found.invited.setdefault(normal(address), str(address))
        found.keys.setdefault(normal(address), key)
    work = len(base)
    for at, patch in overrides_of(event).items():
        changed = {path: value for path, value in patch.items() if path.partition("/")[0] == "participants"}
        if is_excluded(patch) or not changed:
            continue
        here = _there(base, changed)
        work += len(here) + len(base)
        if work > _MOST_WORK:
            raise TooManyGuests
        there = {normal(address): address for address in here.values()}
        for address in found.invited.keys() - there.keys():
            found.out.setdefault(address, []).append(at)
        for address in there.keys() - found.invited.keys():
            found.extra.setdefault(address, []).append(at)
            found.spelled.setdefault(address, there[address])
    return found


def _there(base: Mapping[str, JSON], patch: Mapping[str, JSON]) -> dict[str, str]:
    """The addresses of who takes part in one occurrence, by id."""
    here: dict[str, JSON] = dict(base)
    for path, value in patch.items():
        _, _, rest = path.partition("/")
        if not rest:
            people = participants({"participants": value})
            here = {key: each["calendarAddress"] for key, each in people.items() if "calendarAddress" in each}
        elif "/" not in rest:
            address = value.get("calendarAddress") if isinstance(value, dict) else None
            here.pop(unescape(rest), None)
            if address is not None:
                here[unescape(rest)] = address
    return {key: str(address) for key, address in here.items()}


class Views:
    """An event, without what is kept back, as each of its participants sees it."""

    def __init__(self, event: Event) -> None:
        self.event = event
        self.guests = guests(event)
        self._hides = event.get("hideAttendees") is True
        self._common = {WHOLE: event}
        self._rule = Regular(event)

    def of(self, address: str) -> dict[str, Event]:
        """What the participant with this normal address sees: the whole, or occurrences by recurrence id.

        Those who see the same get the same object, so that it can be worked on once.
        """
        found = self._seen(address)
        if not self._hides:
            return found
        return {at: alone(event, address) for at, event in found.items()}

    def _seen(self, address: str) -> dict[str, Event]:
        if address not in self.guests.invited:
            overrides = overrides_of(self.event)
            return {at: occurrence(self.event, at, overrides[at]) for at in self.guests.extra.get(address, ())}
        out = self.guests.out.get(address)
        if not out:
            return self._common
        overrides = dict(overrides_of(self.event))
        for at in out:
            del overrides[at]
            if self.is_regular(at):
                overrides[at] = {"excluded": True}
        return {WHOLE: with_overrides(self.event, overrides)}

    def is_regular(self, recurrence_id: str) -> bool:
        """Whether an occurrence is there even without an override."""
        return self._rule.has(recurrence_id)


class Regular:
    """The occurrences that the start and the rule of an event make, whatever overrides say."""

    def __init__(self, event: Event) -> None:
        self._start = event.get("start")
        try:
            self._series = series(with_overrides(event, {}))
        except FormatError:
            self._series = None
        self._work = Work(_STEPS)

    def has(self, recurrence_id: str) -> bool:
        """Whether there is one of this recurrence id; yes when finding out is too much work."""
        if recurrence_id == self._start:
            return True
        try:
            return self._series is not None and self._series.occurs(recurrence_id, self._work)
        except TooMuchWork:
            return True


def occurs(event: Event, recurrence_id: str) -> bool:
    """Whether an event has an occurrence of this recurrence id."""
    patch = overrides_of(event).get(recurrence_id)
    return not is_excluded(patch) if patch is not None else Regular(event).has(recurrence_id)


def occurrence(event: Event, recurrence_id: str, patch: Mapping[str, JSON] | None) -> Event:
    """One occurrence as an event of its own; a patch that does not fit is passed over."""
    try:
        return instance(event, recurrence_id, patch)
    except FormatError:
        return instance(event, recurrence_id)


def alone(event: Event, address: str) -> Event:
    """The event with nobody in it but one participant (`hideAttendees`)."""
    return only(event, (address,))


def only(event: Event, addresses: Iterable[str]) -> Event:
    """The event with nobody in it but the participants of these normal addresses."""
    wanted = frozenset(addresses)
    people = participants(event)
    kept = {key for key, each in people.items() if normal(each.get("calendarAddress")) in wanted}
    made = {**event, "participants": cast(JSON, {key: people[key] for key in people if key in kept})}
    overrides = {at: _only(patch, wanted, kept) for at, patch in overrides_of(event).items()}
    return with_overrides(made, overrides)


def _only(patch: Mapping[str, JSON], wanted: frozenset[str], kept: set[str]) -> dict[str, JSON]:
    made: dict[str, JSON] = {}
    for path, value in patch.items():
        top, _, rest = path.partition("/")
        if top == "participants":
            key, _, inside = rest.partition("/")
            if not rest:
                value = {at: each for at, each in participants({top: value}).items() if _is_one(each, wanted)}
            elif unescape(key) not in kept and not (not inside and _is_one(value, wanted)):
                continue
        made[path] = value
    return made


def _is_one(participant: JSON, wanted: frozenset[str]) -> bool:
    return isinstance(participant, dict) and normal(participant.get("calendarAddress")) in wanted


def path_to(key: str, member: str = "") -> str:
    """The pointer of a patch to a participant, or to a member of one."""
    return f"participants/{escape(key)}/{member}".rstrip("/")
