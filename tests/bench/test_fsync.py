from pathlib import Path

from bench.fsync import probe


def test_a_probe_takes_time_and_leaves_nothing_behind(tmp_path: Path) -> None:
    seconds = probe(tmp_path, rounds=5)
    assert len(seconds) == 5
    assert min(seconds) > 0
    assert not list(tmp_path.iterdir())
