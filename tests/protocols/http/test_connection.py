"""What raw octets do to a connection: the cases that trust.md lists under smuggling and exhaustion."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from angarium.datatypes.principals import User
from angarium.protocols.http import connection as bounds
from angarium.protocols.http import unread
from tests.protocols.served import ECHO, Served, basic, serving
from tests.waiting import eventually

BODY = json.dumps(ECHO).encode()
SIGNED = f"Host: x\r\nAuthorization: {basic('ann', 'secret')}\r\nContent-Type: application/json\r\n".encode()
POST = b"POST /jmap/ HTTP/1.1\r\n" + SIGNED
WITH_LENGTH = POST + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


def statuses(answers: bytes) -> list[int]:
    return [int(part[:3]) for part in answers.split(b"HTTP/1.1 ")[1:]]


def read_one(connection: socket.socket) -> bytes:
    """One answer with a Content-Length, and not an octet more."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        octet = connection.recv(1)
        assert octet, head
        head += octet
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"content-length"))
    return head + (connection.recv(length, socket.MSG_WAITALL) if length else b"")


@pytest.mark.parametrize(
    "octets",
    [
        POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HEALTH,
        POST + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n" + HEALTH,
        POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc" + HEALTH,
        POST + b"Content-Length: +3\r\n\r\nabc" + HEALTH,
        POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + HEALTH,
        POST + b"X: a\r\n folded\r\n\r\n" + HEALTH,
        POST + b"X: a\rContent-Length: 3\r\n\r\nabc" + HEALTH,
        POST + b"Content-Length : 3\r\n\r\nabc" + HEALTH,
        b"GET /healthz HTTP/1.1\nHost: x\n\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /health z HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_what_could_be_read_two_ways_is_refused_and_closed(served: Served, ann: User, octets: bytes) -> None:
    answer = served.raw(octets)
    assert statuses(answer) == [400]
    assert b"application/problem+json" in answer
    assert b"connection: close" in answer


def test_a_request_from_before_there_were_hosts_is_answered(served: Served) -> None:
    assert statuses(served.raw(b"GET /healthz HTTP/1.0\r\n\r\n")) == [200]


def test_several_requests_in_one_piece_are_answered_in_order(served: Served, ann: User) -> None:
    answer = served.raw(HEALTH + WITH_LENGTH + HEALTH.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert statuses(answer) == [200, 200, 200]
    assert answer.count(b"Core/echo") == 1


def test_a_request_octet_by_octet_is_answered(served: Served, ann: User) -> None:
    with closing(served.connect()) as connection:
        for octet in WITH_LENGTH:
            connection.sendall(bytes([octet]))
        assert b"Core/echo" in read_one(connection)


@pytest.mark.parametrize("framing", ["length", "chunked"])
@pytest.mark.parametrize("split", [0, 10, 10_000])
def test_an_offer_of_http2_does_not_lose_the_body(served: Served, ann: User, framing: str, split: int) -> None:
    offer = POST + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n"
    if framing == "length":
        rest = BODY + HEALTH
        head = offer + b"Content-Length: %d\r\n\r\n" % len(BODY)
    else:
        rest = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY) + HEALTH
        head = offer + b"Transfer-Encoding: chunked\r\n\r\n"
    with closing(served.connect()) as connection:
        connection.sendall(head + rest[:split])
        time.sleep(0.05)
        connection.sendall(rest[split:])
        assert b"Core/echo" in read_one(connection)
        assert b" 200 " in read_one(connection)
        connection.sendall(offer + b"Content-Length: 2\r\n\r\n{}" + HEALTH)
        assert b"notRequest" in read_one(connection)
        assert b" 200 " in read_one(connection)


def test_an_offer_of_websocket_is_no_more_than_a_get(served: Served, ann: User) -> None:
    with closing(served.connect()) as connection:
        for _ in range(2):
            connection.sendall(HEALTH.replace(b"\r\n\r\n", b"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"))
            assert b" 200 " in read_one(connection)


def test_a_giant_head_is_refused_long_before_its_end(served: Served, ann: User) -> None:
    with closing(served.connect()) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nX: ")
        sent = 0
        with suppress(OSError):
            while sent < 50_000_000:
                connection.sendall(b"x" * 16_384)
                sent += 16_384
                time.sleep(0.001)
        assert sent < 2_000_000


def test_a_giant_head_in_one_piece_is_refused(served: Served, ann: User) -> None:
    answer = served.raw(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 60_000 + b"\r\n\r\n")
    assert statuses(answer) == [431]


def test_a_giant_url_is_refused(served: Served, ann: User) -> None:
    assert statuses(served.raw(b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")) == [431]


def test_too_many_fields_are_refused(served: Served, ann: User) -> None:
    answer = served.raw(b"GET /healthz HTTP/1.1\r\n" + b"".join(b"X%d: y\r\n" % n for n in range(101)) + b"\r\n")
    assert statuses(answer) == [431]


def test_what_is_refused_is_read_so_that_the_client_sees_why(served: Served, ann: User) -> None:
    head = POST + b"Content-Length: 20000000\r\n\r\n"
    with closing(served.connect()) as connection:
        connection.sendall(head)
        for _ in range(200):
            connection.sendall(b"x" * 100_000)
        assert b"maxSizeRequest" in read_one(connection)
        connection.sendall(HEALTH)
        assert b" 200 " in read_one(connection)


def test_a_refusal_that_was_expected_comes_before_the_body(served: Served, ann: User) -> None:
    with closing(served.connect()) as connection:
        connection.sendall(POST + b"Expect: 100-continue\r\nContent-Length: 20000000\r\n\r\n")
        assert b"maxSizeRequest" in read_one(connection)
        connection.sendall(b"")
    with closing(served.connect()) as connection:
        connection.sendall(POST + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(BODY))
        assert b"100 Continue" in connection.recv(1000)
        connection.sendall(BODY)
        assert b"Core/echo" in read_one(connection)


@pytest.fixture
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A server whose bounds in seconds are short enough for a test."""
    monkeypatch.setattr(bounds, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(bounds, "BODY_SECONDS", 0.5)
    monkeypatch.setattr(bounds, "BODY_PACE", 1_000_000)
    monkeypatch.setattr(unread, "UNREAD_SECONDS", 1.0)
    with serving(tmp_path) as running:
        running.user("ann")
        yield running


def _seconds_until_closed(connection: socket.socket) -> tuple[float, bytes]:
    began, gathered = time.monotonic(), b""
    try:
        while piece := connection.recv(65536):
            gathered += piece
    except ConnectionResetError:
        pass
    return time.monotonic() - began, gathered


@pytest.mark.parametrize("octets", [b"", b"GET", b"GET /healthz HTTP/1.1\r\nHost", HEALTH + b"GET /he", b"\r\n\r\n"])
def test_a_head_that_never_ends_is_given_up(impatient: Served, octets: bytes) -> None:
    with closing(impatient.connect()) as connection:
        connection.sendall(octets)
        if octets.startswith(HEALTH):
            connection.sendall(b"al")
        seconds, answer = _seconds_until_closed(connection)
        assert seconds < 3
        assert (statuses(answer) or [408])[-1] == 408


def test_a_head_that_trickles_is_given_up(impatient: Served) -> None:
    with closing(impatient.connect()) as connection:
        began = time.monotonic()
        with suppress(OSError):
            while time.monotonic() - began < 5:
                connection.sendall(b"X")
                time.sleep(0.05)
        assert time.monotonic() - began < 4


def test_a_body_that_stops_is_given_up_and_its_slot_is_free(impatient: Served) -> None:
    for _ in range(12):
        with closing(impatient.connect()) as connection:
            connection.sendall(POST + b"Content-Length: 1000\r\n\r\n{")
            if _ == 0:
                seconds, _answer = _seconds_until_closed(connection)
                assert seconds < 3
    eventually(lambda: impatient.api(ECHO).status == 200)


def test_an_idle_connection_between_requests_is_kept(impatient: Served) -> None:
    with closing(impatient.connect()) as connection:
        for _ in range(2):
            connection.sendall(HEALTH)
            assert b" 200 " in read_one(connection)
            time.sleep(1.8)


def test_an_answer_that_nobody_reads_is_given_up(impatient: Served) -> None:
    text = "x" * 9_000_000
    body = json.dumps({"using": ["urn:ietf:params:jmap:core"], "methodCalls": [["Core/echo", {"t": text}, "c"]]})
    with closing(socket.socket()) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(10)
        connection.connect(("127.0.0.1", impatient.port))
        connection.sendall(POST + b"Content-Length: %d\r\n\r\n" % len(body) + body.encode())
        time.sleep(5)
        _, answer = _seconds_until_closed(connection)
        assert len(answer) < 9_000_000
