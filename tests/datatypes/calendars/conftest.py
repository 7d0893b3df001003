"""Ann, who has an account with a calendar, on a real store; and Bob, who has one of his own."""

import pytest

from tests.datatypes.calendars.desk import Desk
from tests.harness import Harness


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
