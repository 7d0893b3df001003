"""The measurement of the older dialect asks for things that are there."""

from pathlib import Path

from bench.older import measure


def test_every_pair_is_answered(tmp_path: Path) -> None:
    measured = measure(tmp_path, 1, lambda _: None)
    assert len({each.row for each in measured}) == len(measured) == 12
    assert all(each.modern.p50 > 0 and each.older.p50 > 0 for each in measured)
    assert [each.name for each in tmp_path.iterdir() if each.suffix not in (".log", "")] == []
