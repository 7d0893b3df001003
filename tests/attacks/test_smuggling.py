"""Requests that two servers could read differently: refused, and the connection ended; never answered twice.

The second request, hidden in what one reading takes for a body, must not be answered (RFC 9112 §6.3, §11.2).
"""

import pytest

from tests.attacks.wire import Told, connected, one_answer, until_end
from tests.server import Server

HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = b"0\r\n\r\n" + HIDDEN
POST = b"POST /jmap HTTP/1.1\r\nHost: x\r\n"

AMBIGUOUS = {
    "length and chunked": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKED,
    "chunked and length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 40\r\n\r\n" + CHUNKED,
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(HIDDEN) + HIDDEN,
    "two lengths in one": POST + b"Content-Length: 0, %d\r\n\r\n" % len(HIDDEN) + HIDDEN,
    "length with a plus": POST + b"Content-Length: +%d\r\n\r\n" % len(HIDDEN) + HIDDEN,
    "length with a minus": POST + b"Content-Length: -1\r\n\r\n" + HIDDEN,
    "length in hexadecimal": POST + b"Content-Length: 0x5\r\n\r\n" + HIDDEN,
    "length with a space inside": POST + b"Content-Length: 1 0\r\n\r\n" + HIDDEN,
    "length beyond numbers": POST + b"Content-Length: 99999999999999999999999\r\n\r\n" + HIDDEN,
    "length empty": POST + b"Content-Length: \r\n\r\n" + HIDDEN,
    "encoding unknown": POST + b"Transfer-Encoding: xchunked\r\n\r\n" + CHUNKED,
    "encoding not at the end": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n" + CHUNKED,
    "encoding with a vertical tab": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n" + CHUNKED,
    "encoding folded": POST + b"Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\n" + CHUNKED,
    "space before the colon": POST + b"Transfer-Encoding : chunked\r\n\r\n" + CHUNKED,
    "space before the colon of a length": POST + b"Content-Length : %d\r\n\r\n" % len(HIDDEN) + HIDDEN,
    "space before the name": POST + b" Content-Length: %d\r\n\r\n" % len(HIDDEN) + HIDDEN,
    "bare carriage return": POST + b"X: y\rContent-Length: %d\r\n\r\n" % len(HIDDEN) + HIDDEN,
    "NUL in a field": POST + b"X: \x00\r\nContent-Length: 0\r\n\r\n" + HIDDEN,
    "no colon": POST + b"Content-Length\r\n\r\n" + HIDDEN,
    "chunk size with a sign": POST + b"Transfer-Encoding: chunked\r\n\r\n+0\r\n\r\n" + HIDDEN,
    "chunk size with 0x": POST + b"Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n" + HIDDEN,
    "chunk size beyond numbers": POST + b"Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n" + HIDDEN,
    "chunk longer than its size": POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n" + HIDDEN,
    "chunk ended by a line feed": POST + b"Transfer-Encoding: chunked\r\n\r\n1\na\n0\n\n" + HIDDEN,
    "line feeds only": (POST + b"Content-Length: 0\r\n\r\n").replace(b"\r\n", b"\n") + HIDDEN,
    "no such version": b"GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n" + HIDDEN,
    "HTTP/0.9": b"GET /healthz\r\n" + HIDDEN,
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + HIDDEN,
    "method that is none": b"G(T /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + HIDDEN,
    "space in the target": b"GET /health z HTTP/1.1\r\nHost: x\r\n\r\n" + HIDDEN,
    "TLS to a plain port": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 300,
    "nothing but noise": bytes(range(256)) * 10,
}


def told(server: Server, octets: bytes) -> Told:
    with connected(server.url) as opened:
        opened.sendall(octets)
        return until_end(opened)


@pytest.mark.parametrize("octets", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
def test_an_ambiguous_request_ends_its_connection(server: Server, octets: bytes) -> None:
    answer = told(server, octets)
    assert answer.answers <= 1
    assert answer.status in (0, 400, 401, 411, 413, 426, 501, 505), answer.head
    assert b"ok\n" not in answer.octets


def test_two_honest_requests_in_one_piece_are_both_answered(server: Server) -> None:
    last = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = told(server, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + last)
    assert answer.answers == 2


def test_chunk_extensions_and_trailers_change_nothing(server: Server) -> None:
    body = b"2;a=b;c\r\n{}\r\n0\r\nX-Trailer: y\r\nAuthorization: Basic eDp5\r\n\r\n"
    answer = told(server, POST + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + body)
    assert answer.status in (400, 401)
    assert answer.answers == 1


@pytest.mark.parametrize("host", [b"", b"a b", b"a/b", b"user@evil.example", b"evil.example\x00", b"a,b", b"http://x"])
def test_a_host_that_is_none_makes_no_url(server: Server, host: bytes) -> None:
    user = server.client("nobody-in-particular")
    answer = told(server, b"GET /jmap HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
    assert answer.status in (400, 401), user.name


def test_two_hosts_make_no_session(server: Server, ann_authorization: bytes) -> None:
    request = b"GET /jmap HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n%s\r\nConnection: close\r\n\r\n"
    assert told(server, request % ann_authorization).status == 400


@pytest.fixture
def ann_authorization(server: Server) -> bytes:
    user = server.add_user("smuggler@example.com")
    return b"Authorization: " + user.credentials["Authorization"].encode()


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"X: a\r\n" * 5_000 + b"\r\n",
        b"G" * 100_000,
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 3_000_000,
    ],
    ids=["target", "field", "fields", "method", "never ended"],
)
def test_a_head_that_is_too_long_is_refused_without_waiting_for_its_end(server: Server, head: bytes) -> None:
    with connected(server.url) as opened:
        try:
            opened.sendall(head)
        except ConnectionError:
            return  # refused while we were still sending
        answer = until_end(opened)
    assert answer.status in (0, 400, 414, 431), answer.head
    assert b"ok\n" not in answer.octets


def test_an_upgrade_that_is_offered_is_not_taken(server: Server) -> None:
    with connected(server.url) as opened:
        opened.sendall(
            b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n\r\n"
        )
        assert one_answer(opened).status == 200
