"""Reading the store from the event loop: one hop to a thread for one job (design: floors, "async at the edge")."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from angarium.protocols.http.threads import Threads
from angarium.store.contract import Snapshot, Store

T = TypeVar("T")


class Reading:
    """Runs jobs on snapshots; each is stopped with TooSlow after `seconds`."""

    def __init__(self, store: Store, threads: Threads, seconds: float = 2.0) -> None:
        self._store = store
        self._threads = threads
        self._seconds = seconds

    def glance(self, job: Callable[[Snapshot], T]) -> T:
        """The result of a job that takes a moment, here and now; TooSlow when it would take longer."""
        return self._store.glance(job)

    def __call__(self, job: Callable[[Snapshot], T]) -> "asyncio.Future[T]":
        """The result of a job on a fresh snapshot."""
        return self._threads.run(lambda: self._store.read(job, self._seconds))
