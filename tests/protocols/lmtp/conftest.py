"""A server with two users, fresh for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from angarium.datatypes.principals import User
from tests.protocols.lmtp.served import LmtpServed, lmtp_serving


@pytest.fixture
def mailer(tmp_path: Path) -> Iterator[LmtpServed]:
    with lmtp_serving(tmp_path) as served:
        yield served


@pytest.fixture
def ann(mailer: LmtpServed) -> User:
    return mailer.user("ann")


@pytest.fixture
def joe(mailer: LmtpServed) -> User:
    return mailer.user("joe")
