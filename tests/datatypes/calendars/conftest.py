"""Ann, who has an account with a calendar, on a real store; and Bob, who has one of his own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.datatypes.calendars.desk import Desk
from tests.harness import Harness


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    made = Harness(tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def ann(harness: Harness) -> Desk:
    return Desk(harness, harness.user("ann"))


@pytest.fixture
def bob(harness: Harness) -> Desk:
    return Desk(harness, harness.user("bob"))


@pytest.fixture
def guest(ann: Desk, bob: Desk) -> Desk:
    """Bob in the account of Ann, which he may change."""
    return bob.inside(ann)
