"""Answers in SQLite: one row for each address that an account answered."""

import apsw

from angarium.store.contract import ANSWERED_SECONDS, AccountKey

DDL = """
CREATE TABLE answer (
    account INTEGER NOT NULL,
    address TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (account, address)
) WITHOUT ROWID;
"""

_NOTE = """
INSERT INTO answer (account, address, at) VALUES (?, ?, ?)
ON CONFLICT (account, address) DO UPDATE SET at = excluded.at WHERE at <= excluded.at - ?
"""


class AnswersTransaction:
    """Implements the contract's `Answers`."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def note(self, account: AccountKey, address: str, now: int) -> bool:
        """Note that the address is answered now; False when it was within the time before, and nothing changes then."""
        self._connection.execute(_NOTE, (account, address, now, ANSWERED_SECONDS))
        return self._connection.changes() > 0

    def forget(self, account: AccountKey) -> None:
        """Let the account answer everybody anew."""
        self._connection.execute("DELETE FROM answer WHERE account = ?", (account,))

    def prune(self, now: int) -> int:
        """Forget what matters no more; how much."""
        self._connection.execute("DELETE FROM answer WHERE at <= ?", (now - ANSWERED_SECONDS,))
        return self._connection.changes()
