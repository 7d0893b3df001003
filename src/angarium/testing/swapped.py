"""A store that stands for another, which may be replaced while all who were given it stay as they are."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TypeVar

from angarium.store.contract import Snapshot, Stage, StateChange, StoreError, Transaction
from angarium.store.sqlite.store import SqliteStore

T = TypeVar("T")
Listener = Callable[[Sequence[StateChange]], None]


class SwappedStore:
    """Implements the contract's `Store` by the store that `use` was given last; `touched` since it was."""

    def __init__(self) -> None:
        self._now: SqliteStore | None = None
        self._listeners: tuple[Listener, ...] = ()
        self.touched = False

    @property
    def now(self) -> SqliteStore:
        """The store that is in use; StoreError when there is none."""
        if self._now is None:
            raise StoreError("the server is not running")
        return self._now

    def use(self, store: SqliteStore) -> None:
        """Stand for this store from now on; what the one before still does is no news any more."""
        store.subscribe(lambda changes: self._tell(store, changes))
        self._now = store
        self.touched = False

    def read(self, job: Callable[[Snapshot], T], deadline: float | None = None) -> T:
        """Run a job on a snapshot."""
        return self.now.read(job, deadline)

    def glance(self, job: Callable[[Snapshot], T]) -> T:
        """Run a short job on a snapshot."""
        return self.now.glance(job)

    def write(self, job: Callable[[Transaction], T]) -> "Future[T]":
        """Queue a job for the writer."""
        self.touched = True
        return self.now.write(job)

    def submit(self, job: Callable[[Transaction], T], told: Callable[[T | None, BaseException | None], None]) -> None:
        """Queue a job for the writer."""
        self.touched = True
        self.now.submit(job, told)

    def write_at_once(self, job: Callable[[Transaction], T]) -> T:
        """Run a short job that writes, on this thread."""
        self.touched = True
        return self.now.write_at_once(job)

    def stage(self) -> Stage:
        """Begin to receive a blob."""
        self.touched = True
        return self.now.stage()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call a listener after each commit of whichever store is in use."""
        self._listeners = (*self._listeners, listener)

        def stop() -> None:
            self._listeners = tuple(one for one in self._listeners if one is not listener)

        return stop

    def backup(self, target: str, progress: Callable[[int, int], None] | None = None) -> None:
        """Write a consistent copy of the whole store."""
        self.now.backup(target, progress)

    def close(self) -> None:
        """Close the store that is in use; harmless when there is none."""
        if self._now is not None:
            self._now.close()

    def _tell(self, store: SqliteStore, changes: Sequence[StateChange]) -> None:
        for listener in self._listeners if store is self._now else ():
            listener(changes)
