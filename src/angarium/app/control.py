"""The socket in the data folder through which other processes reach a running server's writer: frames, and a client.

A frame is two lengths (of its head, 4 octets, and of its payload, 8 octets, big-endian), a head of JSON, and a payload
of octets. A call's head is {"id", "call", "arguments"}; an answer's is {"id", "result"} or {"id", "error": [kind,
text]}, where `"more": true` says that further answers follow; the first to a subscription only says that it began.
Only the owner of the data folder may connect.
"""

import os
import socket
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from angarium.formats import json
from angarium.formats.json import JSON

NAME = "control.sock"
LENGTHS = struct.Struct(">IQ")
LONGEST_HEAD = 16_000_000
LONGEST_PAYLOAD = 256_000_000
_LONGEST_PATH = 100


class ControlError(Exception):
    """A call that was not done: `kind` is one word for programs, `text` is for people."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind
        self.text = text


def frame(head: Mapping[str, JSON], payload: bytes = b"") -> bytes:
    """A frame as it is sent."""
    encoded = json.dumps(dict(head))
    return LENGTHS.pack(len(encoded), len(payload)) + encoded + payload


def lengths(prefix: bytes) -> tuple[int, int]:
    """The lengths of head and payload; ControlError when no frame of ours is that long."""
    head, payload = LENGTHS.unpack(prefix)
    if head > LONGEST_HEAD or payload > LONGEST_PAYLOAD:
        raise ControlError("frame", "a frame is too long")
    return int(head), int(payload)


def head_of(encoded: bytes) -> dict[str, JSON]:
    """The head of a frame that our own side wrote."""
    return cast("dict[str, JSON]", json.loads(encoded))


def result_of(head: Mapping[str, JSON]) -> JSON:
    """The result in an answer; raises the ControlError in it."""
    match head.get("error"):
        case [str(kind), str(text)]:
            raise ControlError(kind, text)
    return head.get("result")


@contextmanager
def reachable(path: Path) -> Iterator[str]:
    """A name for the socket that fits the few octets that the system has for one, whatever its folder is called."""
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


class ControlClient:
    """Calls a running server, one call at a time; OSError when none listens."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with reachable(path) as name:
                self._socket.connect(name)
        except OSError:
            self._socket.close()
            raise
        self._stream = self._socket.makefile("rb")

    def call(self, name: str, arguments: Mapping[str, JSON], payload: bytes = b"") -> tuple[JSON, bytes]:
        """Do an operation and wait for its answer; ControlError when it was not done or the server has gone."""
        try:
            self._socket.sendall(frame({"id": 0, "call": name, "arguments": dict(arguments)}, payload))
            head_size, payload_size = lengths(self._exactly(LENGTHS.size))
            head = head_of(self._exactly(head_size))
            answer = self._exactly(payload_size)
        except OSError as error:
            raise ControlError("gone", f"the server has gone: {error}") from error
        return result_of(head), answer

    def close(self) -> None:
        """Let go of the server."""
        self._stream.close()
        self._socket.close()

    def _exactly(self, octets: int) -> bytes:
        read = self._stream.read(octets)
        if len(read) < octets:
            raise ControlError("gone", "the server has gone")
        return read
