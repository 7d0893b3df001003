"""The counters of mailboxes (RFC 8621 §2): what each thread adds to them, and adding the difference of a change.

Every counter is a sum over threads, so a change costs one look at the threads that it touches: what they add afterwards
follows from what they added before and from the email that comes, goes or changes.
"""

# ruff: noqa: S608 (SQL is made of the names in this package, values are bound)

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, groupby
from operator import add, itemgetter, sub
from typing import Final, NamedTuple, TypeAlias

import apsw
import orjson

from angarium.store.sqlite.messages.ids import EVERYWHERE
from angarium.store.sqlite.messages.keywords import COUNTED, SEEN


class Sums(NamedTuple):
    """The counters of one mailbox, or a part of them, as the columns of `mailbox_count` stand."""

    total_emails: int = 0
    unread_emails: int = 0
    total_threads: int = 0
    unread_threads: int = 0
    unseen_emails: int = 0
    unseen_threads: int = 0
    octets: int = 0


SHOWN: Final = 4
"""How many of the columns are properties of a Mailbox."""

Contribution: TypeAlias = Mapping[int, Sums]
"""Mailbox to what threads add to it."""

Row: TypeAlias = tuple[int, int, int, int]
"""What a thread has in one mailbox: its number, emails, unread emails, unseen emails."""

_COLUMNS: Final = ", ".join(Sums._fields)

_OF_THREAD: Final = f"""
SELECT mailbox, count(*), sum(flags & {COUNTED} = 0), sum(flags & {SEEN} = 0)
FROM mailbox_email INDEXED BY mailbox_thread WHERE account = ? AND thread = ? GROUP BY mailbox
"""

_OF_ACCOUNT: Final = f"""
SELECT thread, mailbox, count(*), sum(flags & {COUNTED} = 0), sum(flags & {SEEN} = 0)
FROM mailbox_email INDEXED BY mailbox_thread WHERE account = ? GROUP BY thread, mailbox
"""

_ADD: Final = f"""
INSERT INTO mailbox_count (account, mailbox, {_COLUMNS}) VALUES (?, ?{", ?" * len(Sums._fields)})
ON CONFLICT (account, mailbox) DO UPDATE SET {", ".join(f"{name} = {name} + excluded.{name}" for name in Sums._fields)}
"""


def trash_of(connection: apsw.Connection, account: int) -> int | None:
    """The mailbox with the role trash."""
    mailbox: int | None = connection.execute("SELECT mailbox FROM trash WHERE account = ?", (account,)).get
    return mailbox


def set_trash(connection: apsw.Connection, account: int, mailbox: int | None) -> None:
    """Remember the mailbox with the role trash."""
    connection.execute("DELETE FROM trash WHERE account = ?", (account,))
    if mailbox is not None:
        connection.execute("INSERT INTO trash (account, mailbox) VALUES (?, ?)", (account, mailbox))


def threads_in(connection: apsw.Connection, account: int, mailboxes: Sequence[int]) -> list[int]:
    """Threads with an email in one of the mailboxes."""
    sql = "SELECT DISTINCT thread FROM mailbox_email WHERE account = ? AND mailbox IN (SELECT value FROM json_each(?))"
    return [thread for (thread,) in connection.execute(sql, (account, orjson.dumps(list(mailboxes)).decode()))]


def of_threads(connection: apsw.Connection, account: int, threads: Sequence[int], trash: int | None) -> Contribution:
    """What these threads add to each mailbox as they stand."""
    return total(of_rows(rows_of(connection, account, thread), trash) for thread in threads)


def rows_of(connection: apsw.Connection, account: int, thread: int) -> list[Row]:
    """What a thread has in each mailbox."""
    return list(connection.execute(_OF_THREAD, (account, thread)))


def rows_of_email(mailboxes: Iterable[int], flags: int, count: int = 1) -> list[Row]:
    """What an email with these flags adds to its thread's; with a count of -1 what it takes away."""
    unread, unseen = count * (not flags & COUNTED), count * (not flags & SEEN)
    return [(mailbox, count, unread, unseen) for mailbox in mailboxes]


def joined(*threads: Iterable[Row]) -> list[Row]:
    """What one thread has that has all that these have."""
    sums: dict[int, Row] = {}
    for row in chain.from_iterable(threads):
        known = sums.get(row[0])
        sums[row[0]] = row if known is None else (row[0], known[1] + row[1], known[2] + row[2], known[3] + row[3])
    return [row for row in sums.values() if row[1]]


def total(parts: Iterable[Contribution]) -> Contribution:
    """What all of these add together."""
    sums: dict[int, Sums] = {}
    for part in parts:
        for mailbox, added in part.items():
            sums[mailbox] = Sums(*map(add, sums[mailbox], added)) if mailbox in sums else added
    return sums


def weighed(sums: Contribution, octets: int) -> Contribution:
    """The same with the octets of emails, which are counted for the account as a whole."""
    if not octets:
        return sums
    everywhere = sums.get(EVERYWHERE, Sums())
    return {**sums, EVERYWHERE: everywhere._replace(octets=everywhere.octets + octets)}


def of_rows(rows: Sequence[Row], trash: int | None) -> dict[int, Sums]:
    """What one thread adds.

    For unread threads, RFC 8621 §2: emails only in trash do not count for other mailboxes, emails outside of trash not
    for trash; otherwise one unread email anywhere in the thread makes it unread in each of its mailboxes.
    """
    unread_anywhere = any(unread for mailbox, _, unread, _ in rows if mailbox not in (trash, EVERYWHERE))
    return {
        mailbox: Sums(
            total_emails=emails,
            unread_emails=unread,
            total_threads=1,
            unread_threads=int(unread > 0 if mailbox == trash else unread_anywhere),
            unseen_emails=unseen,
            unseen_threads=int(unseen > 0),
        )
        for mailbox, emails, unread, unseen in rows
    }


def of_account(connection: apsw.Connection, account: int) -> Contribution:
    """What all threads add, counted from the lists."""
    trash = trash_of(connection, account)
    sums: dict[int, list[int]] = {}
    for _, rows in groupby(connection.execute(_OF_ACCOUNT, (account,)), key=itemgetter(0)):
        for mailbox, part in of_rows([row[1:] for row in rows], trash).items():
            sums[mailbox] = list(map(add, sums.get(mailbox, Sums()), part))
    octets: int = connection.execute("SELECT coalesce(sum(size), 0) FROM email WHERE account = ?", (account,)).get
    return weighed({mailbox: Sums(*total) for mailbox, total in sums.items()}, octets)


def apply(connection: apsw.Connection, account: int, before: Contribution, after: Contribution) -> list[int]:
    """Add what changed to the counters; returns the mailboxes whose properties changed, in order of number."""
    shown: list[int] = []
    for mailbox in sorted(before.keys() | after.keys()):
        change = Sums(*map(sub, after.get(mailbox, Sums()), before.get(mailbox, Sums())))
        if not any(change):
            continue
        connection.execute(_ADD, (account, mailbox, *change))
        if mailbox != EVERYWHERE and any(change[:SHOWN]):
            shown.append(mailbox)
    return shown


def read(connection: apsw.Connection, account: int, mailboxes: Sequence[int]) -> dict[int, Sums]:
    """The counters of these mailboxes."""
    marks = ", ".join("?" * len(mailboxes))
    rows = connection.execute(
        f"SELECT mailbox, {_COLUMNS} FROM mailbox_count WHERE account = ? AND mailbox IN ({marks})",
        (account, *mailboxes),
    )
    found = {mailbox: Sums(*sums) for mailbox, *sums in rows}
    return {mailbox: found.get(mailbox, Sums()) for mailbox in mailboxes}


def read_all(connection: apsw.Connection, account: int, first: int = EVERYWHERE + 1) -> dict[int, Sums]:
    """The counters of every mailbox from a number on that ever held an email."""
    rows = connection.execute(
        f"SELECT mailbox, {_COLUMNS} FROM mailbox_count WHERE account = ? AND mailbox >= ?", (account, first)
    )
    return {mailbox: Sums(*sums) for mailbox, *sums in rows}
