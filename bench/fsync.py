"""How long the disk takes to make one small commit durable: the part of a write that no code can save.

Only this one probe may live here. It does what a write-ahead log in steady use does: it writes over a file that is
already there, round and round, and waits for the disk; the file stands in the folder that holds the data, so the figure
is that disk's.
"""

import os
import tempfile
import time
from pathlib import Path

COMMIT_SIZE = 4 * 4120  # octets: four pages with their frame headers, as SQLite's log holds them
_COMMITS = 250  # in the file before it begins anew: SQLite starts its log over at a thousand pages


def probe(folder: Path, rounds: int) -> list[float]:
    """Seconds that each of ``rounds`` writes of ``COMMIT_SIZE`` octets with its fsync takes in ``folder``."""
    page, seconds = os.urandom(COMMIT_SIZE), []
    with tempfile.NamedTemporaryFile(dir=folder, prefix="fsync-") as file:
        descriptor = file.fileno()
        os.write(descriptor, bytes(COMMIT_SIZE * _COMMITS))
        os.fsync(descriptor)
        for turn in range(rounds):
            started = time.perf_counter()
            os.pwrite(descriptor, page, turn % _COMMITS * COMMIT_SIZE)
            os.fsync(descriptor)
            seconds.append(time.perf_counter() - started)
    return seconds
