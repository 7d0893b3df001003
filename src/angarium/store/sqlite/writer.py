"""The one thread that writes: it takes jobs from a queue in groups, tells the news, and does small work when idle.

A commit costs a sync of the disk, so all that waits shares one. Futures end after it, then listeners hear of it.
Idle work is full text (also between groups when much waits, and at the end), merging its parts, and removing files of
collected blobs. A short job of somebody who writes alone may run on that one's own thread: whoever has the turn uses
the connection.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TypeVar, cast

import apsw

from angarium.store.contract import BlobHash, NotDurable, StateChange, StoreError, TooSlow
from angarium.store.sqlite import recordtext
from angarium.store.sqlite.blobfiles import BlobFiles
from angarium.store.sqlite.group import Committed, Groups, Job, job_of
from angarium.store.sqlite.merging import Merging
from angarium.store.sqlite.messages import textindex
from angarium.store.sqlite.readers import GLANCE_OCTETS, GLANCE_SECONDS, Readers
from angarium.store.sqlite.removal import Removal
from angarium.store.sqlite.transaction import SqliteTransaction

T = TypeVar("T")

GROUP_JOBS = 256
GROUP_SECONDS = 0.05
IDLE_SECONDS = 0.2
INDEX_SLICE = 200
INDEX_BACKLOG = 1000
"""What waits for full text beyond which indexing no longer waits for an idle moment: a text query reads all of it."""

LOOK_SECONDS = 0.05
LOOK_SHARE = 50
"""Times as long as counting what waits took until it is counted again, and no sooner than so many seconds.

It is counted right after a group was told, when whoever waited for that wants the interpreter.
"""

QUICK_SECONDS = 0.002
"""What a commit takes at most on a disk for which whoever asked may wait."""

SLOW_SHARE = 50
"""Times as long as a commit that took longer, only this thread waits for the disk after it."""

_log = logging.getLogger(__name__)

Listener = Callable[[Sequence[StateChange]], None]


_NOTHING = job_of(lambda _: None, lambda _result, _error: None, lambda: False)
"""Makes the thread look around."""


class Writer:
    """Owns the writing connection from its construction on."""

    def __init__(self, connection: apsw.Connection, files: BlobFiles, readers: Readers) -> None:
        self._connection = connection
        self._groups = Groups(connection, files)
        self._removal = Removal(files, readers, self._exists)
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._ending = False
        self._indexable = True
        self._merging = Merging((textindex.TABLE, recordtext.TABLE))
        self._look_at = 0.0
        self._turn = threading.Lock()
        self._busy_until = 0.0
        self._slow_until = 0.0
        self._gate = threading.Lock()
        self._closed = False
        self._listeners: tuple[Listener, ...] = ()
        self._thread = threading.Thread(target=self._work, name="angarium-writer", daemon=True)
        self._thread.start()

    def write(self, run: Callable[[SqliteTransaction], T]) -> "Future[T]":
        """Queue a job whose result goes to a future; raises StoreError after `close`."""
        future: Future[T] = Future()

        def told(result: T | None, error: BaseException | None) -> None:
            if error is None:
                future.set_result(cast(T, result))
            else:
                future.set_exception(error)

        self._put(job_of(run, told, future.set_running_or_notify_cancel))
        return future

    def submit(
        self, run: Callable[[SqliteTransaction], T], told: Callable[[T | None, BaseException | None], None]
    ) -> None:
        """Queue a job whose result or error goes to `told`; raises StoreError after `close`."""
        self._put(job_of(run, told))

    def write_at_once(self, run: Callable[[SqliteTransaction], T]) -> T:
        """The result of a short job that is on disk, run on this thread; TooSlow when the queue must have it."""
        if time.monotonic() < self._slow_until or not self._queue.empty() or not self._turn.acquire(blocking=False):
            raise TooSlow("this write must wait")
        try:
            if self._closed:
                raise StoreError("the store is closed")
            return self._at_once(run)
        finally:
            self._turn.release()

    def _at_once(self, run: Callable[[SqliteTransaction], T]) -> T:
        told: list[tuple[T | None, BaseException | None]] = []
        job = job_of(run, lambda result, error: told.append((result, error)))
        now, was_indexable = time.monotonic(), self._indexable
        committed = self._groups.run(iter((job,)), now + GLANCE_SECONDS, GLANCE_OCTETS)
        self._busy_until = now + IDLE_SECONDS
        self._spread(committed)
        if self._removal or self._groups.needs_tending or self._indexable > was_indexable:
            self._queue.put(_NOTHING)
        result, error = told.pop()
        if error is not None:
            raise error
        return cast(T, result)

    def _put(self, job: Job) -> None:
        with self._gate:
            if self._closed:
                raise StoreError("the store is closed")
            self._queue.put(job)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call a listener after each commit; returns how to stop that."""
        with self._gate:
            self._listeners = (*self._listeners, listener)

        def stop() -> None:
            with self._gate:
                self._listeners = tuple(one for one in self._listeners if one is not listener)

        return stop

    def close(self) -> None:
        """Finish what is queued, index what waits, close the connection."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        try:
            while (job := self._next()) is not None:
                self._run(job)
            while self._indexable:
                self._index()
            with self._turn:
                self._removal.attempt()
        except BaseException:
            _log.critical("the writer of the store ended", exc_info=True)
            self._abandon()
        finally:
            self._close()

    def _close(self) -> None:
        try:
            with self._turn:
                self._connection.close()
        except apsw.Error:  # of folding the WAL back, which the next to open it does again
            _log.warning("the database could not be closed in good order", exc_info=True)

    def _abandon(self) -> None:
        """Nobody shall wait for a writer that is gone."""
        with self._gate:
            self._closed = True
        with suppress(Empty):
            while True:  # nothing comes after the gate is closed
                job = self._queue.get_nowait()
                if job is not None and job.begin():
                    job.fail(NotDurable("the writer of the store ended"))

    def _next(self) -> Job | None:
        """Wait for the next job, doing idle work meanwhile; None at the end."""
        pause = 0 if self._ending else IDLE_SECONDS
        while True:
            if self._indexable and self._lags():
                self._index()
            try:
                idle = self._indexable or self._merging or self._removal
                return self._queue.get(timeout=pause if self._ending or idle else None)
            except Empty:
                if self._ending:
                    return None
                if time.monotonic() < self._busy_until:
                    pause = IDLE_SECONDS
                    continue
                with self._turn:
                    self._removal.attempt()
                if self._indexable:
                    self._index()
                elif self._merging:
                    self._run(job_of(lambda transaction: transaction.merge(self._merging), self._merged))
                pause = 0 if self._indexable or self._merging else IDLE_SECONDS

    def _lags(self) -> bool:
        """Whether too much waits for full text; counted now and then, since that may cost more than a job."""
        now = time.monotonic()
        if now < self._look_at:
            return False
        with self._turn:
            waiting = self._groups.waiting(INDEX_BACKLOG + 1)
        self._look_at = now + max(LOOK_SECONDS, LOOK_SHARE * (time.monotonic() - now))
        return waiting > INDEX_BACKLOG

    def _run(self, first: Job) -> None:
        """One group from this job on, the news of it, and what is to be done behind it."""
        with self._turn:
            self._spread(self._groups.run(self._waiting(first)))
            self._removal.attempt()
            self._groups.tend_log()

    def _spread(self, committed: Committed) -> None:
        """The news of a group that has ended."""
        if self._groups.commit_seconds > QUICK_SECONDS:
            self._slow_until = time.monotonic() + SLOW_SHARE * self._groups.commit_seconds
        if committed.changes:
            self._indexable = True  # perhaps: to look costs every commit more than to find nothing when idle
            for listener in self._listeners:
                try:
                    listener(committed.changes)
                except Exception:
                    _log.exception("a listener of the store failed")
        self._removal.doom(committed.doomed)

    def _waiting(self, first: Job) -> Iterator[Job]:
        """A job and those that wait behind it, within the bounds of a group."""
        ends = time.monotonic() + GROUP_SECONDS
        yield first
        for _ in range(1, GROUP_JOBS):
            if time.monotonic() >= ends:
                return
            try:
                job = self._queue.get_nowait()
            except Empty:
                return
            if job is None:
                self._ending = True
                return
            yield job

    def _index(self) -> None:
        """Index one slice of what waits for full text; a smaller one was the last."""
        self._run(job_of(lambda transaction: transaction.index_waiting(INDEX_SLICE), self._indexed))

    def _indexed(self, moved: int | None, error: BaseException | None) -> None:
        if error is not None:
            _warn("full text could not be indexed", error)
        self._indexable = error is None and moved == INDEX_SLICE
        self._merging.note(moved or 0)

    def _merged(self, _nothing: None, error: BaseException | None) -> None:
        if error is not None:
            _warn("full text could not be merged", error)
            self._merging.give_up()

    def _exists(self, blob: BlobHash) -> bool:
        return self._connection.execute("SELECT 1 FROM blob WHERE hash = ?", (blob,)).get is not None


def _warn(text: str, error: BaseException) -> None:
    """A line in the log, with a traceback where the error does not say enough by itself."""
    _log.warning("%s: %s", text, error, exc_info=None if isinstance(error, StoreError) else error)
