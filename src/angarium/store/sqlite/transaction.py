"""What one job of the writer may do, and its part of the commit: change numbers, files, accounts, savepoints."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import apsw

from angarium.store.contract import DIRECTORY, AccountKey, BlobHash, NotDurable, State
from angarium.store.sqlite.blobfiles import BlobFiles
from angarium.store.sqlite.blobs import BlobsTransaction
from angarium.store.sqlite.changelog import ChangeLog, ChangeNumbers
from angarium.store.sqlite.messages import MessagesTransaction
from angarium.store.sqlite.records import RecordsTransaction
from angarium.store.sqlite.stage import StagedFile
from angarium.store.sqlite.tombstones import prune

_OF_AN_ACCOUNT = ("record", "record_index", "record_blob", "upload", "tombstone", "type_state")


@dataclass(frozen=True, slots=True)
class Effects:
    """What a job leaves to do after its commit: news, files to remove, received files that were not needed."""

    changed: dict[int, dict[str, State]]
    doomed: list[BlobHash]
    spent: list[StagedFile]


class SqliteTransaction(ChangeLog):
    """Implements the contract's `Transaction`, for one job after another between `begin` and `finish`.

    `lost` tells that the engine has given up the whole transaction.
    """

    def __init__(self, connection: apsw.Connection, files: BlobFiles, lost: Callable[[], bool]) -> None:
        self.numbers = ChangeNumbers(connection)
        super().__init__(connection, self.numbers.changed)
        self._lost = lost
        self.records = RecordsTransaction(connection, self.numbers)
        self.blobs = BlobsTransaction(connection, files)
        self.messages = MessagesTransaction(connection, self.numbers, self.blobs.head)

    def begin(self) -> None:
        """Forget the job before."""
        self.numbers.begin()
        self.blobs.begin()

    def create_account(self) -> AccountKey:
        """A new empty account; its number is never used again."""
        self._connection.execute("INSERT INTO account DEFAULT VALUES")
        return AccountKey(self._connection.last_insert_rowid())

    def remove_account(self, account: AccountKey) -> None:
        """Remove an account with everything in it; raises KeyError, also for the directory."""
        if account == DIRECTORY:
            raise KeyError("the directory stays")
        self._connection.execute("DELETE FROM account WHERE id = ?", (account,))
        if not self._connection.changes():
            raise KeyError(account)
        self.messages.remove_account(account)
        for table in _OF_AN_ACCOUNT:
            self._connection.execute(f"DELETE FROM {table} WHERE account = ?", (account,))  # noqa: S608 (our own names)
        self.numbers.forget(account)

    def prune(self, account: AccountKey, now: int) -> int:
        """Remove the account's tombstones that no client needs any more; how many went."""
        return prune(self._connection, account, now)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What happens inside is undone when an exception leaves it; the transaction goes on.

        Raises NotDurable when the transaction itself is lost.
        """
        self.check_alive()
        with self.numbers.undone_on_error(), undone_on_error(self._connection, "object", self._lost):
            yield
            self.check_alive()

    def check_alive(self) -> None:
        """Raise NotDurable when an error of the engine has undone the whole transaction."""
        if self._lost():
            raise NotDurable("the database gave up the transaction")

    def finish(self, sequence: int) -> Effects:
        """Write what the job leaves for its commit, which has this sequence."""
        self.blobs.finish()
        return Effects(self.numbers.write(sequence), self.blobs.doomed, self.blobs.spent)


@contextmanager
def undone_on_error(connection: apsw.Connection, name: str, lost: Callable[[], bool]) -> Iterator[None]:
    """A savepoint of this name around a block; nothing is left to undo when the whole transaction is lost."""
    connection.execute(f"SAVEPOINT {name}")
    try:
        yield
        connection.execute(f"RELEASE {name}")
    except BaseException:
        if not lost():
            _undo(connection, name)
        raise


def _undo(connection: apsw.Connection, name: str) -> None:
    try:
        connection.execute(f"ROLLBACK TO {name}")
        connection.execute(f"RELEASE {name}")
    except apsw.Error:
        # What cannot be undone in part is undone as a whole, and the group fails.
        with suppress(apsw.Error):
            connection.execute("ROLLBACK")
