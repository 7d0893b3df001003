"""Email/query and Email/queryChanges over a compiled selection (RFC 8620 §5.5, §5.6; RFC 8621 §4.4, §4.5)."""

# ruff: noqa: S608 (SQL is made of the names in this package, values are bound)

from typing import Final

import apsw
import orjson

from angarium.store.contract import (
    AccountKey,
    AnchorNotFound,
    MessageQuery,
    QueryChanges,
    QueryResult,
    State,
    Window,
)
from angarium.store.sqlite.messages import comparators, terms
from angarium.store.sqlite.messages.ids import EVERYWHERE, email_number
from angarium.store.sqlite.messages.selection import Selection


def query(connection: apsw.Connection, account: AccountKey, asked: MessageQuery, window: Window) -> QueryResult:
    """One window of a query; raises AnchorNotFound."""
    selection = Selection(connection, account, asked)
    total = selection.total() if window.total or (window.anchor is None and window.position < 0) else None
    start = _start(selection, window, total or 0)
    return QueryResult(selection.page(start, window.limit), start, total if window.total else None)


def _start(selection: Selection, window: Window, total: int) -> int:
    if window.anchor is None:
        return window.position if window.position >= 0 else max(0, total + window.position)
    email = email_number(window.anchor)
    index = None if email is None else selection.position(email)
    if index is None:
        raise AnchorNotFound(f"'{window.anchor}' is not among the results")
    return max(0, index + window.anchor_offset)


# What happened since, as JSON lists: `changed` emails that exist, and `gone` ones that did exist at that state.
_CHANGED: Final = "SELECT id FROM email WHERE account = :account AND modified > :since"
_GONE: Final = (
    "SELECT id, thread FROM tombstone "
    "WHERE account = :account AND kind = 'Email' AND destroyed > :since AND id <= :since"
)
_OF_THREADS: Final = f"""
SELECT m.id FROM mailbox_email m WHERE m.account = :account AND m.mailbox = {EVERYWHERE} AND m.thread IN (
    SELECT thread FROM email WHERE account = :account AND {{touched}} > :since
    UNION SELECT thread FROM ({_GONE})
)
"""


def query_changes(
    connection: apsw.Connection,
    account: AccountKey,
    asked: MessageQuery,
    since: State,
    up_to: str | None,
    limit: int | None,
    total: bool,
) -> QueryChanges | None:
    """Exact changes since a state that the caller has checked; None when there are more than `limit`."""
    reach = _Reach.of(asked)
    values = {"account": account, "since": since}
    touched = _numbers(connection, reach.touched(), values)
    gone = _numbers(connection, f"SELECT id FROM ({_GONE})", values)
    removed = [*(email for email in touched if email <= since), *gone]
    if limit is not None and len(removed) > limit:
        return None
    selection = Selection(connection, account, asked)
    places = selection.places(touched)
    if up_to is not None and not reach.mutable:
        places = _up_to(selection, up_to, places)
    if limit is not None and len(removed) + len(places) > limit:
        return None
    return QueryChanges(
        [f"M{email}" for email in removed],
        [(f"M{email}", place) for email, place in places],
        selection.total() if total else None,
    )


class _Reach:
    """Which emails can have moved in a query when one changes."""

    def __init__(self, mutable: bool, thread_wide: bool) -> None:
        self.mutable = mutable
        self._thread_wide = thread_wide

    @classmethod
    def of(cls, asked: MessageQuery) -> "_Reach":
        filters = terms.names(asked.filter)
        sorts = frozenset(order.property for order in asked.sort)
        thread_wide = bool(filters & terms.THREAD_WIDE or sorts & comparators.THREAD_WIDE)
        mutable = thread_wide or bool(filters & terms.MUTABLE or sorts & comparators.MUTABLE)
        return cls(mutable, thread_wide or asked.collapse_threads)

    def touched(self) -> str:
        """A SELECT of the emails that exist and may have moved in or into the results.

        Where nothing that can change is asked for, only what was created since, and with threads their other emails.
        """
        column = "modified" if self.mutable else "id"
        if self._thread_wide:
            return _OF_THREADS.format(touched=column)
        return _CHANGED if self.mutable else "SELECT id FROM email WHERE account = :account AND id > :since"


def _numbers(connection: apsw.Connection, sql: str, values: dict[str, int]) -> list[int]:
    text: str = connection.execute(f"SELECT json_group_array(id) FROM ({sql})", values).get
    numbers: list[int] = orjson.loads(text)
    return numbers


def _up_to(selection: Selection, last: str, places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Only the places up to the last that the client knows; all of them when that is no result any more."""
    number = email_number(last)
    end = None if number is None else selection.position(number)
    return places if end is None else [place for place in places if place[1] <= end]
