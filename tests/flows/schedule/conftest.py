"""Ann and Bob, who have accounts on one server, on a real store."""

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
