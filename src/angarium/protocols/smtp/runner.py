"""The loop that works off the queue: it sleeps until an item is due or the store has news, and tries what is due.

Recipients here get their mail at once; items that have others go on to a few workers, each with a connection to the
relay, so that a slow relay holds up nobody here. Nothing that must last is kept in this loop.
"""

import asyncio
import heapq
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

from angarium.datatypes.submission import queue
from angarium.datatypes.submission.queue import QueueItem
from angarium.protocols.smtp.attempts import Attempts, Connection
from angarium.store.contract import QUEUE, CannotCalculateChanges, Snapshot, State, StateChange, Store, StoreError

_log = logging.getLogger(__name__)

_HERE_AT_ONCE: Final = 8
_IDLE: Final = 30.0
"""Seconds after which a connection without work is closed."""
_LONGEST_SLEEP: Final = 3600.0
_AFTER_TROUBLE: Final = 60_000
"""Milliseconds after which an item is looked at again that the store could not write."""
_GRACE: Final = 5.0
"""Seconds that messages on their way have when the server stops."""


class QueueRunner:
    """Works off the queue of one store between `start` and `stop`; `connect` makes a way to the relay, if any."""

    def __init__(
        self,
        store: Store,
        attempts: Attempts,
        connect: Callable[[], Connection | None],
        workers: int,
        clock: Callable[[], int],
    ) -> None:
        self._store = store
        self._attempts = attempts
        self._connect = connect
        self._count = workers
        self._clock = clock
        self._state = State(0)
        self._due: dict[str, int] = {}
        self._heap: list[tuple[int, str]] = []
        self._busy: set[str] = set()
        self._here: set[asyncio.Task[None]] = set()
        self._ready: asyncio.Queue[str] = asyncio.Queue()
        self._news = asyncio.Event()
        self._calm = asyncio.Event()
        """Nothing is on its way."""
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False
        self._unsubscribe: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Begin with what a process before this one has left."""
        loop = asyncio.get_running_loop()

        def tell(changes: Sequence[StateChange]) -> None:
            if any(change.account == QUEUE for change in changes):
                with suppress(RuntimeError):  # the loop has closed
                    loop.call_soon_threadsafe(self._news.set)

        await self._attempts.begin()
        self._unsubscribe = self._store.subscribe(tell)
        self._load()
        self._tasks = [asyncio.create_task(self._work()) for _ in range(self._count)]
        self._tasks.append(asyncio.create_task(self._schedule()))

    async def stop(self) -> None:
        """End; what is on its way has a few seconds, and is tried again at the next start if that is not enough."""
        self._stopping = True
        self._unsubscribe()
        self._news.set()
        running = [*self._here, *self._tasks[:-1]]
        if self._busy:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._calm.wait(), _GRACE)
        for task in (*running, *self._tasks):
            task.cancel()
        await asyncio.gather(*running, *self._tasks, return_exceptions=True)

    async def _schedule(self) -> None:
        while not self._stopping:
            self._launch()
            wait = min((self._heap[0][0] - self._clock()) / 1000 if self._heap else _LONGEST_SLEEP, _LONGEST_SLEEP)
            if len(self._here) >= _HERE_AT_ONCE:
                wait = _LONGEST_SLEEP  # one that ends is news
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), max(wait, 0.0))
            self._news.clear()
            self._refresh()

    def _launch(self) -> None:
        """Begin with everything that is due, as long as there is room."""
        while self._heap and len(self._here) < _HERE_AT_ONCE and self._heap[0][0] <= self._clock():
            due, record = heapq.heappop(self._heap)
            if self._due.get(record) == due and record not in self._busy:
                self._busy.add(record)
                self._calm.clear()
                task = asyncio.create_task(self._begin(record))
                self._here.add(task)
                task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._here.discard(task)
        self._news.set()

    async def _begin(self, record: str) -> None:
        """What happens on this server; what is left for the relay goes on to its workers."""
        item = await self._guarded(record, self._deliver(record))
        if item is not None and item.waiting and item.due <= self._clock():
            self._ready.put_nowait(record)
        else:
            self._finished(record)

    async def _deliver(self, record: str) -> QueueItem | None:
        item = await self._attempts.here(record)
        if item is None or not item.owing:
            return item
        try:
            return await self._attempts.tell(item)
        except Exception:
            if not item.waiting:
                raise
            return item  # what is for others must not wait for room for a report; it is told after that

    async def _work(self) -> None:
        """Take items to the relay, one after another, over one connection."""
        connection = self._connect()
        try:
            while not self._stopping:
                record = await self._next(connection)
                await self._guarded(record, self._relay(record, connection))
                self._finished(record)
                self._news.set()
        finally:
            if connection is not None:
                await connection.close()

    async def _next(self, connection: Connection | None) -> str:
        if connection is None or not self._ready.empty():
            return await self._ready.get()
        try:
            return await asyncio.wait_for(self._ready.get(), _IDLE)
        except TimeoutError:
            await connection.close()
            return await self._ready.get()

    async def _relay(self, record: str, connection: Connection | None) -> QueueItem | None:
        item = await self._attempts.elsewhere(record, connection)
        return await self._attempts.tell(item) if item is not None and item.owing else item

    async def _guarded(self, record: str, attempt: Awaitable[QueueItem | None]) -> QueueItem | None:
        """The item after an attempt; None when it failed, and then it waits."""
        try:
            return await attempt
        except StoreError as error:
            _log.error("queue id=%s not tried reason=%s", record, error)
        except Exception:  # a bug must not stop all other mail
            _log.exception("queue id=%s", record)
        try:
            await self._attempts.postpone(record)
        except Exception as error:
            _log.error("queue id=%s not postponed reason=%s", record, error)
            self._due[record] = self._clock() + _AFTER_TROUBLE
        return None

    def _finished(self, record: str) -> None:
        self._busy.discard(record)
        if not self._busy:
            self._calm.set()
        self._refresh()
        if record in self._due:
            heapq.heappush(self._heap, (self._due[record], record))

    def _load(self) -> None:
        def all_items(snapshot: Snapshot) -> tuple[list[QueueItem], State]:
            return queue.read(snapshot), queue.state(snapshot)

        items, self._state = self._store.read(all_items)
        self._due = {item.id: item.due for item in items}
        self._heap = [(due, record) for record, due in self._due.items()]
        heapq.heapify(self._heap)

    def _refresh(self) -> None:
        """Learn what changed since the last time, by whomever; a store that cannot be read now is asked again."""
        try:
            changed, self._state = self._store.read(lambda snapshot: queue.changed_since(snapshot, self._state))
        except CannotCalculateChanges:
            self._load()
            return
        except Exception as error:  # whatever it is, it must not end the loop
            _log.error("queue not read reason=%s", error)
            asyncio.get_running_loop().call_later(_AFTER_TROUBLE / 1000, self._news.set)
            return
        for record, item in changed.items():
            if item is None:
                self._due.pop(record, None)
            elif self._due.get(record) != item.due:
                self._due[record] = item.due
                if record not in self._busy:
                    heapq.heappush(self._heap, (item.due, record))
