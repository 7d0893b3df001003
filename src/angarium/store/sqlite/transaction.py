"""What one job of the writer may do, and its part of the commit: change numbers, files, accounts, savepoints."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from time import monotonic

import apsw

from angarium.store.contract import DIRECTORY, AccountKey, Allowance, BlobHash, NotDurable, State, TooSlow
from angarium.store.sqlite.answers import AnswersTransaction
from angarium.store.sqlite.blobfiles import BlobFiles
from angarium.store.sqlite.blobs import BlobsTransaction
from angarium.store.sqlite.changelog import ChangeLog, ChangeNumbers
from angarium.store.sqlite.check import check
from angarium.store.sqlite.deliveries import DeliveriesTransaction
from angarium.store.sqlite.merging import Merging
from angarium.store.sqlite.messages import MessagesTransaction
from angarium.store.sqlite.records import RecordsTransaction
from angarium.store.sqlite.stage import StagedFile
from angarium.store.sqlite.tombstones import prune

_OF_AN_ACCOUNT = (
    *("record", "record_entries", "record_index", "record_blob"),
    *("upload", "tombstone", "type_state", "delivery", "answer"),
)


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
        super().__init__(connection, self.numbers.reached)
        self._lost = lost
        self._files = files
        self._open: list[int] = []
        """The savepoints of the database that are open, each by the count of changes at which it stands."""
        self._ends = inf
        self.records = RecordsTransaction(connection, self.numbers)
        self.blobs = BlobsTransaction(connection, files)
        self.messages = MessagesTransaction(connection, self.numbers, self.blobs.head, self.blobs.refer)
        self.answers = AnswersTransaction(connection)
        self.deliveries = DeliveriesTransaction(connection)

    def begin_group(self, ends: float = inf, octets: float = inf) -> None:
        """Forget the group before; TooSlow after a time of the monotonic clock or so many octets of opened blobs."""
        self.numbers.begin_group()
        self._ends, self.blobs.octets_left = ends, octets

    def lose_group(self) -> None:
        """All that the group wrote was taken back."""
        self._undone()

    def begin(self) -> None:
        """Forget the job before."""
        self._open.clear()
        self.numbers.begin()
        self.blobs.begin()
        self.messages.begin()

    def create_account(self) -> AccountKey:
        """A new empty account; its number is never used again."""
        self._connection.execute("INSERT INTO account DEFAULT VALUES")
        return AccountKey(self._connection.last_insert_rowid())

    def allow(self, account: AccountKey, allowance: Allowance) -> None:
        """Let the account hold so much from now on; what it holds stays, even if that is more."""
        self._connection.execute(
            "UPDATE account SET most_octets = ?, most_emails = ? WHERE id = ?",
            (allowance.octets, allowance.emails, account),
        )

    def remove_account(self, account: AccountKey) -> None:
        """Remove an account with everything in it; raises KeyError, also for the directory."""
        if account == DIRECTORY:
            raise KeyError("the directory stays")
        self._connection.execute("DELETE FROM account WHERE id = ?", (account,))
        if not self._connection.changes():
            raise KeyError(account)
        self.messages.remove_account(account)
        self.records.forget()
        self.records.forget_texts(account)
        for table in _OF_AN_ACCOUNT:
            self._connection.execute(f"DELETE FROM {table} WHERE account = ?", (account,))  # noqa: S608 (our own names)
        self.numbers.forget(account)

    def prune(self, account: AccountKey, now: int) -> int:
        """Remove the account's tombstones that no client needs any more; how many went."""
        return prune(self._connection, account, now)

    def problems(self) -> list[str]:
        """What is broken in the store as a whole, each as a sentence."""
        return check(self._connection, self._files)

    def waiting(self, most: int) -> int:
        """How many messages and records wait for full text, of each counted up to `most`."""
        return self.messages.waiting(most) + self.records.waiting(most)

    def index_waiting(self, limit: int) -> int:
        """Move up to `limit` of them into full text; how many were moved."""
        moved = self.messages.index_waiting(limit)
        return moved + (self.records.index_waiting(limit - moved) if moved < limit else 0)

    def merge(self, merging: Merging) -> None:
        """Take one step of merging full text."""
        merging.step(self._connection)

    def savepoint(self) -> "Savepoint":
        """What happens inside is undone when an exception leaves it; the transaction goes on.

        Raises NotDurable when the transaction itself is lost, TooSlow when it has taken as long as it may.
        """
        self.check_alive()
        if monotonic() > self._ends:
            raise TooSlow("the write took longer than allowed")
        return Savepoint(self._connection, self._lost, self.numbers, self._open, self._undone)

    def _undone(self) -> None:
        """Rows were taken back."""
        self.blobs.go_back()
        self.records.forget()

    def check_alive(self) -> None:
        """Raise NotDurable when an error of the engine has undone the whole transaction."""
        if self._lost():
            raise NotDurable("the database gave up the transaction")

    def finish(self) -> Effects:
        """What the job leaves for its commit."""
        self.messages.finish()
        self.blobs.finish()
        return Effects(self.numbers.finish(), self.blobs.doomed, self.blobs.spent)

    def finish_group(self, sequence: int) -> None:
        """Write what the group leaves for its commit, which has this sequence."""
        self.numbers.write(sequence)


class Savepoint:
    """A block that is undone when an exception leaves it, with the change numbers given out inside.

    A request with one object opens three of them before its first change; those share one savepoint of the database.
    A class and not a generator because every object that is written passes through them.
    """

    __slots__ = ("_connection", "_lost", "_mark", "_numbers", "_open", "_shared", "_undone")

    def __init__(
        self,
        connection: apsw.Connection,
        lost: Callable[[], bool],
        numbers: ChangeNumbers,
        open_: list[int],
        undone: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._lost = lost
        self._numbers = numbers
        self._mark = numbers.mark()
        self._open = open_
        self._undone = undone
        self._shared = False

    def __enter__(self) -> None:
        changes = self._connection.total_changes()
        self._shared = bool(self._open) and self._open[-1] == changes
        if not self._shared:
            self._connection.execute("SAVEPOINT inner")
            self._open.append(changes)

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None and not self._lost():
            try:
                self._release()
            except BaseException:
                self._undo()
                raise
        else:
            self._undo()
            if kind is None:
                raise NotDurable("the database gave up the transaction")

    def _release(self) -> None:
        if not self._shared:
            self._connection.execute("RELEASE inner")
            self._open.pop()

    def _undo(self) -> None:
        self._numbers.go_back(self._mark)
        self._undone()
        if self._lost():
            return
        try:
            self._connection.execute("ROLLBACK TO inner")
            self._release()
        except apsw.Error:
            # What cannot be undone in part is undone as a whole, and the group fails.
            with suppress(apsw.Error):
                self._connection.execute("ROLLBACK")
