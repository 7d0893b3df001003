"""The names in a folder, in order: of a million as of ten only some are in memory, the others in temporary files."""

import marshal
import os
from collections.abc import Iterator
from contextlib import ExitStack
from heapq import merge
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

RUN = 50_000
"""Names that are sorted at once, a few megabytes."""


def in_order(folder: Path, run: int = RUN) -> Iterator[str]:
    """Every name in a folder in ascending order; raises OSError."""
    with os.scandir(folder) as entries, ExitStack() as files:
        names = (entry.name for entry in entries)
        runs: list[Iterator[str]] = []
        while some := sorted(islice(names, run)):
            if len(some) < run and not runs:
                runs.append(iter(some))
            else:
                runs.append(_written(some, files.enter_context(TemporaryFile())))
            del some
        yield from merge(*runs)


def _written(names: list[str], file: IO[bytes]) -> Iterator[str]:
    for name in names:
        marshal.dump(name, file)
    file.seek(0)
    return _read(file, len(names))


def _read(file: IO[bytes], count: int) -> Iterator[str]:
    for _ in range(count):
        yield marshal.load(file)  # noqa: S302 (written above)
