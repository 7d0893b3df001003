"""What follows from a change of an event for everybody else: the hook of CalendarEvent/set.

JMAP calendars §5.9.2. The organizer's account sends to participants, that of a participant to the organizer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from angarium.datatypes.calendars import Change, identities, own
from angarium.datatypes.calendars.addresses import normal
from angarium.datatypes.calendars.notifications import Author
from angarium.datatypes.calendars.own import OWNER, Event
from angarium.datatypes.principals import User, owner
from angarium.datatypes.submission.sending import Pace
from angarium.engine.call import Call
from angarium.engine.errors import SetError, SetErrorType
from angarium.flows.schedule.attending import replies
from angarium.flows.schedule.guests import TooManyGuests
from angarium.flows.schedule.message import Message
from angarium.flows.schedule.organizing import messages
from angarium.flows.schedule.receiving import own_addresses
from angarium.flows.schedule.sending import NoWay, Routed, Sender
from angarium.formats.primitives import format_utc

_TOO_MANY: Final = "the participants and occurrences of this event are too many to tell everybody of them"


@dataclass(slots=True)
class Schedule:
    """Sends what changes ask for; the limits are those of sending mail."""

    sender: Sender
    _pace: Pace = field(init=False)

    def __post_init__(self) -> None:
        self._pace = Pace(self.sender.sending.recipients_per_hour)

    def __call__(self, call: Call, change: Change) -> None:
        """Send; SetError noSupportedScheduleMethods, tooManyRecipients or rateLimit when that cannot be."""
        user = owner(call.snapshot, call.account.key)
        if user is None:
            return
        try:
            routed = self.sender.route(call.transaction, user, self._messages(call, user, change))
            self._count(call, routed)
            self.sender.send(call.transaction, user, routed, call.request.now, _author(user))
        except NoWay as error:
            raise SetError(SetErrorType.NO_SUPPORTED_SCHEDULE_METHODS, str(error)) from None
        except TooManyGuests:
            raise SetError(SetErrorType.TOO_LARGE, _TOO_MANY) from None

    def _messages(self, call: Call, user: User, change: Change) -> list[Message]:
        before, after = _public(change.before), _public(change.after)
        shown = before or after or {}
        is_own = own_addresses(call.snapshot, user, self.sender.sending.domains)
        now = format_utc(call.request.now // 1000 * 1000)
        organizer = shown.get("organizerCalendarAddress")
        if organizer is not None and not is_own(normal(organizer)):
            return replies(before, after, is_own, now)
        organizer = organizer or (after or {}).get("organizerCalendarAddress")
        if not is_own(normal(organizer)):
            organizer = (identities.default(call.snapshot.records, call.account.key) or {}).get("calendarAddress")
        return messages(before, after, organizer, is_own, now) if isinstance(organizer, str) else []

    def _count(self, call: Call, routed: Sequence[Routed]) -> None:
        limits, recipients = self.sender.sending, sum(each.count for each in routed)
        if recipients > limits.max_recipients:
            raise SetError(
                SetErrorType.TOO_MANY_RECIPIENTS,
                f"{recipients} participants would have to be told; one change goes to {limits.max_recipients} at most",
                extra={"maxRecipients": limits.max_recipients},
            )
        weight = self.sender.weight(call.transaction, routed)
        if not self._pace.take(call.request.principal.id, weight, call.request.now):
            raise SetError(
                SetErrorType.RATE_LIMIT,
                f"you may send to {limits.recipients_per_hour} participants in an hour, and to fewer where events or "
                "attachments are large; try again later",
            )


def _public(stored: Event | None) -> Event | None:
    """An event as its owner sees it; a draft is not there for anybody else."""
    return None if stored is None or stored.get("isDraft") is True else own.seen(stored, OWNER)


def _author(user: User) -> Author:
    """The owner of the account speaks, whoever of those let in does it."""
    return Author(user.name, user.name if "@" in user.name else None, user.id)
