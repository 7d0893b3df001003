"""The time that everything is stamped with, where no test gives another."""

import time


def clock() -> int:
    """Now, in epoch milliseconds."""
    return time.time_ns() // 1_000_000
