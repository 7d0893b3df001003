"""One HTTP connection: the parser's strictness with bounds on octets and time, which the server lacks.

Heads are bounded in size and time, bodies in pace, answers in how long a client may leave them unread, and what is
sent after a refusal in how much of it is read. One sweep a second looks at all connections, so that a bound costs a
request nothing but an assignment. A request to change to WebSocket may be taken up by whoever answers it; all others
go on in this protocol (RFC 9110 §7.8).
"""

import asyncio
from collections.abc import Callable
from math import inf
from typing import Any, Protocol

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from angarium.protocols.http.body import ClientGone
from angarium.protocols.http.problem import MEDIA_TYPE, Problem
from angarium.protocols.http.together import Together
from angarium.protocols.http.unread import Unread

HEAD_OCTETS = 32_768
HEAD_FIELDS = 100
HEAD_SECONDS = 10.0
BODY_SECONDS = 20.0
BODY_PACE = 4_096
"""Octets a second that a body must bring on average after its first seconds."""

REFUSED_OCTETS = 100_000_000
"""Octets of a refused body that are read and dropped, so that the client sees the refusal rather than a reset."""


HELD_OCTETS = 65_536
"""Octets that are kept of what a client sends behind its request for WebSocket, before it has an answer."""

SWITCH = "angarium.switch"
"""The extension of a scope whose request asks for WebSocket: a `Switch`."""


class Refused(Exception):
    """The head of a request is not one that is served."""


class Switched(Protocol):
    """What a connection speaks after it has left HTTP; the server ends and sweeps it like any other connection."""

    on_gone: Callable[[], None]
    """Must be called once when the connection is lost."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Take the connection."""
        ...

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        ...

    def expire(self, now: float) -> None:
        """Called once a second."""
        ...

    def shutdown(self) -> None:
        """The server ends."""
        ...


Switch = Callable[[bytes, Switched], None]
"""Sends the answer that agrees to the change and hands the connection over; raises ClientGone."""


class Connection(HttpToolsProtocol):
    """The protocol that the server makes for each connection."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.deadline = inf
        self._completed = False
        self._in_body = False
        self._head_octets = 0
        self._body_began = 0.0
        self._body_octets = 0
        self._refusal = Problem(400, "This is no valid HTTP request.")
        self._held: bytearray | None = None
        self._unread = Unread()

    # What comes in

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in the parent
        """Begin to wait for a first request."""
        super().connection_made(transport)
        self.deadline = self.loop.time() + HEAD_SECONDS

    def data_received(self, data: bytes) -> None:
        """Take octets; those of an unfinished head are counted, also when the parser only gathers them."""
        if self._held is not None:
            self._hold(self._held, data)
            return
        self.deadline = self.deadline if self._in_body or self._head_octets else inf
        self._completed = False
        self._head_octets += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._offered(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self.send_400_response("")
        if self._in_body:
            self._pace(len(data))
        elif not self._completed and not self.transport.is_closing():
            self._bound_head()

    def on_message_begin(self) -> None:
        """A request begins, perhaps in the octets that ended another."""
        self._completed = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is complete: start to answer, when it is within bounds."""
        if len(self.headers) > HEAD_FIELDS:
            self._refusal = Problem(431, f"A request may have at most {HEAD_FIELDS} header fields.")
            raise Refused
        if self._head_octets > HEAD_OCTETS and self._size_of_head() > HEAD_OCTETS:
            self._refusal = _large_head()
            raise Refused
        if [name for name, _ in self.headers].count(b"host") != 1 and self.parser.get_http_version() == "1.1":
            self._refusal = Problem(400, "A request must have one Host header.")  # RFC 9112 §3.2
            raise Refused
        super().on_headers_complete()
        together = Together(self.transport, self.on_response_complete)
        self.cycle.transport = together  # type: ignore[assignment]  # it has all that an answer uses
        self.cycle.on_response = together.end
        if self.parser.should_upgrade() and self._get_upgrade() == b"websocket":
            self.scope["extensions"] = {SWITCH: self._switch}  # type: ignore[dict-item]  # by what its users make of it
        self._in_body = True
        self._body_octets = 0
        self._body_began = 0.0

    def on_message_complete(self) -> None:
        """The request is complete; the next may come at any time."""
        self._in_body = False
        self._completed = True
        self._head_octets = 0
        self.deadline = inf
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The next request may take as long as connections are kept: the sweep ends them, not a timer for each."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        held, self._held = self._held, None
        if held is not None:
            self._stay(bytes(held))
        elif self._completed:
            self.deadline = self.loop.time() + self.timeout_keep_alive

    def _size_of_head(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _bound_head(self) -> None:
        """A part of a head came: the rest must come in time."""
        self._head_octets = self._head_octets or 1
        if self.deadline == inf:
            self.deadline = self.loop.time() + HEAD_SECONDS
        if self._head_octets > HEAD_OCTETS:
            self._refusal = _large_head()
            self.send_400_response("")

    def _pace(self, octets: int) -> None:
        """More of a body came: it may go on for as long as its pace is right."""
        self._head_octets = 0
        self._body_began = self._body_began or self.loop.time()
        self._body_octets += octets
        self.deadline = self._body_began + BODY_SECONDS + self._body_octets / BODY_PACE
        if self._body_octets > REFUSED_OCTETS and self.cycle.response_complete:
            self.transport.close()

    # Offers to change the protocol

    def _offered(self, rest: bytes) -> None:
        """An offer to change the protocol: what follows one for WebSocket waits for its answer."""
        if SWITCH in self.scope.get("extensions", ()) and not self._framing():
            self._held = bytearray()
            self._hold(self._held, rest)
        else:
            self._stay(rest)

    def _hold(self, held: bytearray, data: bytes) -> None:
        held += data
        if len(held) > HELD_OCTETS:
            self.flow.pause_reading()

    def _switch(self, head: bytes, switched: Switched) -> None:
        """Leave HTTP: send the answer that says so, and hand over the connection with what came already."""
        held, self._held = self._held, None
        if held is None or self.transport.is_closing():
            raise ClientGone
        connections: set[Any] = self.connections
        connections.discard(self)
        connections.add(switched)
        switched.on_gone = lambda: connections.discard(switched)
        self.cycle.disconnected = True  # nothing more is answered in HTTP
        self.transport.write(head)
        self.transport.set_protocol(switched)  # type: ignore[arg-type]  # it has all that a transport calls
        switched.connection_made(self.transport)
        self.flow.resume_reading()
        if held:
            self.loop.call_soon(switched.data_received, bytes(held))

    def _framing(self) -> list[tuple[bytes, bytes]]:
        """The fields that say that a body follows."""
        return [pair for pair in self.headers if pair[0] in (b"content-length", b"transfer-encoding")]

    def _stay(self, rest: bytes) -> None:
        """Go on in HTTP/1.1: the parser took the request to have no body, a fresh one is told of it."""
        fields = self._framing()
        if fields:
            again = _Again(self)
            self.parser = httptools.HttpRequestParser(again)
            self.cycle.more_body = True
            self._in_body = True
            head = b"".join(b"%s: %s\r\n" % pair for pair in fields)
            self.parser.feed_data(b"POST / HTTP/1.1\r\n%s\r\n" % head)
            again.telling = False
        if rest:
            self._head_octets -= len(rest)
            self.data_received(rest)

    # Bounds

    def expire(self, now: float) -> None:
        """Called once a second: close the connection when it is over one of its bounds."""
        if now > self.deadline:
            if self.flow.read_paused and self._in_body:  # we, not the client, are slow
                self.deadline = now + BODY_SECONDS
            else:
                self._give_up()
        if self._unread.stuck(self.transport, now):
            self.transport.abort()

    def _give_up(self) -> None:
        """The client was too slow: tell it, when nothing was answered yet."""
        self.deadline = inf
        if not self._in_body and self._head_octets:
            self._refusal = Problem(408, f"The head of a request must come within {HEAD_SECONDS:.0f} seconds.")
            self.send_400_response("")
        else:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 -- the parent's words are about its own problem
        """Refuse what is no request, with problem details, and close; an answer under way is cut off."""
        if self.transport.is_closing():
            return
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or cycle.response_complete or not (cycle.response_started or self.pipeline):
            body = self._refusal.body()
            self.transport.write(
                b"HTTP/1.1 %d Refused\r\ncontent-type: %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s"
                % (self._refusal.status, MEDIA_TYPE, len(body), body)
            )
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
        self.transport.close()


class _Again:
    """What a fresh parser calls: not the connection while it is told again of a head, the connection after that."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.telling = True
        self.on_body = connection.on_body
        self.on_message_complete = connection.on_message_complete

    def on_message_begin(self) -> None:
        """Begin the next request."""
        if not self.telling:
            self._connection.on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Take the target of the next request."""
        if not self.telling:
            self._connection.on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field of the next request."""
        if not self.telling:
            self._connection.on_header(name, value)

    def on_headers_complete(self) -> None:
        """Start to answer the next request."""
        if not self.telling:
            self._connection.on_headers_complete()


def _large_head() -> Problem:
    return Problem(431, f"The head of a request may have at most {HEAD_OCTETS} octets.")
