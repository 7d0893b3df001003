"""One transaction for a group of jobs, each in its own savepoint: all of the good ones are on disk, or none.

The rules that keep a group honest: nobody commits but `_commit` (a hook refuses anyone else, so that statements after
a transaction lost to an error of the engine cannot slip in alone); a lost transaction fails its whole group; and after
an I/O error nothing is written until the store is opened anew, for what the kernel dropped cannot be known.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from math import inf
from pathlib import Path
from time import monotonic
from typing import TypeVar

import apsw

from angarium.store.contract import AccountKey, BlobHash, DiskFull, NotDurable, State, StateChange
from angarium.store.sqlite.blobfiles import BlobFiles
from angarium.store.sqlite.logroom import LogRoom
from angarium.store.sqlite.transaction import Effects, SqliteTransaction

T = TypeVar("T")

CHECKPOINT_PAGES = 4000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """What to run, giving what ends its future well; and how to begin and fail that future."""

    run: Callable[[SqliteTransaction], Callable[[], None]]
    begin: Callable[[], bool]
    fail: Callable[[BaseException], None]


def job_of(
    run: Callable[[SqliteTransaction], T],
    told: Callable[[T | None, BaseException | None], None],
    begin: Callable[[], bool] = lambda: True,
) -> Job:
    """A job whose result or error goes to `told`."""

    def perform(transaction: SqliteTransaction) -> "Callable[[], None]":  # quoted: else it is made at every call
        result = run(transaction)
        return lambda: told(result, None)

    return Job(perform, begin, lambda error: told(None, error))


@dataclass(frozen=True, slots=True)
class Outcome:
    """A job that ran: its effects and how to end its future, after the commit and after its failure."""

    succeed: Callable[[], None]
    fail: Callable[[BaseException], None]
    effects: Effects = Effects({}, [], [])  # noqa: RUF009 (nobody adds to it)


@dataclass(frozen=True, slots=True)
class Committed:
    """What a group has brought: news, and files that may go."""

    changes: list[StateChange]
    doomed: list[BlobHash]


class Groups:
    """Runs one group after another on the writing connection; used by one thread."""

    def __init__(self, connection: apsw.Connection, files: BlobFiles) -> None:
        self._connection = connection
        self._files = files
        self._sequence: int = connection.execute("SELECT value FROM meta WHERE name = 'sequence'").get
        self._committing = False
        self._rolled_back = False
        self._stopped: str | None = None
        self._wal_pages = 0
        self.commit_seconds = 0.0
        """What the last commit took."""
        self._room = LogRoom(Path(connection.filename_wal), connection.pragma("page_size"), files.disk)
        connection.set_wal_hook(self._note_pages)
        connection.set_commit_hook(lambda: not self._committing)
        connection.set_rollback_hook(self._note_rollback)

        self._transaction = SqliteTransaction(connection, files, self._lost)

    def waiting(self, most: int) -> int:
        """How many messages and records wait for full text, of each counted up to `most`; none when unknown."""
        try:
            return self._transaction.waiting(most)
        except apsw.Error:
            _log.warning("cannot tell how much waits for full text", exc_info=True)
            return 0

    def tend_log(self) -> None:
        """Fold a long WAL into the database, as far as readers allow, and keep room in it.

        After a commit was told, so nobody waits.
        """
        if self._stopped:
            return
        self._room.keep(self._wal_pages)
        if self._wal_pages < CHECKPOINT_PAGES:
            return
        try:
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        except apsw.Error as error:
            _log.warning("checkpoint: %s", self._explained(error))

    @property
    def needs_tending(self) -> bool:
        """Whether `tend_log` has something to do."""
        return self._wal_pages >= CHECKPOINT_PAGES or self._room.is_short(self._wal_pages)

    def run(self, jobs: Iterator[Job], ends: float = inf, octets: float = inf) -> Committed:
        """Run what `jobs` yields (at least one) until it ends, commit, and end every future.

        A job raises TooSlow after a time of the monotonic clock, or when it opens more octets of blobs.
        """
        outcomes: list[Outcome] = []
        try:
            self._begin(ends, octets)
            for job in jobs:
                if job.begin():
                    outcomes.append(self._perform(job))
                    self._check_alive()
            changes = self._commit(outcomes)
        except BaseException as error:
            with suppress(apsw.Error):
                self._connection.execute("ROLLBACK")
            self._transaction.lose_group()
            self._fail(outcomes, jobs, self._explained(error))
            if isinstance(error, apsw.Error | OSError | NotDurable):
                return Committed([], [])
            raise
        for outcome in outcomes:
            outcome.succeed()
        for outcome in outcomes:
            for received in outcome.effects.spent:
                received.discard()
        return Committed(changes, [blob for outcome in outcomes for blob in outcome.effects.doomed])

    def _begin(self, ends: float, octets: float) -> None:
        if self._stopped:
            raise NotDurable(self._stopped)
        self._connection.execute("BEGIN IMMEDIATE")
        self._rolled_back = False
        self._transaction.begin_group(ends, octets)

    def _perform(self, job: Job) -> Outcome:
        transaction = self._transaction
        transaction.begin()
        try:
            with transaction.savepoint():
                succeed = job.run(transaction)
                transaction.check_alive()
                effects = transaction.finish()
        except BaseException as error:  # it is the caller's, and goes there whatever becomes of the group
            fail = partial(job.fail, self._explained(error) if isinstance(error, apsw.Error) else error)
            return Outcome(fail, lambda _: fail())
        return Outcome(succeed, job.fail, effects)

    def _commit(self, outcomes: list[Outcome]) -> list[StateChange]:
        states: dict[int, dict[str, State]] = {}
        for outcome in outcomes:
            for account, changed in outcome.effects.changed.items():
                states.setdefault(account, {}).update(changed)
        sequence = self._sequence + bool(states)
        if states:
            self._transaction.finish_group(sequence)
            self._connection.execute("UPDATE meta SET value = ? WHERE name = 'sequence'", (sequence,))
        self._files.sync_names()
        self._committing = True
        began = monotonic()
        try:
            self._connection.execute("COMMIT")
        finally:
            self._committing = False
            self.commit_seconds = monotonic() - began
        self._sequence = sequence
        return [StateChange(AccountKey(account), changed, sequence) for account, changed in states.items()]

    def _fail(self, outcomes: list[Outcome], jobs: Iterator[Job], error: BaseException) -> None:
        failure = error if isinstance(error, NotDurable) else NotDurable(f"the commit failed: {error}")
        for outcome in outcomes:
            outcome.fail(failure)
        if not outcomes:  # not even begun: the job that asked for the group hears of it
            for job in islice(jobs, 1):
                if job.begin():
                    job.fail(failure)

    def _explained(self, error: BaseException) -> BaseException:
        """The error as callers shall see it; an I/O error ends all writing."""
        if isinstance(error, apsw.FullError):
            return _caused(DiskFull("the disk is full"), error)
        if isinstance(error, apsw.IOError | OSError):
            self._stopped = f"the disk failed ({error}): nothing is written until the store is opened anew"
            _log.critical("%s", self._stopped)
            return _caused(NotDurable(self._stopped), error)
        return error

    def _check_alive(self) -> None:
        if self._stopped:
            raise NotDurable(self._stopped)
        if self._lost():
            raise NotDurable("an error of the database undid the transaction")

    def _lost(self) -> bool:
        return self._rolled_back or not self._connection.in_transaction

    def _note_pages(self, connection: apsw.Connection, database: str, pages: int) -> int:  # noqa: ARG002 (of apsw)
        self._wal_pages = pages
        return apsw.SQLITE_OK

    def _note_rollback(self) -> None:
        self._rolled_back = True


def _caused(error: NotDurable, cause: BaseException) -> NotDurable:
    error.__cause__ = cause
    return error
