"""What an organizer sends for a change of an event: REQUEST and CANCEL (JMAP calendars §5.9.2.1, §5.9.2.2).

Pure: what every participant saw before is held against what the same participant sees now, and the difference is sent.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, cast

from angarium.datatypes.calendars.addresses import normal
from angarium.datatypes.calendars.own import Event
from angarium.flows.schedule.guests import WHOLE, TooManyGuests, Views, occurrence, only
from angarium.flows.schedule.message import Message, Method, overrides_of, sendable, with_overrides, without
from angarium.formats.jscalendar import is_excluded
from angarium.formats.json import JSON, dumps

_ALWAYS_NEW: Final = ("sequence", "updated")
_OF_CANCEL: Final = (
    *("@type", "version", "uid", "sequence", "updated", "title", "start", "timeZone", "duration", "showWithoutTime"),
    *("recurrenceId", "recurrenceIdTimeZone", "recurrenceRule", "organizerCalendarAddress", "participants"),
)
_MOST_OCTETS: Final = 50_000_000
"""Of different messages for one change."""

_NOTHING: Final[dict[str, Event]] = {}

_Letter = tuple[Method, bool, tuple[Event, ...]]
"""A method, whether it is about what was not seen before, and the events."""


def messages(
    before: Event | None, after: Event | None, organizer: str, is_own: Callable[[str], bool], now: str
) -> list[Message]:
    """What goes out when an event was made, changed or destroyed; as its account sees it, None where it is not.

    `is_own` tells the normal addresses whose messages would come back to the same account; `now` is a UTCDateTime.
    Raises TooManyGuests.
    """
    old, new = (None if event is None else _views(event, organizer) for event in (before, after))
    people = {**(old.guests.all if old else {}), **(new.guests.all if new else {})}
    stamp: dict[str, JSON] = {"updated": now, "sequence": _sequence(before, after)}
    outbox: dict[tuple[Method, bool, bytes], tuple[_Letter, list[str]]] = {}
    known: dict[tuple[int, int], list[tuple[_Letter, bytes]]] = {}
    seen: list[object] = []
    room = _MOST_OCTETS
    for address, spelled in people.items():
        if is_own(address):
            continue
        one, other = (_NOTHING if views is None else views.of(address) for views in (old, new))
        pair = id(one), id(other)
        if pair not in known:
            seen += (one, other)  # what has an id here must stay
            told = _Difference(one, other, old, new).told(stamp)
            known[pair] = [(letter, dumps(cast(JSON, list(letter[2])))) for letter in told]
            room -= sum(len(octets) for _, octets in known[pair])
            if room < 0:
                raise TooManyGuests
        for letter, octets in known[pair]:
            outbox.setdefault((letter[0], letter[1], octets), (letter, []))[1].append(spelled)
    made = [_message(*letter, organizer, to) for letter, to in outbox.values()]
    return sorted(made, key=lambda message: message.method is Method.REQUEST)  # what ends comes before what begins


def whole(event: Event, address: str, organizer: str) -> tuple[Event, ...]:
    """What a participant, named by the normal address, sees of an event: the answer to REFRESH (RFC 5546 §3.2.6)."""
    return tuple(_views(event, organizer).of(address).values())


def _views(event: Event, organizer: str) -> Views:
    return Views({**sendable(event), "organizerCalendarAddress": organizer})


def _sequence(before: Event | None, after: Event | None) -> int:
    """That of the event; of one that goes, the next (RFC 5546 §3.2.5)."""
    if after is not None:
        return cast(int, after.get("sequence", 0))
    return cast(int, (before or {}).get("sequence", 0)) + 1


def _message(method: Method, is_new: bool, events: tuple[Event, ...], organizer: str, to: list[str]) -> Message:
    if method is Method.CANCEL:  # RFC 5546 §3.2.5: it names those whom it is for
        addresses = [normal(address) for address in to]
        events = tuple(only(event, addresses) for event in events)
    return Message(method, events, organizer, tuple(to), is_new)


@dataclass(frozen=True, slots=True)
class _Difference:
    """What one participant saw and sees, and the events behind it."""

    old: dict[str, Event]
    new: dict[str, Event]
    before: Views | None
    after: Views | None

    def told(self, stamp: dict[str, JSON]) -> Iterator[_Letter]:
        """What the participant is told."""
        # §5.9.2.1: whoever is invited to the whole hears nothing of occurrences any more.
        gone = [(at, event) for at, event in self.old.items() if at not in self.new and WHOLE not in self.new]
        left_out = frozenset(self._left_out())
        gone += [(at, _off(self.old[WHOLE], at)) for at in sorted(left_out)]
        if gone:
            yield Method.CANCEL, False, tuple(_cancelled(event, stamp, self._is_off(at)) for at, event in gone)
        asked = [
            event
            for at, event in self.new.items()
            if at not in self.old or _plain(self.old[at], left_out) != _plain(event, left_out)
        ]
        if asked:
            yield Method.REQUEST, not self.old, tuple(asked)

    def _is_off(self, at: str) -> bool:
        """Whether what a participant saw is there for nobody any more."""
        if self.after is None or at == WHOLE:
            return self.after is None
        patch = overrides_of(self.after.event).get(at)
        return is_excluded(patch) if patch is not None else not self.after.is_regular(at)

    def _left_out(self) -> Iterator[str]:
        """The occurrences of the whole that were there and that an override has taken out."""
        if WHOLE not in self.old or WHOLE not in self.new or self.before is None or self.after is None:
            return
        before, after = overrides_of(self.old[WHOLE]), overrides_of(self.new[WHOLE])
        for at, patch in after.items():
            if is_excluded(patch) and not is_excluded(before.get(at)) and (at in before or self.before.is_regular(at)):
                yield at
        for at, patch in before.items():
            if at not in after and not is_excluded(patch) and not self.after.is_regular(at):
                yield at


def _plain(event: Event, left_out: frozenset[str]) -> Event:
    """What is compared of an event."""
    overrides = {at: patch for at, patch in overrides_of(event).items() if at not in left_out}
    return with_overrides(without(event, _ALWAYS_NEW), overrides)


def _off(event: Event, at: str) -> Event:
    return occurrence(event, at, overrides_of(event).get(at))


def _cancelled(event: Event, stamp: dict[str, JSON], is_off: bool) -> Event:
    kept: Event = {name: event[name] for name in _OF_CANCEL if name in event}
    # RFC 5546 §3.2.5: STATUS says that it is off for all; it must not stand where some are no longer invited.
    return {**kept, **stamp, **({"status": "cancelled"} if is_off else {})}
