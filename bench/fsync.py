"""How long the disk takes to make one small commit durable: the part of a write that no code can save.

Only this one probe may live here. It does what a write-ahead log in steady use does: it writes over a file that is
already there, round and round, and waits for the disk; the file stands in the folder that holds the data, so the figure
is that disk's.
"""

import os
import tempfile
import time
from pathlib import Path

PAGES = 8  # what setting one keyword writes to SQLite's log, each page behind a header of its own
COMMIT_SIZE = PAGES * (24 + 4096)  # octets
_COMMITS = 125  # in the file before it begins anew: SQLite starts its log over at a thousand pages


def probe(folder: Path, rounds: int) -> list[float]:
    """Seconds that each of ``rounds`` writes of ``COMMIT_SIZE`` octets with its sync takes in ``folder``."""
    header, page, seconds = os.urandom(24), os.urandom(4096), []
    with tempfile.NamedTemporaryFile(dir=folder, prefix="fsync-") as file:
        descriptor = file.fileno()
        os.write(descriptor, bytes(COMMIT_SIZE * _COMMITS))
        os.fsync(descriptor)
        for turn in range(rounds):
            started = time.perf_counter()
            place = turn % _COMMITS * COMMIT_SIZE
            for number in range(PAGES):
                os.pwrite(descriptor, header, place + number * (24 + 4096))
                os.pwrite(descriptor, page, place + number * (24 + 4096) + 24)
            os.fdatasync(descriptor)
            seconds.append(time.perf_counter() - started)
    return seconds
