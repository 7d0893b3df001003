"""What the tests of the server inside a test share: one such server, empty for each test, and a user of it."""

import pytest

from angarium.testing import Server, User
from tests.client import Client
from tests.testing.client import client_of


@pytest.fixture
def user(jmap_server: Server) -> User:
    return jmap_server.add_user("ann@example.com")


@pytest.fixture
def client(jmap_server: Server, user: User) -> Client:
    return client_of(jmap_server, user)
