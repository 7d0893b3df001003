"""The power is cut at any moment of a household's life: what was done by then is there, and the rest whole or not.

`make crash` cuts 500 times; `tests/crash/power.py` says what a cut takes.
"""

import copy
import errno
import random
import shutil
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from angarium.store.contract import QUEUE, NotDurable, StoreError
from angarium.store.sqlite import SqliteStore, group, open_store
from angarium.store.sqlite.database import FILE, Access, connect
from tests.crash.days import OLD_VERSION, Life
from tests.crash.failing import FAILURES, LIVES_TO_MEET, Failing, Failure
from tests.crash.faults import Faults
from tests.crash.household import Household
from tests.crash.inspection import wrong
from tests.crash.ledger import Begun, Done, Image, Ledger, Refused
from tests.crash.lives import CHECKPOINT_PAGES
from tests.crash.power import Platter, Recorder, Step, Sync
from tests.figures import Tally
from tests.store.sqlite.test_migrations import go_back

CUTS_IN_A_LIFE = 25
CUTS_AFTER_A_FAILURE = 20


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


def recorded_failure(root: Path, failure: Failure, chance: random.Random) -> tuple[list[Step], int]:
    """Every step of a life in which one step fails once or a few times, and how many there were before."""
    for number in range(LIVES_TO_MEET):
        folder = root / f"{number}" / "data"
        folder.parent.mkdir(parents=True)
        failing = Failing([failure], chance, chance.randint(1, 3))
        recorder = Recorder(folder, f"recorder of {failure}")
        faults = Faults(folder, failing, f"faults of {failure}", recorder, recorder.vfs, recorder.failed)
        with recorder.registered(), faults.registered():
            life = Life(faults, recorder.tell, f"life{chance.randrange(1_000_000)}")
            life.live(lambda: failing.waits, [failure[0]])  # noqa: B023 (at once)
            with suppress(StoreError):  # where it could only be said that the disk is bad
                Life(faults, recorder.tell, "after").day("0", 5)
        if recorder.spoilt is not None:
            return recorder.steps, recorder.spoilt
    raise AssertionError(f"no life came to {failure}")


def states(
    steps: list[Step], root: Path, chance: random.Random, cuts: int, since: int = 0
) -> Iterator[tuple[int, Path, Ledger]]:
    """A folder for each of so many cuts after `since` steps, with what was known by then."""
    syncs = [at for at, step in enumerate(steps) if isinstance(step, Sync) and at >= since]
    moments = {chance.choice(syncs) + chance.choice((0, 1)) for _ in range(cuts)} | {
        chance.randrange(since, len(steps)) for _ in range(cuts)
    }
    chosen = set(chance.sample(sorted(moments), min(cuts, len(moments))))
    platter, ledger = Platter(random.Random(chance.random())), Ledger()
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


@pytest.mark.parametrize("at", range(6))
def test_what_was_done_before_a_failure_and_a_power_cut_is_there(
    tmp_path: Path, at: int, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config, tally: Tally
) -> None:
    monkeypatch.setattr(group, "CHECKPOINT_PAGES", CHECKPOINT_PAGES)
    everything = pytestconfig.getoption("kills") >= len(FAILURES)
    for failure in FAILURES[at::6] if everything else random.Random(at).sample(FAILURES, 1):
        chance, root = random.Random(f"{failure}"), tmp_path / f"{failure}"
        steps, since = recorded_failure(root, failure, chance)
        tally.add(spoilt=1)
        for cut, folder, ledger in states(steps, root, chance, CUTS_AFTER_A_FAILURE, since):
            with closing(open_store(folder)) as store:
                found = wrong(store, folder, ledger)
            assert found == [], f"{failure}, cut at step {cut} of {len(steps)}, failed at {since}"
            shutil.rmtree(folder)
            tally.add(later=1)


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


def test_a_sync_that_failed_takes_nothing_with_it_that_was_done_later(tmp_path: Path) -> None:
    folder, bad = tmp_path / "data", False

    def at(point: str) -> None:
        if bad and point == "before sync wal":
            raise OSError(errno.EIO, point)

    def write(store: SqliteStore, value: bytes) -> None:
        store.write(lambda t: t.records.create(QUEUE, "Note", "N", value, {})).result()

    def held(store: SqliteStore) -> set[bytes]:
        return set(store.read(lambda s: s.records.get(QUEUE, "Note", None)).values())

    recorder = Recorder(folder, "recorder of a failed sync")
    faults = Faults(folder, at, "faults of a failed sync", recorder, recorder.vfs, recorder.failed)
    with recorder.registered(), faults.registered():
        with closing(open_store(folder, vfs=faults.vfs, disk=faults)) as store:
            write(store, b"before")
            bad = True
            with pytest.raises(NotDurable):
                write(store, b"doubtful")
        bad = False
        with closing(open_store(folder, vfs=faults.vfs, disk=faults)) as store:
            seen = held(store)
            write(store, b"later")
            steps = list(recorder.steps)
    for seed in range(20):
        platter = Platter(random.Random(seed))
        for step in steps:
            platter.take(step)
        platter.cut(tmp_path / f"{seed}", random.Random(seed))
        with closing(open_store(tmp_path / f"{seed}")) as store:
            assert held(store) == seen | {b"later"}, seed
