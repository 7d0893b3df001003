"""Two things go wrong: a step fails and then another, or the life ends later; all pairs, or as many as asked for."""

import random
import shutil
from pathlib import Path

import pytest

from angarium.store.sqlite import group
from tests.crash.failing import FAILURES, live_with
from tests.crash.faults import POINTS, is_often
from tests.crash.lives import CHECKPOINT_PAGES, End, Lineage
from tests.figures import Tally


def test_two_failures_are_told_and_what_was_done_stays(
    tmp_path: Path, failures: int, monkeypatch: pytest.MonkeyPatch, tally: Tally
) -> None:
    monkeypatch.setattr(group, "CHECKPOINT_PAGES", CHECKPOINT_PAGES)
    pair = (FAILURES[failures // len(FAILURES)], FAILURES[failures % len(FAILURES)])
    met = live_with(tmp_path / "home", pair, random.Random(f"pair {failures}"))
    shutil.rmtree(tmp_path / "home")
    tally.part("failures").add(tried=1, met=int(met == len(pair)))


def test_what_was_done_before_a_failure_and_a_kill_is_there(tmp_path: Path, ends: int, tally: Tally) -> None:
    failure, point = FAILURES[ends // len(POINTS)], POINTS[ends % len(POINTS)]
    chance, lineage = random.Random(f"end {ends}"), Lineage(tmp_path / "home" / "data")
    lineage.folder.parent.mkdir()
    end = End(point, chance.randint(1, 4 if is_often(point) else 1), first=failure)
    killed = lineage.live(f"end{ends}", end)
    assert lineage.check() == [], end
    shutil.rmtree(lineage.folder.parent)
    tally.part("kills").add(tried=1, met=int(killed))
