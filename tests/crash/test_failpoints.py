"""Lives that end before and after every step on the disk and at any instant: done is done, the rest is whole or not.

`make crash` goes through all points several times and prints how lives ended.
"""

import errno
import random
from pathlib import Path

import pytest

from angarium.store.sqlite import group, open_store
from tests.crash.days import age, reading
from tests.crash.failing import FAILURES, LIVES_TO_MEET, live_with
from tests.crash.faults import POINTS, Faults, is_at_birth, is_in_migration
from tests.crash.household import Household
from tests.crash.inspection import wrong
from tests.crash.ledger import Ledger
from tests.crash.lives import CHECKPOINT_PAGES, Lineage, end_of
from tests.figures import Tally

_LIVES_IN_A_FOLDER = 10


class Families:
    """One lineage after another."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lineage: Lineage | None = None
        self._count = 0

    def lineage(self, anew: bool) -> Lineage:
        """The folder to live in."""
        if self._lineage is None or anew or self._count % _LIVES_IN_A_FOLDER == 0:
            self._lineage = Lineage(self._folder / str(self._count) / "data")
        self._count += 1
        return self._lineage


@pytest.fixture(scope="module")
def families(tmp_path_factory: pytest.TempPathFactory) -> Families:
    return Families(tmp_path_factory.mktemp("lives"))


def test_what_was_done_before_a_kill_is_there_and_nothing_by_half(families: Families, life: int, tally: Tally) -> None:
    end = end_of(life)
    lineage = families.lineage(anew=is_at_birth(end.point))
    lineage.folder.parent.mkdir(exist_ok=True)
    if is_in_migration(end.point) and not lineage.folder.exists():
        open_store(lineage.folder).close()
    before = lineage.ledger.done
    killed = lineage.live(f"life{life}", end)
    tally.add(deeds=lineage.ledger.done - before, **{end.kind if killed else "old age": 1})
    if killed and end.point:
        tally.part("points").add(**{end.point: 1})
    assert lineage.check() == [], end


def test_every_point_is_one_that_some_step_reaches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "CHECKPOINT_PAGES", CHECKPOINT_PAGES)
    folder, reached, ledger = tmp_path / "data", set[str](), Ledger()
    faults = Faults(folder, reached.add)
    with faults.registered():
        for number in range(2):
            store = open_store(folder, vfs=faults.vfs, disk=faults)
            with reading(folder):
                household = Household(
                    store, lambda event: ledger.hear([event]), f"dry{number}", tmp_path / "backup.tar"
                )
                household.day(10)
            household.day(20)
            assert wrong(store, folder, ledger) == []
            with reading(folder):
                store.close()
            open_store(folder, vfs=faults.vfs, disk=faults).close()
            age(folder)
        open_store(folder, vfs=faults.vfs, disk=faults).close()
    assert reached == set(POINTS)


@pytest.mark.parametrize("at", range(6))
def test_a_step_that_fails_is_told_and_what_was_done_stays(
    tmp_path: Path, at: int, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config, tally: Tally
) -> None:
    monkeypatch.setattr(group, "CHECKPOINT_PAGES", CHECKPOINT_PAGES)
    everything = pytestconfig.getoption("kills") >= len(FAILURES)
    wanted = FAILURES[at::6] if everything else random.Random(at).sample(FAILURES, 2)
    for number, (point, code) in enumerate(wanted):
        chance = random.Random(f"{point} {code}")
        lives = (live_with(tmp_path / f"{number}.{life}", [(point, code)], chance) for life in range(LIVES_TO_MEET))
        assert any(lives), (point, code)
        tally.add(**{errno.errorcode[code]: 1})
