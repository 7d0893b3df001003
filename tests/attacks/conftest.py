"""One account in an engine without sockets, fresh for each module."""

from collections.abc import Iterator

import pytest

from tests.attacks.ground import Ground, ground


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    made = ground(tmp_path_factory.mktemp("attacks") / "data")
    yield made
    made.engine.close()
