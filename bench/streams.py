"""Connections on which a server tells of changes: an event source and a WebSocket, as thin as ``bench.client``.

Only opening them and reading news may live here (RFC 8620 §7.3, RFC 8887). Frames are read as servers send them, not
masked, and sent with a mask of zeros.
"""

import socket
import struct
from types import TracebackType
from typing import Any, Self

import orjson

from bench.account import Login
from bench.client import HttpError, Origin

_TIMEOUT = 60
_TEXT = 0x81


class Stream:
    """An open connection for news; ``port`` is its local one."""

    def __init__(self, login: Login, target: str, extra: str, status: bytes) -> None:
        origin = Origin.of(login.url)
        self._socket = socket.create_connection((origin.host, origin.port), _TIMEOUT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        head = f"GET {target} HTTP/1.1\r\nHost: {origin.host}:{origin.port}\r\nAuthorization: {login.authorization}\r\n"
        self._socket.sendall(f"{head}{extra}\r\n".encode())
        self._buffer = b""
        answer = self._until(b"\r\n\r\n")
        if not answer.startswith(b"HTTP/1.1 " + status):
            self.close()
            raise HttpError(f"no stream at {target}: {answer[:200]!r}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def port(self) -> int:
        """The local port."""
        return int(self._socket.getsockname()[1])

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def news(self) -> Any:
        """The next StateChange."""
        raise NotImplementedError

    def _fill(self) -> None:
        octets = self._socket.recv(65_536)
        if not octets:
            raise HttpError("the stream ended")
        self._buffer += octets

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._buffer:
            self._fill()
        taken, _, self._buffer = self._buffer.partition(mark)
        return taken

    def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._fill()
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken


class EventSource(Stream):
    """An event source of all types."""

    def __init__(self, login: Login) -> None:
        super().__init__(login, "/jmap/eventsource/?types=*&closeafter=no&ping=0", "", b"200")
        self._until(b"\n\n")  # the first event id: from here on nothing is missed

    def news(self) -> Any:
        """The data of the next state event; what frames its chunk is passed over."""
        while True:
            event = self._until(b"\n\n")
            if b"event: state" in event:
                return orjson.loads(event.rpartition(b"data: ")[2])


class WebSocket(Stream):
    """A WebSocket with pushes of all types enabled."""

    def __init__(self, login: Login) -> None:
        extra = (
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: jmap\r\n"
        )
        super().__init__(login, "/jmap/ws", extra, b"101")
        self._send({"@type": "WebSocketPushEnable", "dataTypes": None, "pushState": "0"})
        self.news()  # what there was before

    def news(self) -> Any:
        """The next message."""
        opcode, size = self._exactly(2)
        if opcode != _TEXT:
            raise HttpError(f"no text frame: {opcode:#x}")
        if size == 126:
            (size,) = struct.unpack(">H", self._exactly(2))
        elif size == 127:
            (size,) = struct.unpack(">Q", self._exactly(8))
        return orjson.loads(self._exactly(size))

    def _send(self, value: Any) -> None:
        text = orjson.dumps(value)
        self._socket.sendall(bytes([_TEXT, 0x80 | len(text)]) + bytes(4) + text)


WAYS: dict[str, type[EventSource] | type[WebSocket]] = {"EventSource": EventSource, "WebSocket": WebSocket}
