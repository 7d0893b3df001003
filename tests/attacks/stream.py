"""An open event source, read line by line on its own socket."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.client import Client

PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream."""

    name: str
    data: Any
    id: str


class Stream:
    """The reading side; `status` is that of the answer, `events` come until the server ends the stream."""

    def __init__(self, opened: socket.socket) -> None:
        self.socket = opened
        self._file = opened.makefile("rb")
        self.status = int(self._file.readline().split(b" ")[1])
        self.head = b"".join(iter(self._file.readline, b"\r\n"))
        self._chunked = b"transfer-encoding: chunked" in self.head.lower()
        self.events = self._events()

    def close(self) -> None:
        self._file.close()

    def _lines(self) -> Iterator[bytes]:
        rest = b""
        while piece := self._piece():
            *lines, rest = (rest + piece).split(b"\n")
            yield from lines

    def _piece(self) -> bytes:
        if not self._chunked:
            return self._file.readline()
        size = int(self._file.readline().strip() or b"0", 16)
        piece = self._file.read(size)
        self._file.readline()
        return piece

    def _events(self) -> Iterator[Event]:
        fields: dict[str, str] = {}
        for line in self._lines():
            name, _, value = line.decode().partition(":")
            if name:
                fields[name] = value.strip()
            elif "data" in fields:
                yield Event(fields.get("event", "message"), json.loads(fields["data"]), fields.get("id", ""))
                fields = {}

    def ended(self) -> bool:
        """Whether the server ends the stream, whatever comes before."""
        for _ in self.events:
            pass
        return True


@contextmanager
def listening(user: Client, query: str = "types=*&closeafter=no&ping=0", last: str = "") -> Iterator[Stream]:
    """An event source of this user."""
    parts = urlsplit(user.url)
    resume = f"Last-Event-ID: {last}\r\n" if last else ""
    with socket.create_connection((parts.hostname or "", parts.port or 0), PATIENCE) as opened:
        opened.sendall(
            f"GET /jmap/eventsource/?{query} HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: {user.credentials['Authorization']}\r\n{resume}\r\n".encode()
        )
        stream = Stream(opened)
        try:
            yield stream
        finally:
            stream.close()
