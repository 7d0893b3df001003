"""The entries of one email in the message lists and in the index by keyword, which follow from its row."""

# ruff: noqa: S608 (SQL is made of the names in this package, values are bound)

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import apsw

from angarium.store.sqlite.messages.ids import EVERYWHERE, mailbox_numbers
from angarium.store.sqlite.messages.keywords import ATTACHMENT, decoded_set, encoded_set, flags_of, indexed

_SELECT: Final = """
SELECT account, id, thread, received, flags, document, keywords, mailbox_ids FROM email WHERE account = ? AND id = ?
"""
_SELECT_THREAD: Final = f"""
SELECT account, id, thread, received, flags, document, keywords, mailbox_ids FROM email
WHERE account = :account AND id IN (
    SELECT id FROM mailbox_email INDEXED BY mailbox_thread
    WHERE account = :account AND thread = :thread AND mailbox = {EVERYWHERE}
) ORDER BY received, id
"""
_SELECT_SLICE: Final = """
SELECT account, id, thread, received, flags, document, keywords, mailbox_ids FROM email
WHERE account = ? AND id > ? ORDER BY id LIMIT ?
"""
_SLICE: Final = 1000


class Entry(NamedTuple):
    """The facts of an email that its entries are made of; keywords and mailboxes as texts."""

    account: int
    id: int
    thread: int
    received: int
    flags: int
    document: int
    keywords: frozenset[str]
    mailboxes: frozenset[str]

    @property
    def lists(self) -> frozenset[int]:
        """Numbers of the lists that it stands in."""
        return mailbox_numbers(self.mailboxes) | {EVERYWHERE}

    def changed(self, keywords: frozenset[str] | None, mailboxes: frozenset[str] | None) -> "Entry":
        """The same email with other keywords or mailboxes; None leaves them."""
        kept = self.keywords if keywords is None else keywords
        return self._replace(
            keywords=kept,
            flags=flags_of(kept, bool(self.flags & ATTACHMENT)),
            mailboxes=self.mailboxes if mailboxes is None else mailboxes,
        )


def read(connection: apsw.Connection, account: int, email: int) -> Entry | None:
    """The facts of an email."""
    return next(iter(_entries(connection.execute(_SELECT, (account, email)))), None)


def of_thread(connection: apsw.Connection, account: int, thread: int) -> list[Entry]:
    """The emails of a thread, the oldest first."""
    return _entries(connection.execute(_SELECT_THREAD, {"account": account, "thread": thread}))


def _entries(cursor: apsw.Cursor) -> list[Entry]:
    # Taken to the end first: nothing may be left half read where the same tables are written.
    rows: list[tuple[int, int, int, int, int, int, str, str]] = list(cursor)
    return [Entry(*row[:6], decoded_set(row[6]), decoded_set(row[7])) for row in rows]


def of_account(connection: apsw.Connection, account: int) -> Iterator[Entry]:
    """Every email of an account in order of arrival, read in slices so that the caller may write meanwhile."""
    last = 0
    while slice_ := _entries(connection.execute(_SELECT_SLICE, (account, last, _SLICE))):
        yield from slice_
        last = slice_[-1].id


def enter(connection: apsw.Connection, entry: Entry) -> None:
    """Make all entries."""
    _list(connection, entry, entry.lists)
    _index(connection, entry, indexed(entry.keywords))


def leave(connection: apsw.Connection, entry: Entry) -> None:
    """Remove all entries."""
    _unlist(connection, entry, entry.lists)
    _unindex(connection, entry, indexed(entry.keywords))


def change(connection: apsw.Connection, old: Entry, new: Entry, modified: int) -> None:
    """Write new keywords and mailboxes into the row of an email, and into those entries that differ."""
    connection.execute(
        "UPDATE email SET modified = ?, flags = ?, keywords = ?, mailbox_ids = ? WHERE account = ? AND id = ?",
        (modified, new.flags, encoded_set(new.keywords), encoded_set(new.mailboxes), new.account, new.id),
    )
    _unlist(connection, old, old.lists - new.lists)
    _list(connection, new, new.lists - old.lists)
    if old.flags != new.flags:
        connection.executemany(
            "UPDATE mailbox_email SET flags = ? WHERE account = ? AND mailbox = ? AND received = ? AND id = ?",
            [(new.flags, new.account, mailbox, new.received, new.id) for mailbox in old.lists & new.lists],
        )
    before, after = indexed(old.keywords), indexed(new.keywords)
    _unindex(connection, old, before - after)
    _index(connection, new, after - before)


def renumber(connection: apsw.Connection, old: Entry, new: Entry) -> None:
    """Give an email another id and thread; text and metadata stay where they are, under its document key."""
    leave(connection, old)
    connection.execute(
        "UPDATE email SET id = ?, modified = ?, thread = ? WHERE account = ? AND id = ?",
        (new.id, new.id, new.thread, old.account, old.id),
    )
    enter(connection, new)


def remove_account(connection: apsw.Connection, account: int) -> None:
    """Remove every entry of an account."""
    for table in ("mailbox_email", "email_keyword", "keyword_count"):
        connection.execute(f"DELETE FROM {table} WHERE account = ?", (account,))


def _list(connection: apsw.Connection, entry: Entry, mailboxes: Iterable[int]) -> None:
    connection.executemany(
        "INSERT INTO mailbox_email (account, mailbox, received, id, thread, flags) VALUES (?, ?, ?, ?, ?, ?)",
        [(entry.account, mailbox, entry.received, entry.id, entry.thread, entry.flags) for mailbox in mailboxes],
    )


def _unlist(connection: apsw.Connection, entry: Entry, mailboxes: Iterable[int]) -> None:
    connection.executemany(
        "DELETE FROM mailbox_email WHERE account = ? AND mailbox = ? AND received = ? AND id = ?",
        [(entry.account, mailbox, entry.received, entry.id) for mailbox in mailboxes],
    )


def _index(connection: apsw.Connection, entry: Entry, keywords: Iterable[str]) -> None:
    for keyword in keywords:
        connection.execute(
            "INSERT INTO email_keyword (account, keyword, received, id) VALUES (?, ?, ?, ?)",
            (entry.account, keyword, entry.received, entry.id),
        )
        connection.execute(
            "INSERT INTO keyword_count (account, keyword, emails) VALUES (?, ?, 1) "
            "ON CONFLICT (account, keyword) DO UPDATE SET emails = emails + 1",
            (entry.account, keyword),
        )


def _unindex(connection: apsw.Connection, entry: Entry, keywords: Iterable[str]) -> None:
    for keyword in keywords:
        connection.execute(
            "DELETE FROM email_keyword WHERE account = ? AND keyword = ? AND received = ? AND id = ?",
            (entry.account, keyword, entry.received, entry.id),
        )
        connection.execute(
            "UPDATE keyword_count SET emails = emails - 1 WHERE account = ? AND keyword = ?",
            (entry.account, keyword),
        )
