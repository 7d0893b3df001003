"""Notifications as they are stored: what others changed in events, one for each user who is to hear of it.

For whoever changes events without being asked by a client too, such as scheduling (JMAP calendars §7).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from angarium.datatypes.calendars import calendars, view
from angarium.datatypes.calendars.marks import Marks
from angarium.datatypes.calendars.own import OWNER, Event, only_own, seen
from angarium.datatypes.principals import grants_of_account
from angarium.engine.records import seen_by
from angarium.formats import patch
from angarium.formats.json import JSON, dumps, loads
from angarium.formats.primitives import format_utc
from angarium.store.contract import AccountKey, CannotCalculateChanges, Indexes, Records, Transaction

KIND: Final = "CalendarEventNotification"
PREFIX: Final = "N"
MOST: Final = 100
"""For one user in one account; the oldest go first."""

_GONE: Final = Marks("(dismissed notifications)", "notification")
_NOT_TOLD: Final = frozenset({"calendarIds", "isDraft"})


@dataclass(frozen=True, slots=True)
class Author:
    """Who made a change: a Person of §7.2, and that user's name in `own` (None for somebody from elsewhere)."""

    name: str
    email: str | None = None
    principal: str | None = None
    calendar_address: str | None = None
    user: str | None = None
    comment: str | None = None

    def person(self) -> dict[str, JSON]:
        """The Person object."""
        return {
            "name": self.name,
            "email": self.email,
            "principalId": self.principal,
            "calendarAddress": self.calendar_address,
        }


def indexes(value: Mapping[str, JSON]) -> Indexes:
    """By user, event, type, and time."""
    return {
        "for": [cast(str, value["for"])],
        "event": [cast(str, value["calendarEventId"])],
        "type": [cast(str, value["type"])],
        "created": [cast(int, value["at"])],
    }


def notify(
    transaction: Transaction,
    account: AccountKey,
    author: Author,
    record: str,
    before: Event | None,
    after: Event | None,
    now: int,
) -> None:
    """Tell the users of an account of a change of a stored event; `now` in epoch milliseconds."""
    if before is not None and after is not None and only_own(before, after):
        return
    for user in _recipients(transaction, account, author, before or after or {}, after or {}):
        told = _told(user, before, after)
        if told is None:
            continue
        _keep(transaction, account, author, record, user, told, now)


def dismiss(transaction: Transaction, account: AccountKey, record: str, user: str) -> None:
    """Remove a notification of a user, and remember whose it was."""
    transaction.records.destroy(account, KIND, record)
    _GONE.put(transaction, account, record, {"for": user})


def dismissed(records: Records, account: AccountKey, user: str, ids: Sequence[str]) -> list[str]:
    """Those of the notifications, which are all gone, that were a user's.

    Raises CannotCalculateChanges when it is not known any more: what others were told is not for the user, and of what
    was the user's own nothing may be left out.
    """
    marks = _GONE.of(records, account, ids)
    if not marks.keys() >= set(ids):
        raise CannotCalculateChanges("it is too long ago; ask for the notifications anew")
    return [record for record in ids if marks[record]["for"] == user]


def tell(transaction: Transaction, account: AccountKey, author: Author, record: str, event: Event, now: int) -> None:
    """Tell the owner of an account what somebody wanted to do to a stored event, which stays as it is."""
    told: dict[str, JSON] = {
        "type": "updated",
        "isDraft": event.get("isDraft") is True,
        "event": cast(JSON, _event(seen(event, OWNER))),
        "eventPatch": {},
    }
    _keep(transaction, account, author, record, OWNER, told, now)


def _keep(
    transaction: Transaction,
    account: AccountKey,
    author: Author,
    record: str,
    user: str,
    told: dict[str, JSON],
    now: int,
) -> None:
    value: dict[str, JSON] = {
        "for": user,
        "at": now,
        "created": format_utc(now // 1000 * 1000),
        "changedBy": author.person(),
        "comment": author.comment,
        "calendarEventId": record,
        **told,
    }
    transaction.records.create(account, KIND, PREFIX, dumps(value), indexes(value))
    earlier = transaction.records.find(account, KIND, "for", user)
    for oldest in earlier[:-MOST]:
        dismiss(transaction, account, oldest, user)


def _recipients(
    transaction: Transaction, account: AccountKey, author: Author, before: Event, after: Event
) -> Iterator[str]:
    """The owner, and the others who are subscribed to a calendar of the event; never the author."""
    if author.user != OWNER:
        yield OWNER
    others = [granted.user for granted in grants_of_account(transaction, account) if granted.user != author.user]
    if not others:
        return
    named = {*cast("dict[str, JSON]", before["calendarIds"]), *cast("dict[str, JSON]", after.get("calendarIds", {}))}
    stored = transaction.records.get(account, calendars.KIND, sorted(named)).values()
    held = [cast("dict[str, JSON]", loads(value)) for value in stored]
    for user in dict.fromkeys(others):
        if any(seen_by(user, calendar).get("isSubscribed") is True for calendar in held):
            yield user


def _told(user: str, before: Event | None, after: Event | None) -> dict[str, JSON] | None:
    """What one user hears of a change; None when there is nothing that the user may see."""
    old, new = (None if event is None else _visible(user, event) for event in (before, after))
    if new is not None and old is None:
        return {"type": "created", "isDraft": new.get("isDraft") is True, "event": cast(JSON, _event(new))}
    if old is not None and new is None:
        return {"type": "destroyed", "event": cast(JSON, _event(old))}
    if old is None or new is None:
        return None
    changed = patch.difference(_event(old), _event(new))
    return {
        "type": "updated",
        "isDraft": new.get("isDraft") is True,
        "event": cast(JSON, _event(old)),
        "eventPatch": changed,
    }


def _visible(user: str, event: Event) -> Event | None:
    """An event as a user may see it."""
    if not view.exists_for(event, user == OWNER):
        return None
    return view.shown(event, view.Viewer(user, frozenset())) if user != OWNER else seen(event, user)


def _event(event: Event) -> Event:
    return {name: value for name, value in event.items() if name not in _NOT_TOLD}
