"""Read connections: a few, opened when needed, handed out to whatever thread asks, the last used first.

Every read gets a ticket in order of its start. The writer asks for them to know when no snapshot can still see a blob
that was removed.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from math import inf
from typing import TypeVar

import apsw

from angarium.store.contract import Snapshot, StoreError, TooSlow
from angarium.store.sqlite.blobfiles import BlobFiles
from angarium.store.sqlite.snapshot import SqliteSnapshot

T = TypeVar("T")

GLANCE_SECONDS = 0.004
GLANCE_OCTETS = 65_536
"""What a glance may take: the event loop waits for it."""

STEPS = 5_000
"""Instructions of the engine between two looks at the clock: well under a millisecond."""


class Reader:
    """One connection with its snapshot object, and the ticket of the read that has it."""

    def __init__(self, connection: apsw.Connection, files: BlobFiles) -> None:
        self.connection = connection
        self.ticket = 0
        self._snapshot = SqliteSnapshot(connection, files)

    def run(self, job: Callable[[Snapshot], T], ends: float | None, octets: float = inf) -> T:
        """Run a job in one read transaction that is stopped at a time of the monotonic clock or after many octets."""
        self._snapshot.blobs.octets_left = octets
        self.connection.execute("BEGIN")
        try:
            if ends is not None:
                self.connection.set_progress_handler(_stop_at(ends), STEPS)
            return job(self._snapshot)
        finally:
            if ends is not None:
                self.connection.set_progress_handler(None)
            if self.connection.in_transaction:
                self._end()

    def _end(self) -> None:
        try:
            self.connection.execute("COMMIT")
        except apsw.Error:  # as after a read of damaged pages: what was read stands, or has raised already
            with suppress(apsw.Error):
                self.connection.execute("ROLLBACK")


class Readers:
    """The pool; `limit` connections at most."""

    def __init__(self, connect: Callable[[], apsw.Connection], files: BlobFiles, limit: int = 4) -> None:
        self.connect = connect
        """Opens one more connection, which is its caller's to close."""
        self._files = files
        self._changed = threading.Condition()
        self._free: list[Reader] = []
        self._openable = limit
        self._closed = False
        self._tickets = 0
        self._running: set[int] = set()

    def read(self, job: Callable[[Snapshot], T], deadline: float | None = None) -> T:
        """Run a job on a snapshot, on this thread; TooSlow after `deadline` seconds, waiting included."""
        ends = None if deadline is None else time.monotonic() + deadline
        reader = self._take(ends)
        try:
            return reader.run(job, ends)
        finally:
            self._give_back(reader)

    def glance(self, job: Callable[[Snapshot], T]) -> T:
        """Run a job that is short on a snapshot, on this thread; TooSlow when none is free or the job is not short."""
        now = time.monotonic()
        reader = self._take(now)
        try:
            with self.ticket():
                return reader.run(job, now + GLANCE_SECONDS, GLANCE_OCTETS)
        finally:
            self._give_back(reader)

    @contextmanager
    def ticket(self) -> Iterator[None]:
        """While this is held, files of blobs that existed at its start stay."""
        with self._changed:
            ticket = self._begin()
        try:
            yield
        finally:
            with self._changed:
                self._running.remove(ticket)

    def newest_ticket(self) -> int:
        """The ticket given last."""
        return self._tickets

    def all_ended(self, ticket: int) -> bool:
        """Whether everything up to this ticket is over."""
        with self._changed:
            return not self._running or min(self._running) > ticket

    def close(self) -> None:
        """Close what is free now, and what is in use when it comes back."""
        with self._changed:
            self._closed = True
            free, self._free = self._free, []
            self._changed.notify_all()
        for reader in free:
            reader.connection.close()

    def _begin(self) -> int:
        """The next ticket, with the lock held."""
        self._tickets += 1
        self._running.add(self._tickets)
        return self._tickets

    def _take(self, ends: float | None) -> Reader:
        with self._changed:
            while not self._free and not self._openable and not self._closed:
                left = None if ends is None else ends - time.monotonic()
                if left is not None and left <= 0:
                    raise TooSlow("every reader was busy until the deadline")
                self._changed.wait(left)
            if self._closed:
                raise StoreError("the store is closed")
            ticket = self._begin()
            if self._free:
                reader = self._free.pop()
                reader.ticket = ticket
                return reader
            self._openable -= 1
        try:
            reader = Reader(self.connect(), self._files)
            reader.ticket = ticket
            return reader
        except BaseException as error:
            with self._changed:
                self._running.remove(ticket)
                self._openable += 1
                self._changed.notify()
            if isinstance(error, apsw.Error):
                raise StoreError(f"the database cannot be opened: {error}") from error
            raise

    def _give_back(self, reader: Reader) -> None:
        with self._changed:
            self._running.remove(reader.ticket)
            if not self._closed:
                self._free.append(reader)
                self._changed.notify()
                return
        reader.connection.close()


def _stop_at(ends: float) -> Callable[[], bool]:
    def look() -> bool:
        if time.monotonic() >= ends:
            raise TooSlow("the read took longer than allowed")  # goes through the engine to whoever called it
        return False

    return look
