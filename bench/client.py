"""A keep-alive HTTP/1.1 client on one blocking socket, so thin that its own time hardly counts in what is measured.

Only HTTP may live here: no JMAP. It reads responses with a Content-Length or in chunks and counts the octets on the
wire; it does not decompress, redirect, or retry (except on a kept connection that the server has since closed).
"""

import socket
import ssl
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_TIMEOUT = 120  # seconds without an octet
_CHUNK = 262_144
_MAX_HEAD = 65_536
_PORTS = {"http": 80, "https": 443}


class HttpError(Exception):
    """The server did not speak HTTP/1.1, or closed in the middle of an answer."""


@dataclass(frozen=True, slots=True)
class Response:
    """Status, headers (lower-case names), the body as sent (still compressed), and the octets of the whole response."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    wire_size: int


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port of a server."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> Self:
        """The origin of an absolute http or https URL (ValueError)."""
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError(f"not an absolute http or https URL: {url!r}")
        return cls(parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme])


def path_of(url: str) -> str:
    """The request target of an absolute URL: path and query."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def render(method: str, path: str, origin: Origin, headers: Mapping[str, str], body: bytes | None = None) -> bytes:
    """The octets of a request; a ``body`` of None has no Content-Length."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {origin.host}:{origin.port}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")


class Connection:
    """One connection to an origin, opened on first use; ``cpu`` is the seconds of this thread that requests took.

    A ``quick`` one acknowledges at once what it receives, where the kernel may otherwise wait for 40 ms: so long does
    a server wait that sends an answer in pieces and lets Nagle's algorithm hold back the last.
    """

    def __init__(self, origin: Origin, quick: bool = False) -> None:
        self.origin = origin
        self._quick = quick
        self.cpu = 0.0
        self._socket: socket.socket | None = None
        self._buffer = bytearray()
        self._piece = memoryview(bytearray(_CHUNK))

    @property
    def port(self) -> int:
        """The local port, 0 when nothing is open."""
        return int(self._socket.getsockname()[1]) if self._socket else 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the socket; the next request opens another."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None
        self._buffer.clear()

    def exchange(self, request: bytes) -> Response:
        """Send a rendered request and read its response (HttpError, OSError)."""
        started = time.thread_time()
        kept = self._socket is not None
        try:
            response = self._once(request)
        except (ConnectionError, _ClosedBeforeAnswer):
            self.close()
            if not kept:
                raise
            response = self._once(request)
        if response.headers.get("connection", "").lower() == "close":
            self.close()
        self.cpu += time.thread_time() - started
        return response

    def _once(self, request: bytes) -> Response:
        if self._socket is None:
            self._socket = self._open()
        self._socket.sendall(request)
        head = self._head()
        status, headers = _parse_head(head)
        if headers.get("transfer-encoding", "").lower() == "chunked":
            body, framing = self._chunks()
        else:
            body, framing = self._take(_length(status, headers)), 0
        return Response(status, headers, body, len(head) + 4 + len(body) + framing)

    def _open(self) -> socket.socket:
        opened = socket.create_connection((self.origin.host, self.origin.port), _TIMEOUT)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # The kernel keeps the time: a timeout of Python's own costs a poll for every send and every read.
        opened.settimeout(None)
        limit = struct.pack("ll", _TIMEOUT, 0)
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            opened.setsockopt(socket.SOL_SOCKET, option, limit)
        if self.origin.scheme == "https":
            return ssl.create_default_context().wrap_socket(opened, server_hostname=self.origin.host)
        return opened

    def _fill(self) -> None:
        if self._socket is None:  # pragma: no cover - _once opened it
            raise HttpError("not connected")
        if self._quick:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)  # holds for a moment only (tcp(7))
        # Into one kept piece of memory: a fresh one for each read costs more than the rest of this client.
        count = self._socket.recv_into(self._piece)
        if not count:
            raise _ClosedBeforeAnswer if not self._buffer else HttpError("closed in the middle of an answer")
        self._buffer += self._piece[:count]

    def _head(self) -> bytes:
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > _MAX_HEAD:
                raise HttpError("response headers are too long")
            self._fill()
        head = bytes(self._buffer[:end])
        del self._buffer[: end + 4]
        return head

    def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._need()
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _need(self) -> None:
        try:
            self._fill()
        except _ClosedBeforeAnswer:
            raise HttpError("closed in the middle of an answer") from None

    def _line(self) -> bytes:
        while (end := self._buffer.find(b"\r\n")) < 0:
            self._need()
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return line

    def _chunks(self) -> tuple[bytes, int]:
        parts: list[bytes] = []
        framing = 0
        while size := int((line := self._line()).split(b";")[0], 16):
            parts.append(self._take(size))
            self._take(2)
            framing += len(line) + 4
        framing += len(line) + 2
        while trailer := self._line():
            framing += len(trailer) + 2
        return b"".join(parts), framing + 2


class _ClosedBeforeAnswer(HttpError):
    """A kept connection had been closed by the server: the request was never seen."""


def _parse_head(head: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    version, _, rest = first.partition(" ")
    if version not in ("HTTP/1.1", "HTTP/1.0") or not rest[:3].isdigit():
        raise HttpError(f"not an HTTP/1.1 response: {first[:80]!r}")
    pairs = (line.partition(":") for line in lines)
    return int(rest[:3]), {name.strip().lower(): value.strip() for name, _, value in pairs}


def _length(status: int, headers: Mapping[str, str]) -> int:
    if status in (204, 304):
        return 0
    if "content-length" not in headers:
        raise HttpError("a response with neither Content-Length nor chunks")
    return int(headers["content-length"])
