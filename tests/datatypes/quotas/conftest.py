"""Ann, who has mail, on a real store; who may hold so much is for the tests to say."""

import pytest

from tests.datatypes.mail.desk import Desk
from tests.harness import Harness


@pytest.fixture
def ann(harness: Harness) -> Desk:
    return Desk(harness, harness.user("ann"))
