"""Waiting for what comes in its own time, no longer than it takes."""

import time
from collections.abc import Callable
from typing import TypeVar

WITHIN = 20.0
_POLL = 0.01

T = TypeVar("T")


def eventually(look: Callable[[], T], within: float = WITHIN, poll: float = _POLL) -> T:
    """What `look` finds, once it finds something; fails when that takes too long. Times in seconds."""
    deadline = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(poll)
    return found
