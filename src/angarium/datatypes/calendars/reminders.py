"""What is stored of alerts: when each event has its next one, how far that is known, and which have gone off.

The first two are for the server itself; the last are what clients are pushed as CalendarAlert (JMAP calendars §6.4).
Neither is a type that clients can ask for. Times are seconds of `formats.localtime` unless told.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Final, cast

from angarium.engine.access import Principal, account_id
from angarium.formats.json import JSON, dumps, loads
from angarium.store.contract import (
    AccountKey,
    All,
    Comparison,
    Indexes,
    Order,
    Records,
    Snapshot,
    StateChange,
    Term,
    Transaction,
    Window,
)

CALENDAR_ALERT: Final = "CalendarAlert"
"""What clients ask for as if it were a data type (§6.4)."""

_FIRED: Final = "(alerts fired)"
_DUE: Final = "(alerts)"
_MARK: Final = "(alerts known)"
_MOST_FIRED: Final = 200
"""In an account; a client that was away longer than that reaches back reads the events themselves."""


@dataclass(frozen=True, slots=True)
class Pending:
    """The next alert of an event: all until `after` have gone off, the next one does at `due`."""

    event: str
    after: int
    due: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to which state events are taken in, and what was known of each calendar by then."""

    events: int = 0
    state: int = 0
    calendars: Mapping[str, str] = field(default_factory=dict)


def mark(records: Records, account: AccountKey) -> Mark:
    """How far the alerts of an account are known."""
    for value in records.get(account, _MARK).values():
        kept = cast("dict[str, JSON]", loads(value))
        return Mark(cast(int, kept["events"]), cast(int, kept["state"]), cast("dict[str, str]", kept["calendars"]))
    return Mark()


def keep_mark(transaction: Transaction, account: AccountKey, known: Mark) -> None:
    """Note how far the alerts of an account are known."""
    value = dumps(cast(JSON, asdict(known)))
    for record in transaction.records.get(account, _MARK):
        transaction.records.update(account, _MARK, record, value, {})
        return
    transaction.records.create(account, _MARK, "M", value, {})


def pending(records: Records, account: AccountKey, events: Collection[str]) -> dict[str, Pending]:
    """What is known of some events."""
    named = [record for event in events for record in records.find(account, _DUE, "event", event)]
    return {one.event: one for one in _read(records, account, named)}


def due(records: Records, account: AccountKey, until: int, most: int) -> list[Pending]:
    """The events that have an alert until a time, the earliest first."""
    condition = Term("due", until + 1, Comparison.BELOW)
    found = records.query(account, _DUE, condition, (Order("due"),), Window(limit=most))
    return _read(records, account, found.ids)


def next_due(records: Records, account: AccountKey) -> int | None:
    """When the next alert of an account is due."""
    found = records.query(account, _DUE, None, (Order("due"),), Window(limit=1)).ids
    return next((one.due for one in _read(records, account, found)), None)


def keep(transaction: Transaction, account: AccountKey, event: str, known: Pending | None) -> None:
    """Note the next alert of an event, or that there is none."""
    records = transaction.records
    there = records.find(account, _DUE, "event", event)
    if known is None:
        for record in there:
            records.destroy(account, _DUE, record)
        return
    value, indexes = dumps(cast(JSON, asdict(known))), _indexes(known)
    if not there:
        records.create(account, _DUE, "D", value, indexes)
    elif records.get(account, _DUE, there)[there[0]] != value:
        records.update(account, _DUE, there[0], value, indexes)


def fire(transaction: Transaction, account: AccountKey, user: str, alert: Mapping[str, JSON], now: int) -> None:
    """Keep for a user of the account, by the id of the principal, what is to be pushed; `now` in epoch milliseconds.

    It is found by the newest commit that it comes after, which every client that was told of one knows.
    """
    _, newest = transaction.states_after((), 0)
    value: dict[str, JSON] = {"for": user, "alert": dict(alert)}
    indexes: Indexes = {"since": [newest], "for": [user], "at": [now]}
    transaction.records.create(account, _FIRED, "Z", dumps(value), indexes)


def forget(transaction: Transaction, account: AccountKey) -> None:
    """Keep the newest alerts that went off, and no others."""
    there = transaction.records.query(account, _FIRED, None, (Order("at", ascending=False),), Window()).ids
    for record in there[_MOST_FIRED:]:
        transaction.records.destroy(account, _FIRED, record)


def fired_lately(records: Records, account: AccountKey, user: str, since: int) -> int:
    """How many alerts a user was told of since a time in epoch milliseconds."""
    terms = (Term("for", user), Term("at", since, Comparison.FROM))
    return len(records.query(account, _FIRED, All(terms), (), Window(limit=_MOST_FIRED)).ids)


def is_news(changes: Sequence[StateChange], types: Collection[str] | None) -> bool:
    """Whether commits tell of alerts that went off, to one who asked for these types, None for all."""
    return (types is None or CALENDAR_ALERT in types) and any(_FIRED in change.changed for change in changes)


def fired(snapshot: Snapshot, principal: Principal, since: int) -> tuple[list[dict[str, JSON]], int]:
    """The CalendarAlerts of a user that went off after a commit, and the newest commit."""
    told: list[dict[str, JSON]] = []
    for access in principal.accounts.values():
        if not snapshot.state(access.key, _FIRED):
            continue
        terms = (Term("for", principal.id), Term("since", since, Comparison.FROM))
        found = snapshot.records.query(access.key, _FIRED, All(terms), (Order("at"),), Window())
        for value in snapshot.records.get(access.key, _FIRED, found.ids).values():
            kept = cast("dict[str, dict[str, JSON]]", loads(value))
            told.append({"@type": CALENDAR_ALERT, "accountId": account_id(access.key), **kept["alert"]})
    return told, snapshot.states_after((), 0)[1]


def _indexes(known: Pending) -> Indexes:
    return {"event": [known.event], "due": [known.due]}


def _read(records: Records, account: AccountKey, ids: Sequence[str]) -> list[Pending]:
    stored = records.get(account, _DUE, ids) if ids else {}
    kept = (cast("dict[str, JSON]", loads(stored[record])) for record in ids if record in stored)
    return [Pending(str(one["event"]), cast(int, one["after"]), cast(int, one["due"])) for one in kept]
