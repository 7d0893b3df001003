"""A few threads for work that would hold up the event loop: reads of the store, long JSON, compression, files.

It does what an executor does at less than half the cost of a hop; one request makes one.
"""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")
_Job: TypeAlias = "tuple[Callable[[], Any], asyncio.AbstractEventLoop, asyncio.Future[Any]]"


class Threads:
    """A pool of `count` daemon threads, each started when there is first work for it."""

    def __init__(self, count: int, name: str) -> None:
        self._count = count
        self._name = name
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._busy = 0

    def run(self, job: Callable[[], T]) -> "asyncio.Future[T]":
        """Run a job on one of the threads; called on the event loop, where the future ends."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._busy += 1
        future.add_done_callback(self._done)
        if self._busy > len(self._threads) < self._count:
            self._start()
        self._queue.put((job, loop, future))
        return future

    def close(self) -> None:
        """End the threads once they have done what is queued."""
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _done(self, _future: "asyncio.Future[Any]") -> None:
        self._busy -= 1

    def _start(self) -> None:
        thread = threading.Thread(target=self._work, name=f"{self._name}-{len(self._threads)}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            job, loop, future = item
            try:
                result = job()
            except BaseException as error:
                tell(loop, future, None, error)
            else:
                tell(loop, future, result, None)
                del result
            del item, job, future


def tell(
    loop: asyncio.AbstractEventLoop, future: "asyncio.Future[Any]", result: object, error: BaseException | None
) -> None:
    """End a future of the loop from another thread."""
    try:
        loop.call_soon_threadsafe(_end, future, result, error)
    except RuntimeError:  # the loop has closed: nobody waits any more
        return


def _end(future: "asyncio.Future[Any]", result: object, error: BaseException | None) -> None:
    if future.cancelled():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
