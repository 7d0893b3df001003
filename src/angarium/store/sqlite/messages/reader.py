"""The message index as the contract's `Messages` promises it: each method hands on to the module that does it.

Facts that a caller needs as values, and not as JSON to send, are read here.
"""

# ruff: noqa: S608 (SQL is made of the names in this package, values are bound)

from collections.abc import Mapping, Sequence
from typing import Final

import apsw

from angarium.store.contract import (
    METADATA,
    AccountKey,
    BlobHash,
    Counts,
    MessageQuery,
    QueryChanges,
    QueryResult,
    State,
    Stored,
    StoreError,
    Usage,
    Window,
)
from angarium.store.sqlite.changelog import ChangeLog
from angarium.store.sqlite.messages import counters, headers, rows, terms
from angarium.store.sqlite.messages import query as query_module
from angarium.store.sqlite.messages.check import check
from angarium.store.sqlite.messages.ids import EVERYWHERE, email_number, listed, mailbox_number
from angarium.store.sqlite.messages.keywords import decoded_set

_ASKED: Final = "json_each(?) j CROSS JOIN email e ON e.account = ? AND e.id = j.value"
_FACTS: Final = "SELECT e.id, e.thread, e.blob, e.size, e.received, e.keywords, e.mailbox_ids"
_METADATA: Final = ", ".join(f'd."{name}"' for name in METADATA)


class MessagesReader:
    """Implements the contract's `Messages` on one connection, inside its transaction.

    `header_source` gives the octets in which the filter `header` looks; `pending` are states reached in this
    transaction and not yet written.
    """

    def __init__(
        self,
        connection: apsw.Connection,
        header_source: headers.HeaderSource | None = None,
        pending: Mapping[int, Mapping[str, int]] | None = None,
    ) -> None:
        self._connection = connection
        self._log = ChangeLog(connection, pending)
        self._header_source = header_source or _no_headers

    def rows(
        self, account: AccountKey, ids: Sequence[str] | None, properties: Sequence[str]
    ) -> tuple[bytes, list[str]]:
        """Emails as one encoded JSON array in the order asked (each id once), and the ids not found."""
        return rows.emails(self._connection, account, ids, properties)

    def structures(self, account: AccountKey, ids: Sequence[str]) -> dict[str, tuple[BlobHash, bytes]]:
        """For each id that exists: its blob and the JSON of its `structure`."""
        found = self._connection.execute(
            f"SELECT e.id, e.blob, d.structure FROM {_ASKED} CROSS JOIN email_metadata d ON d.document = e.document",
            (listed("M", ids), account),
        )
        return {f"M{number}": (BlobHash(blob), structure) for number, blob, structure in found}

    def stored(self, account: AccountKey, ids: Sequence[str]) -> dict[str, Stored]:
        """Facts of the emails that exist."""
        if len(ids) == 1:  # as a rule; a list costs twice as much
            found = self._connection.execute(
                f"{_FACTS} FROM email e WHERE id = ? AND account = ?", (email_number(ids[0]), account)
            )
        else:
            found = self._connection.execute(f"{_FACTS} FROM {_ASKED}", (listed("M", ids), account))
        return {
            f"M{number}": Stored(
                f"M{number}",
                f"T{thread}",
                BlobHash(blob),
                size,
                received,
                decoded_set(keywords),
                decoded_set(mailboxes),
            )
            for number, thread, blob, size, received, keywords, mailboxes in found
        }

    def metadata(self, account: AccountKey, email: str) -> dict[str, bytes] | None:
        """The encoded JSON of every name in `METADATA`."""
        found = self._connection.execute(
            f"SELECT {_METADATA} FROM {_ASKED} CROSS JOIN email_metadata d ON d.document = e.document",
            (listed("M", [email]), account),
        )
        return next((dict(zip(METADATA, row, strict=True)) for row in list(found)), None)

    def count(self, account: AccountKey) -> int:
        """How many emails the account holds."""
        return counters.read(self._connection, account, [EVERYWHERE])[EVERYWHERE].total_emails

    def usage(self, account: AccountKey) -> Usage:
        """What the emails take of the account's allowance."""
        sums = counters.read(self._connection, account, [EVERYWHERE])[EVERYWHERE]
        return Usage(sums.octets, sums.total_emails)

    def with_blob(self, account: AccountKey, blob: BlobHash) -> list[str]:
        """Ids of the emails that have exactly these octets, the oldest id first."""
        return self._ids("SELECT id FROM email WHERE blob = ? AND account = ? ORDER BY id", (blob, account))

    def in_mailbox(self, account: AccountKey, mailbox: str) -> list[str]:
        """Ids of the emails in a mailbox, newest first."""
        number = mailbox_number(mailbox)
        if number is None:
            return []
        sql = "SELECT id FROM mailbox_email WHERE account = ? AND mailbox = ? ORDER BY received DESC, id DESC"
        return self._ids(sql, (account, number))

    def threads(self, account: AccountKey, ids: Sequence[str] | None) -> tuple[bytes, list[str]]:
        """Threads as one encoded JSON array of `{id, emailIds}` (oldest first, RFC 8621 §3), and the ids not found."""
        return rows.threads(self._connection, account, ids)

    def counts(self, account: AccountKey, mailboxes: Sequence[str] | None = None) -> dict[str, Counts]:
        """Counters of these mailboxes (None: all that ever held an email)."""
        if mailboxes is None:
            found = counters.read_all(self._connection, account)
            return {f"B{number}": Counts(*sums[: counters.SHOWN]) for number, sums in found.items()}
        asked = {text: mailbox_number(text) for text in mailboxes}
        found = counters.read(self._connection, account, [number for number in asked.values() if number is not None])
        return {
            text: Counts() if number is None else Counts(*found[number][: counters.SHOWN])
            for text, number in asked.items()
        }

    def query(self, account: AccountKey, query: MessageQuery, window: Window) -> QueryResult:
        """One window of a query; ties end in order of id, newest first when the first sort descends."""
        self._prepare(query)
        return query_module.query(self._connection, account, query, window)

    def query_changes(
        self,
        account: AccountKey,
        query: MessageQuery,
        since: State,
        up_to: str | None = None,
        limit: int | None = None,
        total: bool = False,
    ) -> QueryChanges | None:
        """Exact changes of a query since an Email state; None when there are more than `limit`.

        Raises CannotCalculateChanges.
        """
        self._log.check(account, "Email", since)
        self._prepare(query)
        return query_module.query_changes(self._connection, account, query, since, up_to, limit, total)

    def check(self, account: AccountKey) -> list[str]:
        """What is broken in an account's message index, each as a sentence (`angarium verify`)."""
        return check(self._connection, account)

    def _prepare(self, query: MessageQuery) -> None:
        # Only when it is asked for: a function made known anew lets every prepared statement expire.
        if "header" in terms.names(query.filter):
            headers.install(self._connection, self._header_source)

    def _ids(self, sql: str, values: tuple[str | int, ...]) -> list[str]:
        text: str | None = self._connection.execute(f"SELECT group_concat('M' || id) FROM ({sql})", values).get
        return text.split(",") if text else []


def _no_headers(_blob: BlobHash) -> bytes:
    raise StoreError("this reader was given no access to header fields")
