"""One WebSocket after its handshake: frames to messages and back, with bounds on octets and time (RFC 6455).

The frames themselves are the library's. Here is what it leaves open: when to read on, how long a message may take, that
a silent peer is asked whether it is there, and how a connection ends. What messages mean is for the `Talk`.
"""

import asyncio
import logging
from collections.abc import Callable
from math import inf
from typing import Protocol

from websockets.datastructures import Headers
from websockets.exceptions import PayloadTooBig
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import SERVER, State
from websockets.protocol import Protocol as Frames
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from angarium.protocols.http.exchange import Exchange
from angarium.protocols.http.problem import Problem
from angarium.protocols.http.unread import Unread

_frames_log = logging.getLogger(f"{__name__}.frames")
_frames_log.setLevel(logging.WARNING)  # the library tells of every connection

PING_SECONDS = 45.0
"""Seconds of silence after which the peer is asked for a sign of life: less than proxies wait for one."""

SILENT_SECONDS = 20.0
"""Seconds that the peer has to give it."""

MESSAGE_SECONDS = 20.0
MESSAGE_PACE = 4_096
"""Octets a second that a message must bring on average after its first seconds."""

CLOSE_SECONDS = 5.0
"""Seconds that the peer has to close after we did."""

_SLICE = 16_384
"""Octets looked at in one turn of the loop: the smallest frame has six, and others want their turn."""


class Talk(Protocol):
    """What the messages of a connection go to; everything is called on the event loop."""

    def take(self, message: bytes) -> None:
        """A whole message came."""
        ...

    def too_large(self) -> bytes:
        """What to say to a message over the limit, before the connection is closed."""
        ...

    def drained(self) -> None:
        """The peer reads again: what was held back may be sent."""
        ...

    def end(self) -> None:
        """The server ends: close once what has begun is answered."""
        ...

    def gone(self) -> None:
        """The connection is no more."""
        ...


def agree(exchange: Exchange, subprotocol: str, limit: int) -> tuple[bytes, "WebSocket"]:
    """The answer that agrees to WebSocket and the connection to be; `limit` is the octets that a message may have.

    Raises Problem for a request that does not ask for it as RFC 6455 §4.2.1 says, or not for the subprotocol.
    """
    server = ServerProtocol(subprotocols=[Subprotocol(subprotocol)], logger=_frames_log)
    headers = Headers([(name.decode("latin-1"), value.decode("latin-1")) for name, value in exchange.scope["headers"]])
    protocol = f"HTTP/{exchange.scope['http_version']}"
    answer = server.accept(Request(exchange.path, headers, method=exchange.method, protocol=protocol))
    if answer.status_code != 101:
        more = tuple((b"upgrade", b"websocket") for _ in answer.headers.get_all("Upgrade"))
        raise Problem(answer.status_code, f"This is no request for WebSocket: {server.handshake_exc}.", headers=more)
    return answer.serialize(), WebSocket(Frames(SERVER, max_size=limit, logger=_frames_log))


class WebSocket(asyncio.Protocol):
    """The protocol of a connection that has agreed to WebSocket; `talk` must be set before it is used."""

    def __init__(self, frames: Frames) -> None:
        self.talk: Talk
        self.on_gone: Callable[[], None] = lambda: None
        self.blocked = False
        """Whether the peer does not read what was sent; what can wait should not be sent then."""
        self._frames = frames
        self._transport: asyncio.Transport
        self._loop = asyncio.get_running_loop()
        self._failed = False
        self._paused = False
        self._waiting = bytearray()
        self._pumping = False
        self._parts: bytearray | None = None
        self._began = inf
        self._received = 0
        self._unread = Unread()
        self._heard = self._loop.time()
        self._asked = inf

    # What is sent

    def send(self, message: bytes) -> None:
        """Send a message; nothing after `close`."""
        if self._frames.state is State.OPEN and not self._transport.is_closing():
            self._frames.send_text(message)
            self._flush()

    def close(self, code: int, reason: str) -> None:
        """Begin to close: the peer shall answer in kind."""
        if self._frames.state is State.OPEN and not self._transport.is_closing():
            self._frames.send_close(code, reason)
            self._loop.call_later(CLOSE_SECONDS, self._transport.abort)
            self._flush()

    # What comes in

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # it is a stream
        """Take the connection."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take octets."""
        self._heard, self._asked = self._loop.time(), inf
        self._waiting += data
        if not self._pumping:
            self._pump()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- why does not matter
        """Let go."""
        self._waiting.clear()
        self.on_gone()
        self.talk.gone()

    def pause_writing(self) -> None:
        """The peer does not read: nothing more is read from it either."""
        self.blocked = True
        self._read_on(False)

    def resume_writing(self) -> None:
        """The peer reads again."""
        self.blocked = False
        self.talk.drained()
        if not self._pumping:
            self._pump()

    def _pump(self) -> None:
        """Look at a slice of what came, and at the rest in a later turn."""
        self._pumping = False
        if self._waiting and not self.blocked:
            piece = bytes(self._waiting[:_SLICE])
            del self._waiting[:_SLICE]
            self._feed(piece)
        if self._waiting and not self.blocked:
            self._pumping = True
            self._loop.call_soon(self._pump)
        self._read_on(not self._waiting and not self.blocked)

    def _read_on(self, wanted: bool) -> None:
        if self._paused is not wanted or self._transport.is_closing():
            return
        self._paused = not wanted
        if wanted:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()

    def _feed(self, piece: bytes) -> None:
        frames = self._frames
        if frames.eof_sent:
            return  # what comes after a failure is dropped
        frames.receive_data(piece)
        for frame in frames.events_received():
            if isinstance(frame, Frame) and not self._failed:
                self._take(frame)
        if isinstance(frames.parser_exc, PayloadTooBig):
            # Before the Close frame, which the library has ready.
            self._transport.write(Frame(Opcode.TEXT, self.talk.too_large()).serialize(mask=False))
        self._watch(len(piece))
        self._flush()

    def _take(self, frame: Frame) -> None:
        if frame.opcode is Opcode.BINARY:
            self._fail(CloseCode.UNSUPPORTED_DATA, "only text is spoken here")
        elif frame.opcode is Opcode.TEXT and frame.fin:
            self._whole(bytes(frame.data))
        elif frame.opcode is Opcode.TEXT:
            self._parts = bytearray(frame.data)
        elif frame.opcode is Opcode.CONT and self._parts is not None:
            self._parts += frame.data
            if frame.fin:
                message, self._parts = bytes(self._parts), None
                self._whole(message)

    def _whole(self, message: bytes) -> None:
        self._began, self._received = inf, 0
        if not message.isascii():
            try:
                message.decode()
            except UnicodeDecodeError:  # RFC 6455 §8.1
                self._fail(CloseCode.INVALID_DATA, "a message must be UTF-8")
                return
        self.talk.take(message)

    def _fail(self, code: CloseCode, reason: str) -> None:
        self._failed = True
        if not self._frames.eof_sent:
            self._frames.fail(code, reason)

    def _watch(self, octets: int) -> None:
        """Note how long an unfinished message has been coming."""
        if self._parts is None and not self._frames.reader.buffer:
            self._began, self._received = inf, 0
        elif self._began == inf:
            self._began, self._received = self._loop.time(), octets
        else:
            self._received += octets

    def _flush(self) -> None:
        """Write what the library has ready; an empty piece is the end."""
        for octets in self._frames.data_to_send():
            if octets:
                self._transport.write(octets)
            elif self._frames.close_rcvd is not None:
                self._transport.close()
            else:
                # What the peer still sends is read and dropped for a moment: a reset could overtake our last words.
                self._loop.call_later(CLOSE_SECONDS, self._transport.abort)
                if self._transport.can_write_eof():
                    self._transport.write_eof()

    # Bounds

    def expire(self, now: float) -> None:
        """Called once a second: give up a peer that is over one of its bounds, ask a silent one."""
        if self._unread.stuck(self._transport, now) or now > self._asked + SILENT_SECONDS:
            self._transport.abort()
        elif self._frames.state is not State.OPEN:
            return
        elif now > self._began + MESSAGE_SECONDS + self._received / MESSAGE_PACE:
            self._fail(CloseCode.POLICY_VIOLATION, "a message must come within seconds")
            self._flush()
        elif now > self._heard + PING_SECONDS and self._asked == inf:
            self._asked = now
            self._frames.send_ping(b"")
            self._flush()

    def shutdown(self) -> None:
        """The server ends."""
        self.talk.end()
