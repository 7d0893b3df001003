"""What a mail transfer agent that is broken, or in the wrong hands, can send: no second message, no harm to others.

After each attack the server takes a good message, and nothing is wrong in what it stored: each time by the check that
`angarium verify` makes, and by the command itself at the end.
"""

import socket
from collections.abc import Iterator
from contextlib import closing
from itertools import count

import pytest

from angarium.app.cli.progress import Progress
from angarium.app.cli.verifying import verify_store
from angarium.protocols.lmtp.dialogue import MOST_MISTAKES, MOST_RECIPIENTS
from angarium.store.sqlite import open_store
from tests.client import Client
from tests.lmtp import Lmtp
from tests.server import Server, faultless

USER = "ann@localhost"
HEAD = b"From: bob@example.net\r\nSubject: attack\r\n\r\n"
OPEN = b"MAIL FROM:<bob@example.net>\r\nRCPT TO:<ann@localhost>\r\nDATA\r\n"
HIDDEN = b"MAIL FROM:<boss@example.net>\r\nRCPT TO:<ann@localhost>\r\nDATA\r\nSubject: hidden\r\n\r\nPay.\r\n.\r\n"
END = b"\r\n.\r\n"

BARE = [
    *(b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r\n.\r", b"\r.\r\n", b"\r.\n", b"\n.\r", b"\n\n.\n\n"),
    *(b"\r\r\n.\r\r\n", b"\n\r.\n\r", b"\r\n.\r\r\n", b"\n\r\n.\n\r\n", b"\r\n\n.\r\n", b"\r\n..\n.\n"),
]
"""What another server may take for an end, with a CR or LF alone: the message is refused."""

CLOTHED = [
    *(b"\r\n..\r\n", b"\r\n\0.\r\n", b"\r\n.\0\r\n", b"\r\n. \r\n", b"\r\n .\r\n", b"\r\n\x85.\x85\r\n"),
    *(b"\r\n\xe2\x80\xa8.\xe2\x80\xa8\r\n", b"\r\n\x0b.\x0c\r\n", b"\r\n\xef\xbc\x8e\r\n"),
]
"""What stands between whole line ends and is no dot alone: it stays inside."""


@pytest.fixture(scope="module")
def mailer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that takes mail; its log must stay free of faults."""
    folder = tmp_path_factory.mktemp("lmtp") / "data"
    with faultless(Server(folder, arguments=("--lmtp", "127.0.0.1:0"))) as running:
        yield running
        assert "all is well" in running.command("verify").stdout


@pytest.fixture(scope="module")
def user(mailer: Server) -> Client:
    return mailer.add_user("ann")


@pytest.fixture(scope="module")
def place(mailer: Server, user: Client) -> tuple[str, int]:
    """Where the server takes mail for its user."""
    host, _, port = mailer.said().rpartition("LMTP on ")[2].split()[0].rpartition(":")
    assert user.name
    return host, int(port)


numbers = count(1)


@pytest.fixture(autouse=True)
def unharmed(mailer: Server, place: tuple[str, int]) -> Iterator[None]:
    """After the attack a good message is taken, and all is well on the disk."""
    yield
    with Lmtp(place) as client:
        letter = b"Subject: good %d\r\n\r\nHello.\r\n" % next(numbers)
        assert client.deliver("bob@example.net", [USER], letter)[0][0] == 250
    with closing(open_store(mailer.data, read_only=True)) as store, Progress("verify", octets=False) as progress:
        assert verify_store(store, progress).problems == []


def subjects(user: Client) -> list[str]:
    """The subjects of all that attacks have left."""
    emails = user.call("Email/get", {"ids": None, "properties": ["subject"]})["list"]
    return [email["subject"] for email in emails if not email["subject"].startswith("good ")]


def last(client: Lmtp) -> list[int]:
    """The codes of every reply until the server closes, once the client has said goodbye."""
    client.send(b"QUIT\r\n")
    return client.rest()


def test_an_end_with_a_line_break_of_another_kind_refuses_the_message(place: tuple[str, int], user: Client) -> None:
    before = subjects(user)
    for end in BARE:
        with Lmtp(place) as client:
            client.send(OPEN + HEAD + b"One." + end + HIDDEN)
            assert (end, last(client)) == (end, [250, 250, 354, 550, 221])
    assert subjects(user) == before


def test_what_only_looks_like_an_end_stays_inside_its_message(place: tuple[str, int], user: Client) -> None:
    for end in CLOTHED:
        before = subjects(user)
        with Lmtp(place) as client:
            client.send(OPEN + HEAD + b"One." + end + HIDDEN)
            assert (end, last(client)) == (end, [250, 250, 354, 250, 221])
        assert sorted(subjects(user)) == sorted([*before, "attack"]), end


@pytest.mark.parametrize("pause", BARE[:4], ids=repr)
def test_the_network_cutting_an_end_makes_none(place: tuple[str, int], user: Client, pause: bytes) -> None:
    before = subjects(user)
    with Lmtp(place) as client:
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for octet in OPEN + HEAD + b"One." + pause + HIDDEN:
            client.send(bytes((octet,)))
        assert last(client) == [250, 250, 354, 550, 221]
    assert subjects(user) == before


def test_a_real_end_lets_the_next_message_be_one_of_its_own(place: tuple[str, int], user: Client) -> None:
    before = subjects(user)
    with Lmtp(place) as client:
        client.send(OPEN + HEAD + b"Two." + END + HIDDEN)
        assert last(client) == [250, 250, 354, 250, 250, 250, 354, 250, 221]
    assert sorted(subjects(user)) == sorted([*before, "attack", "hidden"])


@pytest.mark.parametrize("size", [1_000_000_000, 10**19, 10**20 - 1])
def test_a_size_beyond_what_is_taken_is_refused_when_it_is_announced(place: tuple[str, int], size: int) -> None:
    with Lmtp(place) as client:
        assert client.ask(f"MAIL FROM:<bob@example.net> SIZE={size}")[0] == 552
        assert client.ask(f"RCPT TO:<{USER}>")[0] == 503


def test_a_command_of_ten_million_octets_is_one_mistake(place: tuple[str, int]) -> None:
    with Lmtp(place) as client:
        client.send(b"RCPT TO:<" + b"x" * 10_000_000 + b">\r\nNOOP\r\n")
        assert last(client) == [500, 250, 221]


def test_a_line_of_ten_million_octets_is_a_message_like_any_other(place: tuple[str, int], user: Client) -> None:
    before = subjects(user)
    with Lmtp(place) as client:
        client.send(OPEN + HEAD + b"x" * 10_000_000 + END)
        assert last(client) == [250, 250, 354, 250, 221]
    assert sorted(subjects(user)) == sorted([*before, "attack"])


def test_nothing_is_taken_before_the_greeting(place: tuple[str, int], user: Client) -> None:
    before = subjects(user)
    with Lmtp(place, greet=False) as client:
        client.send(b"MAIL FROM:<bob@example.net>\r\nRCPT TO:<ann@localhost>\r\nDATA\r\n")
        assert last(client) == [503, 503, 503, 221]
    assert subjects(user) == before


def test_recipients_beyond_the_limit_are_put_off_and_those_within_are_served(place: tuple[str, int]) -> None:
    with Lmtp(place) as client:
        client.send(b"MAIL FROM:<bob@example.net>\r\n")
        assert client.reply()[0] == 250
        told = []
        for _ in range(20):
            client.send(b"RCPT TO:<ann@localhost>\r\n" * 1_000)
            told += client.replies(1_000)
        assert told == [250] * MOST_RECIPIENTS + [452] * (20_000 - MOST_RECIPIENTS)
        client.send(b"DATA\r\nSubject: good to many\r\n\r\nHello.\r\n.\r\n")
        assert last(client) == [354] + [250] * MOST_RECIPIENTS + [221]


def test_strangers_beyond_number_are_refused_one_by_one(place: tuple[str, int]) -> None:
    with Lmtp(place) as client:
        client.send(
            b"MAIL FROM:<bob@example.net>\r\n" + b"".join(b"RCPT TO:<u%d@localhost>\r\n" % n for n in range(999))
        )
        assert last(client) == [250] + [550] * 999 + [221]


def test_a_null_in_a_command_is_a_mistake_and_in_a_message_an_octet(place: tuple[str, int], user: Client) -> None:
    with Lmtp(place) as client:
        client.send(
            b"NOOP \0\r\nMAIL FROM:<bob\0@example.net>\r\n\0\r\n" + OPEN + b"Subject: n\0ll\r\n\r\n\0\0\r\n.\r\n"
        )
        assert last(client) == [501, 501, 501, 250, 250, 354, 250, 221]
    emails = user.call("Email/get", {"ids": None, "properties": ["blobId", "subject"]})["list"]
    (null,) = [email["blobId"] for email in emails if email["subject"].startswith("n") and "ll" in email["subject"]]
    assert user.download(null).body.endswith(b"Subject: n\0ll\r\n\r\n\0\0\r\n")


def test_nothing_but_noise_ends_the_session(place: tuple[str, int]) -> None:
    with Lmtp(place) as client:
        client.send((bytes(range(256)) + b"\r\n") * MOST_MISTAKES)
        assert client.rest() == [501] * MOST_MISTAKES + [421]


@pytest.mark.parametrize("sent", [b"MAIL FROM:<b@example.net>\r\nRCP", OPEN + HEAD + b"half", OPEN + HEAD + b"\r\n.\r"])
def test_what_a_half_closed_connection_left_open_is_dropped(place: tuple[str, int], user: Client, sent: bytes) -> None:
    before = subjects(user)
    with Lmtp(place) as client:
        client.send(sent)
        client.socket.shutdown(socket.SHUT_WR)
        assert client.rest() in ([250], [250, 250, 354, 221])
    assert subjects(user) == before


def test_a_client_that_never_reads_is_not_read_any_more_and_holds_up_nobody(place: tuple[str, int]) -> None:
    with Lmtp(place) as deaf, Lmtp(place) as other:
        deaf.socket.settimeout(0.5)
        with pytest.raises(TimeoutError):  # what the kernel holds for both sides is far less
            deaf.send(b"HELP\r\n" * 20_000_000)
        assert other.deliver("bob@example.net", [USER], b"Subject: good beside\r\n\r\nHello.\r\n")[0][0] == 250
