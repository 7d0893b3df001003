"""The tables of the reliability page come from what was kept, and tell what is not over and what failed."""

from pathlib import Path

from bench.markers import replace_sections

from tests import report
from tests.figures import Tally, keep
from tests.goals import ALL_PAIRS, GOALS, Figures

PARTS = (report.goals, report.crash, report.clients, report.fuzz)


def test_the_page_has_every_section(tmp_path: Path) -> None:
    page = (Path(__file__).parents[1] / "docs" / "reliability.md").read_text()
    replace_sections(page, {part.__name__: part(Figures(tmp_path)) for part in PARTS}, prefix="made")


def test_what_was_not_run_reaches_no_goal(tmp_path: Path) -> None:
    figures = Figures(tmp_path)
    assert not any(goal.reached(figures) for goal in GOALS)
    assert "| lives ended at an instant | – | not run |" in report.crash(figures)
    assert "| json | – | – | – | – | not run |" in report.fuzz(figures)


def test_what_failed_is_told_and_its_goal_is_not_reached(tmp_path: Path) -> None:
    tally = Tally("crash/power", {}, publish=True, folder=tmp_path)
    tally.add(cuts=600)
    assert "| 600, 0 of them after a failure | yes |" in report.goals(Figures(tmp_path))
    tally.fail("test_power[3]", "it was lost")
    assert "| power cuts in them | 600 | test_power[3] |" in report.crash(Figures(tmp_path))
    assert "| 600, 0 of them after a failure | no, test_power[3] |" in report.goals(Figures(tmp_path))


def test_a_target_that_is_not_over_is_told_as_such(tmp_path: Path) -> None:
    run = {"executions": 500, "seconds": 2.0, "wanted": 1_000_000, "places": 7, "seed": 1, "failed": []}
    keep("fuzz/json", run, tmp_path)
    assert "| json | 500 | 250 | 7 | 1 | not over: 1,000,000 wanted |" in report.fuzz(Figures(tmp_path))
    keep("fuzz/json", {**run, "executions": 1_000_000, "failed": ["crash-1"]}, tmp_path)
    assert "| 500,000 | 7 | 1 | crash-1 |" in report.fuzz(Figures(tmp_path))
    assert Figures(tmp_path).whole_targets() == 0


def test_accounts_that_clients_followed_add_up(tmp_path: Path) -> None:
    whole = Tally("fuzz/clients", {}, publish=True, folder=tmp_path)
    for name in ("0", "1"):
        whole.part(name).add(changes=50_000, clients=25)
    assert "| changes made | 100,000 |" in report.clients(Figures(tmp_path))
    assert "| 50 clients, 100,000 changes | yes |" in report.goals(Figures(tmp_path))


def test_an_upgrade_that_is_not_tried_from_every_version_is_not_enough(tmp_path: Path) -> None:
    tally = Tally("crash/upgrade", {}, publish=True, folder=tmp_path)
    tally.add(kills=300, steps=300, versions=1)
    assert "| 300 steps of 1 versions | no |" in report.goals(Figures(tmp_path))


def test_points_are_counted_once_and_pairs_must_be_tried_all(tmp_path: Path) -> None:
    lives = Tally("crash/failpoints", {}, publish=True, folder=tmp_path)
    lives.part("points").add(**{"before sync wal": 7})
    lives.part("points").add(**{"after sync wal": 2})
    pairs = Tally("crash/pairs", {}, publish=True, folder=tmp_path)
    pairs.part("kills").add(tried=ALL_PAIRS - 1, met=3)
    lives.add(**{"at a point": 9})
    found = Figures(tmp_path)
    assert "| named points at which they ended | 2 | none |" in report.crash(found)
    assert f"| {ALL_PAIRS - 1:,} of {ALL_PAIRS:,} pairs, of which 3 came to pass | no |" in report.goals(found)
    pairs.part("failures").add(tried=1, met=1)
    assert f"| {ALL_PAIRS:,} of {ALL_PAIRS:,} pairs, of which 4 came to pass | yes |" in report.goals(found)
