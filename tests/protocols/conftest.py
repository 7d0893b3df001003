"""A server that the tests of a module share, with one user."""

from collections.abc import Iterator

import pytest

from angarium.datatypes.principals import User
from tests.protocols.served import Served, serving

ORIGIN = "https://mail.example.com"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("data"), server={"cors_origins": [ORIGIN]}) as running:
        yield running


@pytest.fixture(scope="module")
def ann(served: Served) -> User:
    return served.user("ann")
