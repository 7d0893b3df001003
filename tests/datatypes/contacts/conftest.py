"""Ann, who has an account with an address book, on a real store; and Bob, who has one of his own."""

import pytest

from tests.datatypes.contacts.desk import Desk
from tests.harness import Harness


@pytest.fixture
def ann(harness: Harness) -> Desk:
    return Desk(harness, harness.user("ann"))


@pytest.fixture
def bob(harness: Harness) -> Desk:
    return Desk(harness, harness.user("bob"))
