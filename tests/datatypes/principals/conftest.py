"""A store in a temporary folder, and writing to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from angarium.store.contract import Store
from angarium.store.sqlite import open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "data")
    yield opened
    opened.close()
