"""Changing the message index: each change keeps lists, threads, counters, change numbers and full text in step.

The number of an email's or thread's creation is its id; every change takes one number (RFC 8620 §5.2).
"""

# ruff: noqa: S608 (SQL is made of the names in this package, values are bound)

from collections.abc import Callable
from typing import Final

import apsw
import orjson

from angarium.formats.primitives import format_utc
from angarium.store.contract import METADATA, AccountKey, BlobHash, MessageQuery, NewMessage, Stored
from angarium.store.sqlite.changelog import ALL
from angarium.store.sqlite.messages import counters, entries, joining, quota, rebuild, textindex
from angarium.store.sqlite.messages.entries import Entry
from angarium.store.sqlite.messages.headers import HeaderSource
from angarium.store.sqlite.messages.ids import email_number, first_document, last_document, mailbox_numbers
from angarium.store.sqlite.messages.keywords import COUNTED, encoded_set, flags_of, folded
from angarium.store.sqlite.messages.reader import MessagesReader
from angarium.store.sqlite.messages.threads import ChangeNumbers, Threads

SORT_LENGTH: Final = 250
"""Characters of a text that take part in sorting."""

_FIRST_YEAR: Final = -62_135_596_800_000
_LAST_YEAR: Final = 253_402_300_799_999

_METADATA: Final = ", ".join(f'"{name}"' for name in METADATA)
_ADD_METADATA: Final = (
    f'INSERT INTO email_metadata (document, "receivedAt", {_METADATA}) VALUES (?, ?{", ?" * len(METADATA)})'
)
_ADD: Final = f"""
INSERT INTO email (
    account, id, modified, thread, blob, size, received, sent, flags, document, keywords, mailbox_ids,
    sort_subject, sort_from, sort_to
) VALUES (?{", ?" * 14})
"""


class MessagesTransaction(MessagesReader):
    """Implements the contract's `MessagesWriter` on the writer's connection, inside its transaction."""

    def __init__(
        self,
        connection: apsw.Connection,
        numbers: ChangeNumbers,
        header_source: HeaderSource | None = None,
        refer: Callable[[BlobHash], None] | None = None,
    ) -> None:
        super().__init__(connection, header_source, numbers.reached)
        self._numbers = numbers
        self._refer = refer
        """Hears of each blob that an email references."""
        self._threads = Threads(connection, numbers)
        self._leftovers: set[int] = set()
        """Documents of destroyed emails whose text stands in full text until `finish`, or until somebody looks there.

        All together, since full text writes what it has gathered at each savepoint: of 500 emails that a client
        destroys that was more than half of the work. What a savepoint takes back stays here and is looked at anew.
        """

    def begin(self) -> None:
        """Forget the job before."""
        self._leftovers.clear()

    def finish(self) -> None:
        """Do what is done for all changes of a job together."""
        if self._leftovers:
            textindex.remove_leftovers(self._connection, self._leftovers)

    def add(self, account: AccountKey, message: NewMessage) -> Stored:
        """Store a message and find its thread.

        When it joins threads into one, the emails of the smaller are destroyed and created anew under the largest, in
        this transaction (RFC 8621 §3: `threadId` never changes). Raises OverQuota, ValueError without a mailbox,
        KeyError for what is no mailbox id.
        """
        _check_mailboxes(message.mailboxes)
        standing = quota.standing(self._connection, account)
        quota.check(self._connection, account, standing, message.size)
        keys = joining.keys_of(message.thread_ids, message.thread_subject)
        found = joining.find(self._connection, account, keys)
        rows = [self._rows(account, one) for one in (*_present(found.thread), *found.moved)]
        thread = found.thread or self._threads.begin(account)
        number = self._numbers.next(account, "Email")
        self._numbers.reach(account, "EmailDelivery", number)  # RFC 8621 §1.5: for push alone
        entry = self._insert(account, number, thread, message)
        joining.own(self._connection, account, thread, keys)
        for moved in found.moved:
            self._threads.merge(account, moved, thread)
        if found.thread:
            self._threads.renew(account, thread)
        before = counters.total(counters.of_rows(each, standing.trash) for each in rows)
        after = counters.joined(*rows, _rows_of(entry))
        self._count(account, before, counters.weighed(counters.of_rows(after, standing.trash), message.size))
        if standing.limited:
            self._numbers.touch_all(account, quota.KIND)
        return Stored(
            f"M{number}",
            f"T{thread}",
            message.blob,
            message.size,
            message.received,
            entry.keywords,
            message.mailboxes,
        )

    def update(
        self,
        account: AccountKey,
        email: str,
        keywords: frozenset[str] | None = None,
        mailboxes: frozenset[str] | None = None,
    ) -> None:
        """Replace the keywords, the mailboxes or both; takes no number when they are what they were.

        Raises KeyError for an email that does not exist or what is no mailbox id, ValueError for no mailbox at all.
        """
        old = self._existing(account, email)
        if mailboxes is not None:
            _check_mailboxes(mailboxes)
        new = old.changed(None if keywords is None else folded(keywords), mailboxes)
        if new == old:
            return
        counted = bool((new.flags ^ old.flags) & COUNTED) or new.mailboxes != old.mailboxes
        if not counted:
            entries.change(self._connection, old, new, self._numbers.next(account, "Email"))
            return
        trash = counters.trash_of(self._connection, account)
        before = self._rows(account, old.thread)
        entries.change(self._connection, old, new, self._numbers.next(account, "Email"))
        after = counters.joined(before, _rows_of(old, -1), _rows_of(new))
        self._count(account, counters.of_rows(before, trash), counters.of_rows(after, trash))

    def destroy(self, account: AccountKey, email: str) -> None:
        """Remove an email; raises KeyError when it does not exist."""
        old = self._existing(account, email)
        standing = quota.standing(self._connection, account)
        before = self._rows(account, old.thread)
        entries.leave(self._connection, old)
        if not textindex.unqueue(self._connection, old.document):
            self._leftovers.add(old.document)
        self._connection.execute("DELETE FROM email_metadata WHERE document = ?", (old.document,))
        size: int = self._connection.execute(
            "DELETE FROM email WHERE account = ? AND id = ? RETURNING size", (account, old.id)
        ).get
        self._numbers.bury(account, "Email", f"M{old.id}", old.id, old.thread)
        after = counters.joined(before, _rows_of(old, -1))
        if after:
            self._threads.renew(account, old.thread)
        else:
            self._threads.end(account, old.thread)
        weighed = counters.weighed(counters.of_rows(before, standing.trash), size)
        self._count(account, weighed, counters.of_rows(after, standing.trash))
        if standing.limited:
            self._numbers.touch_all(account, quota.KIND)

    def check(self, account: AccountKey) -> list[str]:
        """What is broken in an account's message index."""
        self.finish()
        return super().check(account)

    def _prepare(self, query: MessageQuery) -> None:
        self.finish()
        super()._prepare(query)

    def set_trash(self, account: AccountKey, mailbox: str | None) -> None:
        """Tell which mailbox has the role trash; raises KeyError for what is no mailbox id."""
        number = next(iter(mailbox_numbers(frozenset({mailbox})))) if mailbox is not None else None
        old = counters.trash_of(self._connection, account)
        if number == old:
            return
        threads = counters.threads_in(self._connection, account, _present(old, number))
        before = counters.of_threads(self._connection, account, threads, old)
        after = counters.of_threads(self._connection, account, threads, number)
        counters.set_trash(self._connection, account, number)
        self._count(account, before, after)

    def index_waiting(self, limit: int = 500) -> int:
        """Move up to `limit` waiting messages into the full-text index in sorted order; how many were moved."""
        self.finish()
        return textindex.index_waiting(self._connection, limit)

    def waiting(self, most: int = ALL) -> int:
        """How many messages of all accounts wait for the full-text index, counted up to `most`."""
        return textindex.waiting(self._connection, most)

    def remove_account(self, account: AccountKey) -> None:
        """Remove all messages of an account, without numbers or tombstones: the account itself goes."""
        textindex.forget_account(self._connection, account)
        entries.remove_account(self._connection, account)
        self._connection.execute(
            "DELETE FROM email_metadata WHERE document BETWEEN ? AND ?",
            (first_document(account), last_document(account)),
        )
        for table in ("email", "thread", "thread_key", "mailbox_count", "trash"):
            self._connection.execute(f"DELETE FROM {table} WHERE account = ?", (account,))

    # --- angarium rebuild ---

    def recount(self, account: AccountKey) -> int:
        """Make lists, keyword index and counters anew from the emails; how many mailboxes had wrong counters."""
        return rebuild.recount(self._connection, self._numbers, account)

    def rethread(self, account: AccountKey, fetch: rebuild.ThreadFacts) -> int:
        """Thread all emails anew in order of arrival; how many got another thread and thus another id.

        `fetch` gives message-ids and base subject of a message by its blob, as in `NewMessage`.
        """
        return rebuild.rethread(self._connection, self._numbers, account, fetch)

    def reindex(
        self, account: AccountKey, fetch: rebuild.TextFacts, after: int | None = None, limit: int = 500
    ) -> int | None:
        """Index up to `limit` messages anew; where to go on (pass it as `after`), None at the end."""
        return rebuild.reindex(self._connection, account, fetch, after, limit)

    # --- parts of a change ---

    def _existing(self, account: int, email: str) -> Entry:
        number = email_number(email)
        found = None if number is None else entries.read(self._connection, account, number)
        if found is None:
            raise KeyError(email)
        return found

    def _insert(self, account: int, number: int, thread: int, message: NewMessage) -> Entry:
        has_attachment = orjson.loads(message.metadata["hasAttachment"]) is True
        keywords = folded(message.keywords)
        document = textindex.free_document(self._connection, account, message.received)
        if document in self._leftovers:
            textindex.remove_leftovers(self._connection, [document])
        entry = Entry(
            account,
            number,
            thread,
            message.received,
            flags_of(keywords, has_attachment),
            document,
            keywords,
            message.mailboxes,
        )
        self._connection.execute(
            _ADD,
            (
                account,
                number,
                number,
                thread,
                message.blob,
                message.size,
                message.received,
                message.sent,
                entry.flags,
                document,
                encoded_set(keywords),
                encoded_set(message.mailboxes),
                message.sort_subject[:SORT_LENGTH],
                message.sort_from[:SORT_LENGTH],
                message.sort_to[:SORT_LENGTH],
            ),
        )
        if self._refer is not None:
            self._refer(message.blob)
        shown = format_utc(min(max(message.received, _FIRST_YEAR), _LAST_YEAR))
        self._connection.execute(
            _ADD_METADATA, (document, orjson.dumps(shown), *(message.metadata[name] for name in METADATA))
        )
        entries.enter(self._connection, entry)
        textindex.enqueue(self._connection, document, message.search)
        return entry

    def _rows(self, account: int, thread: int) -> list[counters.Row]:
        return counters.rows_of(self._connection, account, thread)

    def _count(self, account: int, before: counters.Contribution, after: counters.Contribution) -> None:
        for mailbox in counters.apply(self._connection, account, before, after):
            self._numbers.touch(account, "Mailbox", mailbox)


def _present(*numbers: int | None) -> tuple[int, ...]:
    return tuple(number for number in numbers if number is not None)


def _rows_of(entry: Entry, count: int = 1) -> list[counters.Row]:
    return counters.rows_of_email(entry.lists, entry.flags, count)


def _check_mailboxes(mailboxes: frozenset[str]) -> None:
    # RFC 8621 §4.1.1: an Email belongs to one or more mailboxes at all times.
    if not mailboxes:
        raise ValueError("an email must be in a mailbox")
    mailbox_numbers(mailboxes)
