"""Streams against a server of ours in this process."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.account import Account, Login
from bench.client import HttpError
from bench.push import _serving
from bench.streams import WAYS
from tests.protocols.served import Served, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("streams") / "data") as running:
        running.user("ann")
        yield running


@pytest.mark.parametrize("way", WAYS)
def test_the_news_of_a_change_is_read(served: Served, way: str) -> None:
    login = Login(f"http://127.0.0.1:{served.port}", "ann", "secret")
    account = Account(login)
    with WAYS[way](login) as stream:
        for number in range(3):
            create = {"accountId": account.id, "create": {"a": {"name": f"{way} {number}"}}}
            state = account.call(("Mailbox/set", create, "s"))[0][1]["newState"]
            assert stream.news()["changed"] == {account.id: {"Mailbox": state}}
    account.close()


def test_a_stream_that_is_refused_is_an_error(served: Served) -> None:
    with pytest.raises(HttpError, match="401"):
        WAYS["WebSocket"](Login(f"http://127.0.0.1:{served.port}", "ann", "wrong"))


def test_the_process_at_the_other_end_is_found(served: Served, tmp_path: Path) -> None:
    import os

    with WAYS["EventSource"](Login(f"http://127.0.0.1:{served.port}", "ann", "secret")) as stream:
        assert _serving(stream.port, [os.getpid()])
        assert not _serving(stream.port, [])
