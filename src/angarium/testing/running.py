"""A thread with an event loop of its own, on which the server of a test runs beside the test."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

import uvloop

T = TypeVar("T")
_PATIENCE: Final = 60.0


class Running:
    """The loop runs from construction until `close`."""

    def __init__(self) -> None:
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="angarium-testing", daemon=True)
        self._thread.start()

    def do(self, job: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a job on the loop and wait for what comes of it; on any thread but the loop's."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("this waits for the server's own loop, so it may not be called there")
        return asyncio.run_coroutine_threadsafe(job(), self._loop).result(_PATIENCE)

    def close(self) -> None:
        """End the loop and its thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        finally:
            asyncio.set_event_loop(None)
