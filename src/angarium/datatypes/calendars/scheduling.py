"""Where changes of events meet scheduling: what a change is, and who is asked to send messages about it.

Sending itself crosses data types and lives above (`flows`); this folder only calls what it was given, in the same
transaction (JMAP calendars §5.9.2).
"""

from dataclasses import dataclass
from typing import Protocol

from angarium.datatypes.calendars import identities
from angarium.datatypes.calendars.addresses import normal, participants
from angarium.datatypes.calendars.own import Event
from angarium.engine.call import Call
from angarium.engine.errors import SetError, SetErrorType


@dataclass(frozen=True, slots=True)
class Change:
    """One event before and after a change, as its owner sees it; `before` is None for a new one, `after` when it goes.

    `recurrence_id` names the instance that the client changed or destroyed by its synthetic id.
    """

    record: str
    before: Event | None
    after: Event | None
    recurrence_id: str | None = None


class Scheduling(Protocol):
    """Sends what a change asks for, when the client wants it sent."""

    def __call__(self, call: Call, change: Change) -> None:
        """Queue the messages; SetError noSupportedScheduleMethods when there is no way to one of the recipients."""
        ...


def no_scheduling(call: Call, change: Change) -> None:
    """Refuses every change that somebody else would have to be told of."""
    own = identities.own_addresses(call.snapshot.records, call.account.key)
    for event in (change.before, change.after):
        for participant in participants(event or {}).values():
            if normal(participant.get("calendarAddress")) not in own:
                raise SetError(
                    SetErrorType.NO_SUPPORTED_SCHEDULE_METHODS,
                    "this server cannot send scheduling messages; set sendSchedulingMessages to false",
                )
