"""Listening for LMTP: who may connect, how many at a time, and an end that loses nothing.

LMTP has no authentication, so on a network only addresses that the configuration names may deliver; a Unix socket is
guarded by its permissions.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from socket import AF_UNIX, socket
from typing import Final, Protocol, TypeAlias

from angarium.protocols.lmtp import replies
from angarium.protocols.lmtp.dialogue import Dialogue, Session, Terms
from angarium.protocols.lmtp.reception import Reception
from angarium.protocols.lmtp.replies import Reply
from angarium.protocols.lmtp.stream import Stream

Networks: TypeAlias = Sequence[IPv4Network | IPv6Network]

GRACE_SECONDS: Final = 10.0
_SWEEP_SECONDS: Final = 1.0

_log = logging.getLogger(__name__)


class Elsewhere(Protocol):
    """Other processes that serve connections."""

    @property
    def connections(self) -> int:
        """How many they serve."""
        ...

    def take(self, connection: int, session: Session, octets: bytes) -> bool:
        """Go on with a connection, given by its handle and what was read of it already; false to leave it."""
        ...


class LmtpServer:
    """Serves connections of one bound socket, or such as it is given; some may go on elsewhere.

    `networks` are those that may deliver over TCP; `over` hears of every connection that has ended.
    """

    def __init__(
        self,
        reception: Reception,
        terms: Terms,
        networks: Networks = (),
        most_connections: int = 0,
        elsewhere: Elsewhere | None = None,
        over: Callable[[], None] = lambda: None,
    ) -> None:
        self._reception = reception
        self._terms = terms
        self._networks = networks
        self._most = most_connections
        self._elsewhere = elsewhere
        self._told_over = over
        self._running: dict[asyncio.Task[None], Stream] = {}
        self.streams: set[Stream] = set()
        """Every connection."""
        self._server: asyncio.Server | None = None
        self._sweeping: asyncio.TimerHandle | None = None

    async def start(self, bound: socket | None = None) -> None:
        """Begin to serve, and to listen where there is a bound socket."""
        loop = asyncio.get_running_loop()
        if bound is not None and bound.family == AF_UNIX:
            self._server = await loop.create_unix_server(self._connection, sock=bound)
        elif bound is not None:
            self._server = await loop.create_server(self._connection, sock=bound)
        self._sweep()

    async def adopt(self, connection: socket, session: Session, octets: bytes) -> None:
        """Go on with a session that was begun elsewhere, from what was read of its connection already."""

        def begin(stream: Stream, _peer: str) -> None:
            stream.give_back(octets)
            self._talk(stream, session)

        loop = asyncio.get_running_loop()
        await loop.connect_accepted_socket(lambda: _Connection(begin, self._over), connection)

    async def stop(self) -> None:
        """Stop listening, let what is being stored be told, close every connection."""
        if self._sweeping is None:
            return
        if self._server is not None:
            self._server.close()
        for stream in self._running.values():
            stream.end()
        if self._running:
            await asyncio.wait(self._running, timeout=GRACE_SECONDS)
        for stream in list(self.streams):
            stream.abort()
        self._sweeping.cancel()
        self._sweeping = None

    def _connection(self) -> "_Connection":
        return _Connection(self._begin, self._over)

    def _begin(self, stream: Stream, peer: str) -> None:
        """A client has connected; `peer` is its address, '' at a Unix socket."""
        refusal = self._refusal(peer)
        if refusal is not None:
            self.streams.add(stream)
            _log.warning("lmtp connection refused peer=%s reason=%s", peer or "local", refusal.text)
            stream.say(refusal.encoded())
            stream.close()
            return
        self._talk(stream, Session(peer or "local"))

    def _talk(self, stream: Stream, session: Session) -> None:
        self.streams.add(stream)
        leave = self._leave if self._elsewhere else None
        task = asyncio.ensure_future(self._run(Dialogue(stream, self._reception, self._terms, session, leave)))
        self._running[task] = stream
        task.add_done_callback(self._running.pop)

    def _leave(self, stream: Stream, session: Session, line: bytes) -> bool:
        elsewhere = self._elsewhere
        return elsewhere is not None and stream.hand_over(
            lambda connection, ahead: elsewhere.take(connection, session, line + ahead)
        )

    def _over(self, stream: Stream) -> None:
        self.streams.discard(stream)
        self._told_over()

    async def _run(self, dialogue: Dialogue) -> None:
        try:
            await dialogue.run()
        except Exception:
            _log.exception("lmtp session failed")

    def _refusal(self, peer: str) -> Reply | None:
        if peer and not any(ip_address(peer) in network for network in self._networks):
            return replies.STRANGER
        elsewhere = self._elsewhere.connections if self._elsewhere else 0
        return replies.CROWDED if len(self._running) + elsewhere >= self._most else None

    def _sweep(self) -> None:
        """Look at the bounds of every connection, once a second."""
        loop = asyncio.get_running_loop()
        for stream in list(self.streams):
            stream.expire(loop.time())
        self._sweeping = loop.call_later(_SWEEP_SECONDS, self._sweep)


class _Connection(Stream):
    """A stream that tells the server of its beginning and its end."""

    def __init__(self, begin: Callable[[Stream, str], None], over: Callable[[Stream], None]) -> None:
        super().__init__()
        self._begin = begin
        self._over = over

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        super().connection_made(transport)
        name = transport.get_extra_info("peername")
        self._begin(self, _address(name[0]) if isinstance(name, tuple) else "")

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        super().connection_lost(exc)
        self._over(self)


def _address(host: str) -> str:
    """A peer as its network is written: an IPv4 address that came over IPv6 as what it is, without its zone."""
    address = ip_address(host.partition("%")[0])
    return str(getattr(address, "ipv4_mapped", None) or address)
