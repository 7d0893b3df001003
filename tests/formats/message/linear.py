"""Telling a linear pass from a quadratic one without a stop watch on the wall."""

import gc
import time
from collections.abc import Callable

STEP = 8
_NOISE = 0.02  # seconds of processor time below which a busy machine decides
_SLACK = 2.5


def cpu_ratio(work: Callable[[int], object], size: int) -> float:
    """Give how much more processor time `work(size)` takes than an eighth of it: about 8 if linear, 64 if quadratic."""
    return _cpu(work, size) / max(_cpu(work, size // STEP), _NOISE)


def assert_linear(work: Callable[[int], object], size: int) -> None:
    assert cpu_ratio(work, size) <= STEP * _SLACK


def _cpu(work: Callable[[int], object], size: int) -> float:
    runs = []
    gc.disable()  # what a full collection costs follows from all that the process holds, not from the work
    try:
        for _ in range(3):
            start = time.process_time()
            work(size)
            runs.append(time.process_time() - start)
    finally:
        gc.enable()
    return min(runs)
