"""Two things go wrong: a step fails and then another, or the life ends later; a share of all pairs, by the seed."""

import random
from pathlib import Path

import pytest

from angarium.store.sqlite import group
from tests.crash.failing import live_with
from tests.crash.lives import CHECKPOINT_PAGES, Lineage, daily_failures, end_after_failure
from tests.figures import Tally


def test_two_failures_are_told_and_what_was_done_stays(
    tmp_path: Path, pair: int, monkeypatch: pytest.MonkeyPatch, tally: Tally
) -> None:
    monkeypatch.setattr(group, "CHECKPOINT_PAGES", CHECKPOINT_PAGES)
    chance = random.Random(f"pair {pair}")
    met = live_with(tmp_path / "home", chance.choices(daily_failures(), k=2), chance)
    tally.add(failures=1, met=int(met == 2))


def test_what_was_done_before_a_failure_and_a_kill_is_there(tmp_path: Path, pair: int, tally: Tally) -> None:
    lineage = Lineage(tmp_path / "data")
    end = end_after_failure(pair)
    killed = lineage.live(f"pair{pair}", end)
    assert lineage.check() == [], end
    tally.add(lives=1, killed=int(killed))
