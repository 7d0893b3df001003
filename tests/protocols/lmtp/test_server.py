"""Who may connect, for how long, and how the server ends."""

import asyncio
import socket
from contextlib import ExitStack
from math import inf
from pathlib import Path

import pytest

from angarium.datatypes.principals import User
from angarium.store.contract import DiskFull, NotDurable
from tests.protocols.lmtp.served import LETTER, LmtpServed, ends_well, lmtp_serving

OPEN = b"MAIL FROM:<>\r\nRCPT TO:<ann@example.com>\r\nDATA\r\n"


def test_over_tcp_only_networks_that_are_named_may_deliver(tmp_path: Path) -> None:
    with lmtp_serving(tmp_path, networks=("127.0.0.0/8", "::1/128")) as served, served.connect() as client:
        assert client.ask("NOOP")[0] == 250


def test_a_stranger_is_told_so_and_sent_away(tmp_path: Path) -> None:
    with lmtp_serving(tmp_path, networks=("192.0.2.0/24",)) as served, served.connect(greet=False) as client:
        assert client.greeting[0] == 554
        assert client.rest() == []


def test_one_connection_too_many_is_asked_to_come_again(tmp_path: Path) -> None:
    with lmtp_serving(tmp_path, most=2) as served:
        first, second = served.connect(), served.connect()
        with served.connect(greet=False) as third:
            assert third.greeting[0] == 421
            assert third.rest() == []
        first.close()
        while True:  # until the server has seen the first one go
            with served.connect(greet=False) as fourth:
                if fourth.greeting[0] == 220:
                    break
        second.close()


@pytest.mark.parametrize("said", [b"", b"NOO", OPEN, OPEN + b"Subject: x\r\n"])
def test_a_client_that_says_nothing_any_more_is_sent_away(mailer: LmtpServed, ann: User, said: bytes) -> None:
    with mailer.connect() as client:
        client.send(said)
        codes = client.replies(3) if said.startswith(b"MAIL") else []
        mailer.run(expired(mailer))
        assert client.rest() == [421]
        assert codes in ([], [250, 250, 354])
    assert mailer.contents(ann) == []


async def expired(mailer: LmtpServed) -> None:
    """Let so much time pass that every wait is over, once everybody waits."""
    await asyncio.sleep(0.05)
    for stream in list(mailer.server.streams):
        stream.expire(inf)


def test_a_client_that_never_reads_stops_being_read_and_is_cut_off(mailer: LmtpServed, ann: User) -> None:
    with mailer.connect() as client:
        client.socket.settimeout(1)
        with pytest.raises(TimeoutError):
            client.send(b"NOOP\r\n" * 20_000_000)
        mailer.run(expired(mailer))
        client.socket.settimeout(10)
        with pytest.raises(ConnectionError):
            client.send(b"NOOP\r\n" * 20_000_000)


def test_ending_closes_what_is_idle_and_lets_a_delivery_be_told(tmp_path: Path) -> None:
    with lmtp_serving(tmp_path) as served, ExitStack() as clients:
        ann = served.user("ann")
        three = [clients.enter_context(served.connect()) for _ in range(3)]
        ends_well(served, ann, three, lambda: served.run(served.server.stop()))


@pytest.mark.parametrize(
    ("error", "code"), [(DiskFull("full"), 452), (NotDurable("broken"), 451), (ValueError("x"), 451)]
)
def test_trouble_with_the_store_is_told_as_passing(
    mailer: LmtpServed, ann: User, error: Exception, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("angarium.protocols.lmtp.keeping.deliver_to", fail)
    with mailer.connect() as client:
        assert client.deliver("bob@example.net", ["ann@example.com"], LETTER)[0][0] == code
        assert client.ask("NOOP")[0] == 250


def test_a_store_that_is_closed_is_told_as_passing(tmp_path: Path) -> None:
    with lmtp_serving(tmp_path) as served:
        served.user("ann")
        client = served.connect()
        client.send(OPEN)
        assert client.replies(3) == [250, 250, 354]
        served.store.close()
        client.send(LETTER + b".\r\nMAIL FROM:<>\r\nRCPT TO:<ann+x@example.com>\r\n")
        assert client.replies(3) == [451, 250, 451]
        client.close()


def test_the_socket_has_the_permissions_that_are_asked_for(mailer: LmtpServed) -> None:
    assert isinstance(mailer.place, Path)
    assert mailer.place.stat().st_mode & 0o777 == 0o660
    assert mailer.place.is_socket()
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(mailer.place))
