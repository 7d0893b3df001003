"""Waiting for what comes in its own time, no longer than it takes."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import TypeVar

WITHIN = 20.0
_POLL = 0.01
_PIECE = 0.1

T = TypeVar("T")


def eventually(look: Callable[[], T], within: float = WITHIN, poll: float = _POLL) -> T:
    """What `look` finds, once it finds something; fails when that takes too long. Times in seconds."""
    deadline = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(poll)
    return found


async def patiently(coming: Coroutine[object, object, T], within: float = WITHIN) -> T:
    """What comes; fails when that takes too long, of which a time in which all of this process was stopped is no part.

    Times in seconds.
    """
    task = asyncio.ensure_future(coming)
    for _ in range(round(within / _PIECE)):
        done, _waiting = await asyncio.wait({task}, timeout=_PIECE)
        if done:
            return task.result()
    task.cancel()
    raise AssertionError("it did not happen")
