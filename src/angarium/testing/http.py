"""The HTTP server of a test: it can lose a connection on purpose, and it ends at once instead of in good order."""

import asyncio
from contextlib import suppress
from pathlib import Path
from socket import socket
from typing import Final, cast

from angarium.protocols.http.connection import Connection
from angarium.protocols.http.exchange import Asgi
from angarium.protocols.http.server import HttpServer

DROP: Final = "angarium.drop"
"""The extension of a scope that loses its connection when it is called."""

_TICK: Final = 0.1
_ROUNDS: Final = 200
_ROUND: Final = 0.001


class LosableConnection(Connection):
    """A connection that whoever answers may lose."""

    def on_headers_complete(self) -> None:
        """The head is complete: start to answer, with a way to lose the connection."""
        super().on_headers_complete()
        extensions: dict[str, object] = dict(self.scope.get("extensions") or {})
        extensions[DROP] = self.transport.abort
        self.scope["extensions"] = extensions  # type: ignore[typeddict-item]  # by what its users make of it


class QuickServer(HttpServer):
    """Serves from `begin` until `end`, both on the event loop; `serve` is for other servers."""

    def __init__(self, application: Asgi, certificate: Path | None = None, key: Path | None = None) -> None:
        super().__init__(application, certificate, key)
        self.config.http = LosableConnection
        self._ticking: asyncio.Task[None] | None = None

    async def begin(self, bound: socket) -> None:
        """Listen at a socket."""
        self.config.load()
        self.lifespan = self.config.lifespan_class(self.config)
        await self.startup([bound])
        await self.on_tick(0)
        self._ticking = asyncio.ensure_future(self._tick())

    async def end(self) -> None:
        """Stop listening, and lose what is still open a moment later."""
        if self._ticking is not None:
            self._ticking.cancel()
            with suppress(asyncio.CancelledError):
                await self._ticking
        for server in self.servers:
            server.close()
        for connection in self._open():
            connection.shutdown()
        for _ in range(_ROUNDS):
            if not self.server_state.connections and not self.server_state.tasks:
                break
            await asyncio.sleep(_ROUND)
        for task in tuple(self.server_state.tasks):
            task.cancel()
        self.lose(streams_only=False)
        await asyncio.gather(*self.server_state.tasks, return_exceptions=True)

    def lose(self, *, streams_only: bool) -> None:
        """Lose every connection, or those that have switched to WebSocket."""
        for connection in self._open():
            if not streams_only or not isinstance(connection, Connection):
                # What has switched keeps its transport to itself.
                (getattr(connection, "transport", None) or getattr(connection, "_transport")).abort()  # noqa: B009

    def _open(self) -> list[Connection]:
        return cast("list[Connection]", list(self.server_state.connections))

    async def _tick(self) -> None:
        counter = 0
        while True:
            await asyncio.sleep(_TICK)
            counter = (counter + 1) % 864_000
            await self.on_tick(counter)
