"""Ann and Bob, who have accounts on one server, on a real store."""

import pytest
from tests.datatypes.calendars.desk import Desk
from tests.harness import Harness


@pytest.fixture
def ann(harness: Harness) -> Desk:
    return Desk(harness, harness.user("ann"))


@pytest.fixture
def bob(harness: Harness) -> Desk:
    return Desk(harness, harness.user("bob"))
