"""Ann, who has mail, on a real store; who may hold so much is for the tests to say."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.datatypes.mail.desk import Desk
from tests.harness import Harness


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    made = Harness(tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def ann(harness: Harness) -> Desk:
    return Desk(harness, harness.user("ann"))
