"""The pytest plugin: a server for each test, or one for all of them that goes back to its beginning between tests.

It is loaded in every run of whoever has Angarium installed, so nothing of the server is imported before a test asks.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from angarium.testing import Server, Snapshot


@pytest.fixture(scope="session")
def jmap_server_options() -> dict[str, Any]:
    """The arguments of the servers below; to be overridden, such as with `{"strict": True}`."""
    return {}


@pytest.fixture(scope="session")
def jmap_server_session(jmap_server_options: dict[str, Any]) -> Iterator["Server"]:
    """One server for the whole run; what a test leaves in it the next one finds."""
    from angarium.testing import Server

    with Server(**jmap_server_options) as server:
        yield server


@pytest.fixture(scope="session")
def _jmap_beginning(jmap_server_options: dict[str, Any]) -> Iterator[tuple["Server", "Snapshot"]]:
    from angarium.testing import Server

    with Server(**jmap_server_options) as server:
        yield server, server.snapshot()


@pytest.fixture
def jmap_server(_jmap_beginning: tuple["Server", "Snapshot"]) -> "Server":
    """An empty server: one for the whole run, which goes back to its beginning before each test."""
    server, beginning = _jmap_beginning
    server.restore(beginning)
    return server
