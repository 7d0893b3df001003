"""Requests octet by octet: what no well-behaved client library would send."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.client import Client

PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Told:
    """What came back on a connection until its end, or until one whole answer was there."""

    octets: bytes

    @property
    def status(self) -> int:
        """Of the first answer; 0 when there is none."""
        first = self.octets.split(b"\r\n", 1)[0].split(b" ")
        return int(first[1]) if len(first) > 1 and first[0].startswith(b"HTTP/") else 0

    @property
    def head(self) -> bytes:
        return self.octets.split(b"\r\n\r\n", 1)[0]

    @property
    def body(self) -> bytes:
        return self.octets.partition(b"\r\n\r\n")[2]

    @property
    def answers(self) -> int:
        """How many answers there are; our bodies never hold the mark."""
        return self.octets.count(b"HTTP/1.1 ")


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    """A connection to the server."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), PATIENCE) as opened:
        yield opened


def until_end(opened: socket.socket) -> Told:
    """Everything until the server closes; TimeoutError when it does not."""
    pieces = []
    try:
        while piece := opened.recv(65_536):
            pieces.append(piece)
    except ConnectionResetError:
        pass
    return Told(b"".join(pieces))


def one_answer(opened: socket.socket) -> Told:
    """One answer with a Content-Length, or what there is when the server closes before."""
    octets = b""
    while b"\r\n\r\n" not in octets:
        piece = opened.recv(65_536)
        if not piece:
            return Told(octets)
        octets += piece
    head, _, body = octets.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    while len(body) < int(fields.get(b"content-length", 0)):
        body += opened.recv(65_536)
    return Told(head + b"\r\n\r\n" + body)


def exchange(user: Client, method: str, target: str) -> Told:
    """A request whose target is sent as it is."""
    authorization = user.credentials["Authorization"]
    length = "Content-Length: 0\r\n" if method == "POST" else ""
    with connected(user.url) as opened:
        request = (
            f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {authorization}\r\n{length}"
            "Connection: close\r\n\r\n"
        )
        opened.sendall(request.encode("latin-1"))
        return until_end(opened)
