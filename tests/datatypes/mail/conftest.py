"""Ann, who has a mail account with the usual mailboxes, on a real store."""

import pytest

from tests.datatypes.mail.desk import Desk
from tests.harness import Harness


@pytest.fixture
def ann(harness: Harness) -> Desk:
    return Desk(harness, harness.user("ann", ("inbox", "drafts", "archive", "trash")))
