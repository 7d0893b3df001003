"""An engine that serves notes, and a user."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from angarium.engine.access import Principal
from tests.engine.note import NOTES
from tests.harness import Harness


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[Harness]:
    harness = Harness(tmp_path, served=NOTES)
    yield harness
    harness.close()


@pytest.fixture
def ann(notes: Harness) -> Principal:
    return notes.user("ann")
