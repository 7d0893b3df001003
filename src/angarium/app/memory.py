"""Keeping what the process holds small, and the pauses of collecting garbage short.

Large buffers go back to the system when they are let go: the C library raises its threshold for that with every large
buffer, so that one password hash (19 MiB) or one upload would stay in the heap for ever; a fixed threshold and few
arenas prevent it. Where the library is another, nothing happens.
"""

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_ARENA_MAX = -8  # M_ARENA_MAX and M_MMAP_THRESHOLD of glibc's malloc.h
_MMAP_THRESHOLD = -3
_LARGE = 1024 * 1024
_NEW_OBJECTS = 5_000


def return_large_buffers() -> None:
    """Set the allocator of this process."""
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _LARGE)
        mallopt(_ARENA_MAX, 2)


@contextmanager
def uncollected() -> Iterator[None]:
    """While much is made that has no cycles: nobody looks for garbage in it."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def loading() -> Iterator[None]:
    """While modules are loaded: they leave no garbage, and to look for it takes a tenth of the time and more."""
    with uncollected():
        try:
            yield
        finally:
            gc.freeze()


def settle() -> None:
    """What exists once the server is composed stays: the collector need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 20, 20)
