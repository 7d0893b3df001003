"""An import beside the bare parse of the same file by a library of others that stores nothing.

Only this comparison may live here. Both are whole processes, start-up included.
"""

import resource
import subprocess
import sys
from pathlib import Path

from bench import server
from bench.account import JmapError
from bench.process import environment
from bench.result import ImportCost


def imported_beside(data: Path, file: Path, parser: str, count: int) -> ImportCost:
    """Import a file of so many things into a new store, and let the module ``parser`` parse it."""
    before = _cpu_of_children()
    _, peak = server.import_mail(data, file)
    between = _cpu_of_children()
    command = [sys.executable, "-m", parser, str(file)]
    said = subprocess.run(command, env=environment(), stdout=subprocess.PIPE, check=True).stdout
    if int(said) != count:
        raise JmapError(f"{parser} found {int(said)} of {count}")
    return ImportCost(count, file.stat().st_size, between - before, _cpu_of_children() - between, peak)


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
