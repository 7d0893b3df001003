"""The power is cut at any moment of a household's life: what was done by then is there, and the rest whole or not.

`make crash` cuts 500 times; `tests/crash/power.py` says what a cut takes.
"""

import copy
import random
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from angarium.store.sqlite import group, open_store
from angarium.store.sqlite.database import FILE, Access, connect
from tests.crash.household import Household
from tests.crash.inspection import wrong
from tests.crash.ledger import Begun, Done, Image, Ledger, Refused
from tests.crash.lives import CHECKPOINT_PAGES, OLD_VERSION
from tests.crash.power import Platter, Recorder, Step, Sync
from tests.figures import Tally
from tests.store.sqlite.test_migrations import go_back

CUTS_IN_A_LIFE = 25


def recorded(root: Path, label: str) -> list[Step]:
    """Every step of three short lives on one folder, a migration between them."""
    folder = root / "data"
    recorder = Recorder(folder, f"recorder {label}")
    with recorder.registered():
        for number in range(3):
            with closing(open_store(folder, vfs=recorder.vfs, disk=recorder)) as store:
                Household(store, recorder.tell, f"{label}.{number}", root / "backup.tar").day(10)
            if number == 1:
                with closing(connect(folder / FILE, Access.WRITE, recorder.vfs)) as connection, connection:
                    go_back(connection, OLD_VERSION)
    return recorder.steps


def states(steps: list[Step], root: Path, chance: random.Random, cuts: int) -> Iterator[tuple[int, Path, Ledger]]:
    """A folder for each of so many cuts, with what was known by then."""
    syncs = [at for at, step in enumerate(steps) if isinstance(step, Sync)]
    moments = {chance.choice(syncs) + chance.choice((0, 1)) for _ in range(cuts)} | {
        chance.randrange(len(steps)) for _ in range(cuts)
    }
    chosen = set(chance.sample(sorted(moments), cuts))
    platter, ledger = Platter(), Ledger()
    for at, step in enumerate(steps):
        if at in chosen:
            platter.cut(root / f"cut{at}" / "data", chance)
            yield at, root / f"cut{at}" / "data", copy.deepcopy(ledger)
        if isinstance(step, Begun | Done | Refused | Image):
            ledger.hear([step])
        else:
            platter.take(step)


def test_what_was_done_before_the_power_was_cut_is_there(
    tmp_path: Path, record: int, monkeypatch: pytest.MonkeyPatch, tally: Tally
) -> None:
    monkeypatch.setattr(group, "CHECKPOINT_PAGES", CHECKPOINT_PAGES)
    steps = recorded(tmp_path, f"record{record}")
    for at, folder, ledger in states(steps, tmp_path, random.Random(record), CUTS_IN_A_LIFE):
        with closing(open_store(folder)) as store:
            found = wrong(store, folder, ledger)
        assert found == [], f"record {record} cut at step {at} of {len(steps)}"
        shutil.rmtree(folder)
        tally.add(cuts=1)
    tally.add(records=1, steps=len(steps))


def test_a_disk_that_only_says_that_it_synced_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The harness sees what it is for: without the syncs, acknowledged things are lost."""
    steps = [step for step in recorded(tmp_path, "liar") if not isinstance(step, Sync)]
    lost = 0
    for _, folder, ledger in states([*steps, Sync(0)], tmp_path, random.Random(0), 10):
        try:
            with closing(open_store(folder)) as store:
                lost += bool(wrong(store, folder, ledger))
        except Exception:  # whatever a torn database raises
            lost += 1
    assert lost > 3
