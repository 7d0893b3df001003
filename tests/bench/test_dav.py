from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from bench.account import JmapError, Login

from bench import dav

_HELD: dict[str, tuple[str, bytes]] = {}


class _Collection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = 403 if body == b"bad" else 201
        _HELD[self.path] = (self.headers["Content-Type"], body)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def login() -> Iterator[Login]:
    _HELD.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Collection) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield Login(f"http://127.0.0.1:{server.server_port}", "user", "pass")
        finally:
            server.shutdown()
            thread.join()


def test_each_thing_is_put_once_under_a_name_of_its_own(login: Login) -> None:
    dav.put(login, "/book/", "text/vcard", (f"card {number}".encode() for number in range(40)))
    assert {path.partition("/book/")[2] for path in _HELD} == {str(number) for number in range(40)}
    assert sorted(body for _, body in _HELD.values()) == sorted(f"card {number}".encode() for number in range(40))


def test_what_is_refused_is_told(login: Login) -> None:
    with pytest.raises(JmapError, match="HTTP 403"):
        dav.put(login, "/book/", "text/vcard", [b"bad"])
