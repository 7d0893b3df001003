"""What a message comes to in an account: records to make, change or remove, or only something to tell.

The values that `inviting` and `answering` give, and the order of messages by sequence and date (RFC 5546 §2.1.5).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, cast

from angarium.datatypes.calendars.addresses import normal
from angarium.datatypes.calendars.own import Event
from angarium.flows.schedule.guests import Guests
from angarium.flows.schedule.message import Message, Method
from angarium.formats.json import JSON
from angarium.formats.localtime import format_local, parse_local
from angarium.formats.timezones import to_local, to_utc, zone


@dataclass(frozen=True, slots=True)
class Step:
    """One record: `record` is None for a new one, `after` None for one that goes."""

    record: str | None
    before: Event | None
    after: Event | None


@dataclass(frozen=True, slots=True)
class Told:
    """Nothing changes, but the user shall hear of it: at which record, and why."""

    record: str
    event: Event
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What comes of one event of a message; with nothing in it, it is passed over."""

    steps: Sequence[Step] = ()
    told: Told | None = None
    answer: Message | None = None


PASSED_OVER: Final = Decision()


@dataclass(frozen=True, slots=True)
class Held:
    """What an account has of one uid: the whole event, or occurrences of it, each with its record."""

    base: tuple[str, Event] | None = None
    occurrences: Mapping[str, tuple[str, Event]] = field(default_factory=dict)

    @property
    def first(self) -> tuple[str, Event] | None:
        """One of them."""
        return self.base or next(iter(self.occurrences.values()), None)


class Own(Protocol):
    """Knows which normal addresses are those of an account."""

    def __call__(self, address: str, /) -> bool:
        """Whether this one is."""
        ...

    def among(self, addresses: Collection[str]) -> str | None:
        """One of these that is."""
        ...


@dataclass(frozen=True, slots=True)
class Incoming:
    """One event of a message on its way in, with nothing in it that is an account's own.

    `sender` is the normal address of whom it is from: the organizer, or the participant who answers. `is_trusted` says
    that this is certain; without that nothing that is there changes. `is_own` tells the addresses of the account, and
    `guests` are those of the event.
    """

    method: Method
    event: Event
    sender: str
    is_trusted: bool
    is_own: Own
    calendar: str
    now: str
    guests: Guests

    @property
    def recurrence_id(self) -> str | None:
        """The occurrence that it is about, None for all."""
        found = self.event.get("recurrenceId")
        return found if isinstance(found, str) else None


def organizer_of(event: Mapping[str, JSON]) -> str:
    """The normal address of the organizer, "" without one."""
    return normal(event.get("organizerCalendarAddress"))


def in_zone(local: str, given: JSON, wanted: JSON) -> str:
    """A LocalDateTime of one time zone as it is in another; as it stands where one of them is none."""
    here, there, at = zone(str(given)), zone(str(wanted)), parse_local(local)
    if here is None or there is None or at is None or given == wanted:
        return local
    return format_local(to_local(there, to_utc(here, at)))


def age(event: Mapping[str, JSON]) -> tuple[int, str]:
    """What is greater is newer: the sequence, then the time of the message."""
    return cast(int, event.get("sequence", 0)), str(event.get("updated", ""))
