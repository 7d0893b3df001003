from pathlib import Path

from bench.kept import fits, keep


def test_data_is_used_again_only_by_the_recipe_that_made_it(tmp_path: Path) -> None:
    marker = tmp_path / "marker.json"
    assert not fits(marker, {"version": 1})
    keep(marker, {"version": 1})
    assert fits(marker, {"version": 1})
    assert not fits(marker, {"version": 2})
