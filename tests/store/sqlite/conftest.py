"""A store on a WAL file in a temporary folder, as in production."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from angarium.store.sqlite import SqliteStore, open_store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def store(folder: Path) -> Iterator[SqliteStore]:
    opened = open_store(folder)
    yield opened
    opened.close()
