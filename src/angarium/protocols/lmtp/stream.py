"""The octets of one connection: lines and pieces to wait for, and replies that leave together.

Replies gather until they are flushed or the client has to be waited for, so commands that came in one packet can be
answered in one (RFC 2920). What a client sends ahead and what it leaves unread are bounded, in octets and in time.
"""

import asyncio
from collections.abc import Callable
from math import inf
from typing import Final, cast

LONGEST_LINE: Final = 4096
"""Octets of a command line; RFC 5321 §4.5.3.1.4 and the extensions ask for less."""

WAIT_SECONDS: Final = 300.0
"""How long a client may be silent (RFC 5321 §4.5.3.2)."""

UNREAD_SECONDS: Final = 60.0
"""How long a client may leave replies unread."""

_AHEAD: Final = 256 * 1024
_TURN: Final = 32
"""Lines that one connection may have answered before others get their turn."""


class LineTooLong(Exception):
    """A line of more octets than are kept; its end has come, so the next can be read."""


class Silence(Exception):
    """The client said nothing for too long."""


class Ending(Exception):
    """The server ends, and nothing of the client is under way."""


class Stream(asyncio.Protocol):
    """What a dialogue reads from and says to; all methods belong to the event loop."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._seen = 0
        self._said: list[bytes] = []
        self._turn = 0
        self._transport: asyncio.Transport | None = None
        self._reading = True
        self._at_end = False
        self._gone = False
        self._ending = False
        self._closing = False
        self._awaited: asyncio.Future[None] | None = None
        self._drained: asyncio.Future[None] | None = None
        self._deadline = inf

    # What the dialogue does

    async def line(self) -> bytes | None:
        """The next line without its CR LF; None at the end. LineTooLong, Silence, Ending."""
        too_long = False
        while (end := self._buffer.find(b"\r\n", self._seen)) < 0:
            if len(self._buffer) > LONGEST_LINE:
                too_long = True
                del self._buffer[:-1]  # the last may be the CR of its end
            self._seen = max(0, len(self._buffer) - 1)
            if not await self._more():
                return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        self._seen = 0
        if too_long or end > LONGEST_LINE:
            raise LineTooLong
        self._turn += 1
        if self._turn >= _TURN:
            self._turn = 0
            await asyncio.sleep(0)
        return line

    async def piece(self) -> bytes | None:
        """Whatever came, at least an octet; None at the end. Silence, Ending."""
        while not self._buffer:
            if not await self._more():
                return None
        piece = bytes(self._buffer)
        self._buffer.clear()
        self._seen = 0
        return piece

    def give_back(self, rest: bytes) -> None:
        """Put octets back that were read beyond what was wanted."""
        self._buffer[:0] = rest
        self._seen = 0

    def say(self, reply: bytes) -> None:
        """Let a reply leave with the next ones."""
        self._said.append(reply)

    async def flush(self) -> None:
        """Send what was said; waits while the client reads nothing."""
        if self._said and self._transport is not None and not self._gone:
            self._transport.write(b"".join(self._said))
        self._said.clear()
        if self._drained is not None:
            self._deadline = asyncio.get_running_loop().time() + UNREAD_SECONDS
            await self._drained

    def close(self) -> None:
        """Send what was said and close."""
        if self._transport is not None and not self._gone:
            self._transport.write(b"".join(self._said))
            self._transport.close()
            self._closing = True
            self._deadline = asyncio.get_running_loop().time() + UNREAD_SECONDS

    def hand_over(self, take: Callable[[int, bytes], bool]) -> bool:
        """Leave the connection to `take`, which gets its handle with what was read ahead, if it wants it now."""
        transport = self._transport
        if transport is None or self._gone or self._at_end or self._said or transport.get_write_buffer_size():
            return False
        if not take(transport.get_extra_info("socket").fileno(), bytes(self._buffer)):
            return False
        self._gone = True
        transport.abort()  # of our handle alone
        return True

    # What the server does

    def end(self) -> None:
        """End the dialogue as soon as nothing is under way in it."""
        self._ending = True
        if self._awaited is not None and not self._awaited.done():
            self._awaited.set_exception(Ending())

    def expire(self, now: float) -> None:
        """End a wait that has lasted for too long."""
        if now < self._deadline:
            return
        if self._closing or self._drained is not None:
            self.abort()
        elif self._awaited is not None and not self._awaited.done():
            self._awaited.set_exception(Silence())

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    # What the transport tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Take octets; a client that is far ahead has to wait."""
        self._buffer += data
        if self._reading and len(self._buffer) > _AHEAD and self._transport is not None:
            self._transport.pause_reading()
            self._reading = False
        self._wake()

    def eof_received(self) -> bool:
        """The client sends nothing more, but may still read."""
        self._at_end = True
        self._wake()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        del exc
        self._gone = self._at_end = True
        self._wake()
        self.resume_writing()

    def pause_writing(self) -> None:
        """The client does not read as fast as it is answered."""
        if self._drained is None:
            self._drained = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        """It has read what it was sent."""
        if self._drained is not None:
            if not self._drained.done():
                self._drained.set_result(None)
            self._drained = None

    async def _more(self) -> bool:
        """Wait for more octets; false when there are none to come."""
        await self.flush()
        if self._at_end:
            return False
        if self._ending:
            raise Ending
        if not self._reading and self._transport is not None:
            self._transport.resume_reading()
            self._reading = True
        loop = asyncio.get_running_loop()
        self._awaited = loop.create_future()
        self._deadline = loop.time() + WAIT_SECONDS
        self._turn = 0
        try:
            await self._awaited
        finally:
            self._awaited = None
            self._deadline = inf
        return True

    def _wake(self) -> None:
        if self._awaited is not None and not self._awaited.done():
            self._awaited.set_result(None)
