"""Options of the long runs, an engine for tests from inside, and the servers that tests from outside share."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from angarium.store.contract import Store
from angarium.store.sqlite import open_store
from tests import publishing
from tests.client import Client
from tests.harness import Harness
from tests.server import Certificate, Server, certificate, faultless

NewUser = Callable[[], Client]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=5, help="how often tests/crash kills the server")
    parser.addoption("--pairs", type=int, default=5, help="how many pairs of failures tests/crash tries of each kind")
    parser.addoption("--mails", type=int, default=200, help="how many mails tests/app exports and imports again")
    parser.addoption("--starts", type=int, default=50, help="how often tests/testing starts and stops a server")
    parser.addoption("--examples", type=int, default=40, help="how many examples each test of tests/fuzz tries")
    parser.addoption("--publish", action="store_true", help="keep what was counted for `python -m tests.report`")
    parser.addoption(
        "--regenerate", action="store_true", help="rewrite the answers in tests/wire; read the difference before use"
    )


def pytest_configure(config: pytest.Config) -> None:
    settings.register_profile("clockless", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("clockless")  # how quick a machine is, and what else it does, fails no test
    config.pluginmanager.register(publishing, "publishing")


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    """Everything that is served, on a store of its own, without sockets."""
    made = Harness(tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store of its own."""
    opened = open_store(tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the settings that it has by itself; its log must stay free of faults."""
    with faultless(Server(tmp_path_factory.mktemp("server") / "data")) as running:
        yield running


@pytest.fixture(scope="session")
def new_user(server: Server) -> NewUser:
    """Makes another user of the shared server."""
    numbers = count(1)
    return lambda: server.add_user(f"user{next(numbers)}@example.com")


@pytest.fixture(scope="module")
def ann(new_user: NewUser) -> Client:
    """A user with an account of her own, fresh for each module."""
    return new_user()


@pytest.fixture(scope="module")
def bob(new_user: NewUser) -> Client:
    """Another user, who has nothing to do with the first."""
    return new_user()


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for localhost."""
    return certificate(tmp_path_factory.mktemp("tls"), "localhost", "127.0.0.1")


@pytest.fixture(scope="session")
def tls_server(tmp_path_factory: pytest.TempPathFactory, tls: Certificate) -> Iterator[Server]:
    """A server that speaks TLS itself."""
    with faultless(Server(tmp_path_factory.mktemp("tls-server") / "data", tls=tls)) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder that does not exist yet, with room beside it for a log."""
    return tmp_path / "data"
