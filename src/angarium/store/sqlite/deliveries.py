"""Deliveries in SQLite: one row for each, found by account and octets."""

import apsw

from angarium.store.contract import KEPT_SECONDS, AccountKey, BlobHash

DDL = """
CREATE TABLE delivery (
    account INTEGER NOT NULL,
    blob TEXT NOT NULL,
    recipient TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (account, blob, recipient)
) WITHOUT ROWID;
"""


class DeliveriesTransaction:
    """Implements the contract's `Deliveries`."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def recipients(self, account: AccountKey, blob: BlobHash, now: int) -> frozenset[str]:
        """The addresses for which this account was given these octets within the day before `now`."""
        rows = self._connection.execute(
            "SELECT recipient FROM delivery WHERE account = ? AND blob = ? AND at > ?",
            (account, blob, now - KEPT_SECONDS),
        )
        return frozenset(recipient for (recipient,) in rows)

    def add(self, account: AccountKey, blob: BlobHash, recipient: str, now: int) -> None:
        """Note that the account was given these octets for this address now."""
        self._connection.execute(
            "INSERT OR REPLACE INTO delivery (account, blob, recipient, at) VALUES (?, ?, ?, ?)",
            (account, blob, recipient, now),
        )

    def prune(self, now: int) -> int:
        """Forget what was more than a day ago; how much."""
        self._connection.execute("DELETE FROM delivery WHERE at <= ?", (now - KEPT_SECONDS,))
        return self._connection.changes()
