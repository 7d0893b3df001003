"""An upgrade from every earlier version of the store, killed at each of its steps on the disk, and taken up again."""

import copy
import multiprocessing
import os
import random
import shutil
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from angarium.store.sqlite import open_store, schema
from angarium.store.sqlite.database import FILE, Access, connect
from tests.crash.faults import Faults
from tests.crash.household import Household
from tests.crash.inspection import wrong
from tests.crash.ledger import Ledger
from tests.figures import Tally
from tests.store.sqlite.test_migrations import go_back

_SOME = 4
_WHOLE = 50
"""Kills from which on every step is tried."""


def upgrade(folder: Path, at: Callable[[str], None]) -> None:
    """Open a store, telling each point."""
    faults = Faults(folder, at)
    with faults.registered():
        open_store(folder, vfs=faults.vfs, disk=faults).close()


def _die_at(folder: Path, step: int) -> None:
    count = 0

    def at(point: str) -> None:
        nonlocal count
        if count == step:
            os.kill(os.getpid(), signal.SIGKILL)
        count += 1

    upgrade(folder, at)


@pytest.mark.parametrize("version", range(1, schema.VERSION))
def test_an_upgrade_that_was_killed_goes_on_and_all_is_there(
    tmp_path: Path, version: int, pytestconfig: pytest.Config, tally: Tally
) -> None:
    ledger, points = Ledger(), list[str]()
    with closing(open_store(tmp_path / "old")) as store:
        Household(store, lambda event: ledger.hear([event]), f"v{version}", tmp_path / "backup.tar").day(6)
    with closing(connect(tmp_path / "old" / FILE, Access.WRITE)) as connection:
        go_back(connection, version)
    shutil.copytree(tmp_path / "old", tmp_path / "dry")
    upgrade(tmp_path / "dry", points.append)
    steps = range(len(points))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    whole = pytestconfig.getoption("kills") >= _WHOLE
    for step in steps if whole else random.Random(version).sample(steps, _SOME):
        folder = tmp_path / f"step{step}"
        shutil.copytree(tmp_path / "old", folder)
        process = context.Process(target=_die_at, args=(folder, step))
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL, (version, step, process.exitcode)
        with closing(open_store(folder)) as store:
            assert wrong(store, folder, copy.deepcopy(ledger)) == [], (version, step, points[step])
        shutil.rmtree(folder)
        tally.add(kills=1)
    tally.add(versions=1, steps=len(points))
