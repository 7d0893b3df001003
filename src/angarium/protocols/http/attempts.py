"""Counting failures in windows of a minute, so that passwords cannot be tried out (trust: login)."""

from collections.abc import Callable, Hashable

_KEPT = 20_000


class Attempts:
    """Counts failures by key; `clock` gives seconds that only go forward."""

    def __init__(self, clock: Callable[[], float], seconds: float = 60.0) -> None:
        self._clock = clock
        self._seconds = seconds
        self._counts: dict[Hashable, tuple[float, int]] = {}

    def wait(self, key: Hashable, most: int) -> float:
        """How many seconds the key has to wait, 0 when it had fewer than `most` failures in its window."""
        began, count = self._counts.get(key, (0.0, 0))
        return max(0.0, began + self._seconds - self._clock()) if count >= most else 0.0

    def failed(self, key: Hashable) -> None:
        """Count a failure."""
        now = self._clock()
        began, count = self._counts.pop(key, (now, 0))
        if now - began >= self._seconds:
            began, count = now, 0
        self._counts[key] = (began, count + 1)
        while len(self._counts) > _KEPT:
            del self._counts[next(iter(self._counts))]

    def forgive(self, key: Hashable) -> None:
        """Take one failure back: it was none."""
        began, count = self._counts.get(key, (0.0, 0))
        if count > 1:
            self._counts[key] = (began, count - 1)
        else:
            self._counts.pop(key, None)
