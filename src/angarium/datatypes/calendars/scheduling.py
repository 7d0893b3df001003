"""Where changes of events meet scheduling: what a change is, and who is asked to send messages about it.

Sending itself crosses data types and lives above (`flows`); this folder only calls what it was given, in the same
transaction (JMAP calendars §5.9.2).
"""

from dataclasses import dataclass
from typing import Protocol

from angarium.datatypes.calendars.own import Event
from angarium.engine.call import Call


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
