"""The names in a folder come in order, whether they fit into one run or not."""

import os
from pathlib import Path

import pytest

from angarium.app.cli.importing.names import in_order

NAMES = [f"{number % 7}.{number}" for number in range(20)] + ["é", "\udcff"]


@pytest.mark.parametrize("run", [1, 3, len(NAMES), 100])
def test_names_are_in_order_however_few_are_sorted_at_once(tmp_path: Path, run: int) -> None:
    for name in NAMES:
        (tmp_path / name).touch()
    assert list(in_order(tmp_path, run)) == sorted(os.listdir(tmp_path)) == sorted(NAMES)


def test_an_empty_folder_has_none(tmp_path: Path) -> None:
    assert list(in_order(tmp_path)) == []


def test_a_folder_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(in_order(tmp_path / "gone"))
