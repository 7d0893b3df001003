"""An engine that serves notes and one that serves boards, each with a user."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from angarium.engine.access import Principal
from tests.engine.board import BOARDS
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


@pytest.fixture
def boards(tmp_path: Path) -> Iterator[Harness]:
    harness = Harness(tmp_path, served=BOARDS)
    yield harness
    harness.close()


@pytest.fixture
def bea(boards: Harness) -> Principal:
    return boards.user("bea")
