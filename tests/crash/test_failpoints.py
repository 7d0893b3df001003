"""Lives that end before and after every step on the disk and at any instant: done is done, the rest is whole or not.

`make crash` goes through all points several times and prints how lives ended.
"""

import errno
import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from angarium.store.contract import StoreError
from angarium.store.sqlite import group, open_store
from angarium.store.sqlite.database import FILE, Access, connect
from tests.crash.faults import POINTS, Faults
from tests.crash.household import Household
from tests.crash.inspection import wrong
from tests.crash.ledger import Ledger
from tests.crash.lives import CHECKPOINT_PAGES, OLD_VERSION, Lineage, end_of
from tests.store.sqlite.test_migrations import go_back

_LIVES_IN_A_FOLDER = 10


class Families:
    """One lineage after another, and how their lives ended."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lineage: Lineage | None = None
        self._count = 0
        self.ends: Counter[str] = Counter()
        self.deeds = 0

    def lineage(self, anew: bool) -> Lineage:
        """The folder to live in."""
        if self._lineage is None or anew or self._count % _LIVES_IN_A_FOLDER == 0:
            self._lineage = Lineage(self._folder / str(self._count) / "data")
        self._count += 1
        return self._lineage


@pytest.fixture(scope="module")
def families(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Families]:
    made = Families(tmp_path_factory.mktemp("lives"))
    yield made
    print(f"\n{made.deeds} deeds done; lives ended: {dict(made.ends)}")


def test_what_was_done_before_a_kill_is_there_and_nothing_by_half(families: Families, life: int) -> None:
    end = end_of(life)
    lineage = families.lineage(anew=end.is_at_birth)
    lineage.folder.parent.mkdir(exist_ok=True)
    if end.is_in_migration and not lineage.folder.exists():
        open_store(lineage.folder).close()
    before = lineage.ledger.done
    killed = lineage.live(f"life{life}", end)
    families.ends["killed at a point" if killed and end.point else "killed at an instant" if killed else "old age"] += 1
    families.deeds += lineage.ledger.done - before
    assert lineage.check() == [], end


def test_every_point_is_one_that_some_step_reaches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "CHECKPOINT_PAGES", CHECKPOINT_PAGES)
    folder, reached, ledger = tmp_path / "data", set[str](), Ledger()
    faults = Faults(folder, reached.add)
    with faults.registered():
        for number in range(2):
            store = open_store(folder, vfs=faults.vfs, disk=faults)
            Household(store, lambda event: ledger.hear([event]), f"dry{number}", tmp_path / "backup.tar").day(20)
            assert wrong(store, folder, ledger) == []
            store.close()
            connection = connect(folder / FILE, Access.WRITE)
            go_back(connection, OLD_VERSION)
            connection.close()
        open_store(folder, vfs=faults.vfs, disk=faults).close()
    assert reached == set(POINTS)


FAILURES = [
    (point, code)
    for point in POINTS
    for code in (errno.ENOSPC, errno.EIO)
    if point.startswith("before") and (code == errno.EIO or point.split()[1] in ("create", "write", "make", "rename"))
]


@pytest.mark.parametrize("at", range(6))
def test_a_step_that_fails_is_told_and_what_was_done_stays(
    tmp_path: Path, at: int, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    monkeypatch.setattr(group, "CHECKPOINT_PAGES", CHECKPOINT_PAGES)
    everything = pytestconfig.getoption("kills") >= len(FAILURES)
    wanted = FAILURES[at::6] if everything else random.Random(at).sample(FAILURES, 2)
    for number, (point, code) in enumerate(wanted):
        fail(tmp_path / str(number), point, code, random.Random(f"{point} {code}"))


def fail(root: Path, point: str, code: int, chance: random.Random) -> None:
    """Live with a step that fails a few times, then on a good disk again, and see that all is well."""
    root.mkdir()
    folder, ledger = root / "data", Ledger()
    left, skip = 3, chance.randint(0, 3)

    def at(reached: str) -> None:
        nonlocal left, skip
        if reached == point and left:
            skip -= 1
            if skip < 0:
                left -= 1
                raise OSError(code, os.strerror(code))

    store = open_store(folder)
    Household(store, lambda event: ledger.hear([event]), "good", root / "backup.tar").day(5)
    store.close()
    faults = Faults(folder, at)
    with faults.registered():
        for number in range(4):
            try:
                store = open_store(folder, vfs=faults.vfs, disk=faults)
            except StoreError:
                continue  # it was told; the next attempt may find a better disk
            with closing(store), suppress(StoreError):  # as when a reader cannot be opened
                Household(store, lambda event: ledger.hear([event]), f"bad{number}", root / "backup.tar").day(8)
        check(folder, ledger, point, code)
    assert {why for why in ledger.reasons if why and not why.startswith(("the disk", "a blob could not"))} == set()
    with closing(open_store(folder)) as store:
        before = ledger.done
        Household(store, lambda event: ledger.hear([event]), "after", root / "backup.tar").day(5)
    assert ledger.done > before
    check(folder, ledger, point, code)


def check(folder: Path, ledger: Ledger, point: str, code: int) -> None:
    """Open the store on a good disk and compare it with what is known of it."""
    with closing(open_store(folder)) as store:
        found = wrong(store, folder, ledger)
    assert not found, (point, code, found)
