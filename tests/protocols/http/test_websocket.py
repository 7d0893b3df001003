"""The bounds of a WebSocket, with frames that no client library would send."""

import json
import os
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from angarium.datatypes.principals import User
from angarium.protocols.http import unread
from angarium.protocols.http import websocket as bounds
from tests.protocols.served import MAIL, Served, basic, serving, talking

TEXT, BINARY, CLOSE, PING, PONG, CONTINUED = 1, 2, 8, 9, 10, 0


def frame(opcode: int, payload: bytes = b"", last: bool = True, masked: bool = True) -> bytes:
    first = bytes([opcode | (0x80 if last else 0)])
    bit, size = (0x80 if masked else 0), len(payload)
    if size < 126:
        length = bytes([bit | size])
    elif size < 65_536:
        length = struct.pack(">BH", bit | 126, size)
    else:
        length = struct.pack(">BQ", bit | 127, size)
    return first + length + (b"\0\0\0\0" if masked else b"") + payload


def request(identifier: str, text: str = "") -> bytes:
    calls = [["Core/echo", {"text": text}, "c"]]
    value = {"@type": "Request", "id": identifier, "using": MAIL, "methodCalls": calls}
    return json.dumps(value).encode()


class Raw:
    """A connection that has agreed to WebSocket, frame by frame."""

    def __init__(self, opened: socket.socket, user: str = "ann", behind: bytes = b"") -> None:
        self.socket = opened
        head = (
            "GET /jmap/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            f"Sec-WebSocket-Protocol: jmap\r\nAuthorization: {basic(user, 'secret')}\r\n\r\n"
        )
        opened.sendall(head.encode() + behind)
        self._file = opened.makefile("rb")
        answer = b"".join(iter(self._file.readline, b"\r\n"))
        assert answer.startswith(b"HTTP/1.1 101 "), answer
        assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in answer

    def read(self) -> tuple[int, bytes]:
        """Opcode and payload of the next frame; (-1, b"") at the end."""
        head = self._file.read(2)
        if len(head) < 2:
            return -1, b""
        assert head[0] & 0x80
        assert not head[1] & 0x80
        size = head[1]
        if size == 126:
            (size,) = struct.unpack(">H", self._file.read(2))
        elif size == 127:
            (size,) = struct.unpack(">Q", self._file.read(8))
        return head[0] & 0x0F, self._file.read(size)

    def closed(self) -> int:
        """The code of the Close frame, whatever comes before it; 1006 without one."""
        while True:
            opcode, payload = self.read()
            if opcode == CLOSE:
                return int(struct.unpack(">H", payload[:2])[0])
            if opcode == -1:
                return 1006


@contextmanager
def raw(served: Served, behind: bytes = b"") -> Iterator[Raw]:
    with served.connect(20) as opened:
        yield Raw(opened, behind=behind)


def fine(served: Served) -> bool:
    """Whether the server serves others."""
    with talking(served) as talk:
        return bool(talk.ask([], id="fine")["requestId"] == "fine")


@pytest.fixture
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A server whose bounds in seconds are short enough for a test."""
    monkeypatch.setattr(bounds, "PING_SECONDS", 0.5)
    monkeypatch.setattr(bounds, "SILENT_SECONDS", 0.5)
    monkeypatch.setattr(bounds, "MESSAGE_SECONDS", 0.5)
    monkeypatch.setattr(bounds, "MESSAGE_PACE", 1_000_000)
    monkeypatch.setattr(unread, "UNREAD_SECONDS", 1.0)
    with serving(tmp_path) as running:
        running.user("ann")
        yield running


def test_what_is_sent_behind_the_handshake_is_not_lost(served: Served, ann: User) -> None:
    with raw(served, frame(TEXT, request("early"))) as peer:
        assert json.loads(peer.read()[1])["requestId"] == "early"


def test_a_ping_is_answered_in_the_middle_of_a_message(served: Served, ann: User) -> None:
    with raw(served) as peer:
        message = request("split")
        peer.socket.sendall(frame(TEXT, message[:9], last=False) + frame(PING, b"there?"))
        assert peer.read() == (PONG, b"there?")
        peer.socket.sendall(frame(CONTINUED, message[9:]))
        assert json.loads(peer.read()[1])["requestId"] == "split"


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (frame(BINARY, b"{}"), 1003),
        (frame(BINARY, b"{", last=False), 1003),
        (frame(TEXT, b"\xff\xfe"), 1007),
        (frame(TEXT, b"{}", masked=False), 1002),
        (frame(3, b"{}"), 1002),
        (frame(CONTINUED, b"{}"), 1002),
        (frame(TEXT, b"{", last=False) + frame(TEXT, b"}"), 1002),
        (frame(PING, b"x" * 126), 1002),
        (frame(PING, b"x", last=False), 1002),
        (bytes([0xC1]) + frame(TEXT, b"{}")[1:], 1002),
        (frame(CLOSE, b"\x03"), 1002),
        (frame(CLOSE, struct.pack(">H", 1000)), 1000),
    ],
)
def test_what_is_no_text_message_ends_the_conversation_with_a_reason(
    served: Served, ann: User, octets: bytes, code: int
) -> None:
    with raw(served) as peer:
        peer.socket.sendall(octets)
        assert peer.closed() == code
    assert fine(served)


@pytest.mark.parametrize("announced", [10_000_001, 2**40, 2**63 - 1])
def test_a_frame_over_the_limit_is_refused_by_what_it_announces(served: Served, ann: User, announced: int) -> None:
    with raw(served) as peer:
        peer.socket.sendall(struct.pack(">BBQ", 0x81, 0xFF, announced) + b"\0\0\0\0{")
        error = json.loads(peer.read()[1])
        assert (error["@type"], error["limit"], error["status"]) == ("RequestError", "maxSizeRequest", 400)
        assert peer.closed() == 1009


def test_a_frame_over_the_limit_that_is_sent_to_its_end_is_told_so(served: Served, ann: User) -> None:
    with raw(served) as peer:
        peer.socket.sendall(frame(TEXT, b"x" * 10_000_001))
        assert json.loads(peer.read()[1])["limit"] == "maxSizeRequest"
        assert peer.closed() == 1009


def test_fragments_without_end_stop_at_the_limit(served: Served, ann: User) -> None:
    with raw(served) as peer:
        peer.socket.sendall(frame(TEXT, b"[", last=False))
        piece = frame(CONTINUED, b"x" * 1_000_000, last=False)
        for _ in range(10):
            peer.socket.sendall(piece)
        assert json.loads(peer.read()[1])["limit"] == "maxSizeRequest"
        assert peer.closed() == 1009


def test_a_message_of_just_the_limit_is_answered(served: Served, ann: User) -> None:
    with raw(served) as peer:
        text = "x" * (10_000_000 - len(request("most")))
        peer.socket.sendall(frame(TEXT, request("most", text)))
        assert json.loads(peer.read()[1])["requestId"] == "most"


@pytest.mark.parametrize("octets", [frame(TEXT), frame(PING), frame(PONG), frame(TEXT, b"x", last=False)])
def test_a_hundred_thousand_frames_hold_up_nobody(served: Served, ann: User, octets: bytes) -> None:
    with raw(served) as peer, talking(served) as other:
        sent = octets
        if not octets[0] & 0x80:
            sent = octets + frame(CONTINUED, b"", last=False) * 10
        peer.socket.setblocking(False)
        flood, left = sent * (100_000 * len(octets) // len(sent)), 0
        slowest, ended = 0.0, time.monotonic() + 20
        while left < len(flood) and time.monotonic() < ended:
            try:
                left += peer.socket.send(flood[left : left + 65_536])
            except BlockingIOError:
                break  # it is not read from while it does not read
            except OSError:
                break
            began = time.monotonic()
            assert other.ask([], id="o")["requestId"] == "o"
            slowest = max(slowest, time.monotonic() - began)
        assert slowest < 2
    assert fine(served)


def test_one_who_never_reads_is_given_up(impatient: Served) -> None:
    with raw(impatient) as peer:
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        assert _seconds_until_reset(peer, frame(TEXT, request("again", "x" * 90_000)), 0) < 12
    assert fine(impatient)


def test_a_message_that_does_not_come_to_its_end_is_given_up(impatient: Served) -> None:
    for begun in (frame(TEXT, b"{", last=False), frame(TEXT, b"{" * 99)[:-50], b"\x81"):
        with raw(impatient) as peer:
            peer.socket.sendall(begun)
            assert peer.closed() == 1008


def test_a_silent_peer_is_asked_and_then_given_up(impatient: Served) -> None:
    with raw(impatient) as peer:
        assert peer.read() == (PING, b"")
        peer.socket.sendall(frame(PONG))
        assert peer.read() == (PING, b"")
        assert peer.read() == (-1, b"")


def test_one_who_does_not_close_is_closed(served: Served, ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "CLOSE_SECONDS", 0.3)
    with raw(served) as peer:
        peer.socket.sendall(frame(BINARY))
        assert peer.closed() == 1003
        assert _seconds_until_reset(peer, frame(TEXT, os.urandom(1000)), 0.02) < 4


def _seconds_until_reset(peer: Raw, message: bytes, pause: float) -> float:
    """How long the server lets one go on who sends and does not read."""
    began = time.monotonic()
    try:
        while time.monotonic() - began < 15:
            peer.socket.sendall(message)
            time.sleep(pause)
    except OSError:
        pass
    return time.monotonic() - began
