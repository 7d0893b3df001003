"""Waiting for what happens in a server, on the test's thread and without sleeping."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class News:
    """Anything that a test may wait for says so here."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0

    def tell(self) -> None:
        """Something happened; called on any thread."""
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def wait_for(self, condition: Callable[[], T | None], timeout: float) -> T:
        """What `condition` gives as soon as that counts as true, looked at again after everything that happens.

        TimeoutError after so many seconds.
        """
        deadline = time.monotonic() + timeout
        while True:
            seen = self._count
            if found := condition():
                return found
            with self._changed:
                if not self._changed.wait_for(lambda: self._count != seen, deadline - time.monotonic()):  # noqa: B023
                    raise TimeoutError(f"what the test waits for did not come within {timeout:g} seconds")
