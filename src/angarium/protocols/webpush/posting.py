"""One POST to a push service: to a permitted address, bounded in time and octets, following nothing.

A connection serves one push: what is pushed is rare and small, and nothing that a stranger's server could keep open or
fill up outlives its answer.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple

from angarium.protocols.webpush.targets import Target, Targets

if TYPE_CHECKING:
    import h11

_SECONDS = 15.0
_CONNECT_SECONDS = 10.0
_ANSWER_OCTETS = 16_384
_ADDRESSES = 3
_LONGEST_WAIT = 3600.0


class NotPermitted(Exception):
    """The host is at no address to which a push may go."""


class NotSent(Exception):
    """No request reached the service: no address, no connection, no trust."""


class NotAnswered(Exception):
    """The request left, and no answer that could be understood came back."""


class Answered(NamedTuple):
    """The status, and how many seconds the service wants us to wait, None when it does not say."""

    status: int
    wait: float | None


class Poster:
    """Sends; `clock` gives epoch seconds."""

    def __init__(self, targets: Targets, clock: Callable[[], float], seconds: float = _SECONDS) -> None:
        self._targets = targets
        self._clock = clock
        self._seconds = seconds
        self._trust: ssl.SSLContext | None = None

    async def post(self, target: Target, headers: Sequence[tuple[str, str]], body: bytes) -> Answered:
        """The answer's head; raises NotPermitted, NotSent or NotAnswered."""
        import h11  # not before the first push

        deadline = asyncio.get_running_loop().time() + self._seconds
        reader, writer = await self._connect(target, deadline)
        try:
            async with asyncio.timeout_at(deadline):
                return await self._exchange(reader, writer, target, headers, body)
        except (OSError, TimeoutError, h11.ProtocolError, asyncio.IncompleteReadError) as error:
            raise NotAnswered(str(error) or type(error).__name__) from error
        finally:
            writer.transport.abort()

    async def _connect(self, target: Target, deadline: float) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to an address that was judged, and to no other that the name may have a moment later."""
        reason = "it has no address"
        for address in await self._addresses(target, deadline):
            try:
                async with asyncio.timeout_at(min(deadline, asyncio.get_running_loop().time() + _CONNECT_SECONDS)):
                    if target.scheme == "http":
                        return await asyncio.open_connection(address, target.port)
                    return await asyncio.open_connection(
                        address, target.port, ssl=self._secured(), server_hostname=target.host
                    )
            except (OSError, TimeoutError) as error:  # ssl.SSLError is an OSError
                reason = str(error) or type(error).__name__
        raise NotSent(reason)

    async def _addresses(self, target: Target, deadline: float) -> list[str]:
        try:
            async with asyncio.timeout_at(deadline):
                found = await resolve(target.host, target.port)
        except (OSError, TimeoutError, UnicodeError) as error:
            raise NotSent(str(error) or type(error).__name__) from error
        permitted = [address for address in found if self._targets.permits(address)]
        if found and not permitted:
            raise NotPermitted("its address is in a network that is not public")
        return permitted[:_ADDRESSES]

    def _secured(self) -> ssl.SSLContext:
        """What this machine trusts; read when it is first needed."""
        self._trust = self._trust or ssl.create_default_context()
        return self._trust

    async def _exchange(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        target: Target,
        headers: Sequence[tuple[str, str]],
        body: bytes,
    ) -> Answered:
        import h11

        connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=_ANSWER_OCTETS)
        sent = [("Host", target.authority), ("Content-Length", str(len(body))), ("Connection", "close"), *headers]
        request = h11.Request(method="POST", target=target.path, headers=sent)
        head, content = connection.send(request), connection.send(h11.Data(data=body))
        writer.write((head or b"") + (content or b""))
        connection.send(h11.EndOfMessage())
        await writer.drain()
        received = 0
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Response):
                return Answered(event.status_code, self._wait(event))
            if event is h11.NEED_DATA:
                octets = await reader.read(4_096)
                received += len(octets)
                if not octets or received > _ANSWER_OCTETS:
                    raise asyncio.IncompleteReadError(b"", None)
                connection.receive_data(octets)

    def _wait(self, answer: "h11.Response") -> float | None:
        """RFC 9110 §10.2.3: seconds, or a date."""
        value = next((value.decode("latin-1") for name, value in answer.headers if name == b"retry-after"), "").strip()
        if value.isascii() and value.isdigit() and len(value) < 10:
            return min(float(value), _LONGEST_WAIT)
        try:
            return min(max(0.0, parsedate_to_datetime(value).timestamp() - self._clock()), _LONGEST_WAIT)
        except (ValueError, OverflowError):
            return None


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, each once."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
