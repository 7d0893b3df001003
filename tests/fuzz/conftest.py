"""Random input by the example: few and always the same in the tests, many and always others in the long run."""

from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

from tests.attacks.ground import Ground, ground

T = TypeVar("T")
_LONG = 100


MOST_ACCOUNTS, EXAMPLES_AN_ACCOUNT = 10, 2_000


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    accounts = max(2, min(MOST_ACCOUNTS, metafunc.config.getoption("examples") // EXAMPLES_AN_ACCOUNT))
    if "account" in metafunc.fixturenames:
        metafunc.parametrize("accounts", [accounts])
        metafunc.parametrize("account", range(accounts))


class Fuzz:
    """Tries a check on examples of a strategy."""

    def __init__(self, examples: int) -> None:
        self._settings = settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=examples < _LONG,
            suppress_health_check=list(HealthCheck),
        )

    def __call__(self, strategy: SearchStrategy[T], check: Callable[[T], None]) -> None:
        """Fail with the smallest example that the check does not stand."""

        def run(example: T) -> None:
            check(example)

        self._settings(given(strategy)(run))()


@pytest.fixture
def fuzz(pytestconfig: pytest.Config) -> Fuzz:
    return Fuzz(pytestconfig.getoption("examples"))


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """One account in an engine without sockets, fresh for each module."""
    made = ground(tmp_path_factory.mktemp("fuzz") / "data")
    yield made
    made.engine.close()
