import socket
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

import pytest
from bench.client import Connection, HttpError, Origin, Response, path_of, render

_REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def _served(*answers: bytes, exchanges: int = 1, then: Callable[[Connection], None] | None = None) -> list[Response]:
    """Ask ``exchanges`` times; each answer is given by a connection of its own, which then closes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for answer in answers:
                with listener.accept()[0] as peer, suppress(ConnectionError):
                    peer.recv(65536)
                    for at in range(0, len(answer), 7):
                        peer.sendall(answer[at : at + 7])

        thread = Thread(target=serve)
        thread.start()
        try:
            with Connection(Origin("http", "127.0.0.1", listener.getsockname()[1])) as connection:
                responses = [connection.exchange(_REQUEST) for _ in range(exchanges)]
                if then:
                    then(connection)
                return responses
        finally:
            thread.join()


def test_a_body_of_known_length_is_read_and_counted() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Y:  z \r\n\r\nhello"
    (response,) = _served(answer)
    assert (response.status, response.body, response.wire_size) == (200, b"hello", len(answer))
    assert response.headers["x-y"] == "z"


def test_a_chunked_body_is_joined_and_its_framing_counted() -> None:
    answer = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3;ext=1\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n"
    )
    (response,) = _served(answer)
    assert (response.body, response.wire_size) == (b"abc0123456789", len(answer))


def test_no_content_has_no_body() -> None:
    (response,) = _served(b"HTTP/1.1 204 No Content\r\n\r\n")
    assert (response.status, response.body) == (204, b"")


def test_a_kept_connection_that_was_closed_is_opened_anew() -> None:
    answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + body for body in (b"a", b"b")]
    assert [response.body for response in _served(*answers, exchanges=2)] == [b"a", b"b"]


def test_the_time_of_the_client_is_counted() -> None:
    seen: list[float] = []
    _served(b"HTTP/1.1 204 No Content\r\n\r\n", then=lambda connection: seen.append(connection.cpu))
    assert 0 < seen[0] < 0.5


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nshort",
        b"HTTP/1.1 200 OK\r\n\r\nno framing",
        b"SSH-2.0-x\r\n\r\n",
    ],
)
def test_a_broken_answer_is_an_error(answer: bytes) -> None:
    with pytest.raises(HttpError):
        _served(answer)


def test_a_request_is_rendered_with_its_length() -> None:
    origin = Origin.of("https://mail.example/x")
    assert render("POST", "/jmap", origin, {"A": "b"}, b"{}") == (
        b"POST /jmap HTTP/1.1\r\nHost: mail.example:443\r\nA: b\r\nContent-Length: 2\r\n\r\n{}"
    )
    assert b"Content-Length" not in render("GET", "/", origin, {})


@pytest.mark.parametrize("url", ["/jmap", "ftp://x/", "http://"])
def test_an_origin_needs_an_absolute_url(url: str) -> None:
    with pytest.raises(ValueError, match="absolute"):
        Origin.of(url)


def test_the_path_of_a_url_keeps_its_query() -> None:
    assert path_of("http://h/a/b?c=d") == "/a/b?c=d"
    assert path_of("http://h") == "/"
