"""The HTTP server: its settings, its sweep over the connections, and an end that takes open streams along."""

import asyncio
import ssl
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from typing import cast

from uvicorn import Config, Server

from angarium.protocols.http.connection import Connection, Switched
from angarium.protocols.http.exchange import Asgi

GRACE_SECONDS = 10
KEEP_ALIVE_SECONDS = 75
_TICKS_A_SECOND = 10


class HttpServer(Server):
    """Serves an application; `ready` is called once it listens, `ending` when it begins to end."""

    def __init__(
        self,
        application: Asgi,
        certificate: Path | None = None,
        key: Path | None = None,
        ready: Callable[[], None] = lambda: None,
        ending: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(
            Config(
                application,
                http=Connection,
                loop="uvloop",
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                ssl_certfile=certificate,
                ssl_keyfile=key,
                ssl_version=ssl.PROTOCOL_TLS_SERVER,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        self._ready = ready
        self._ending = ending

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals alone: whoever runs the server decides when it ends, by setting `should_exit`."""
        yield

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        self._ready()

    async def on_tick(self, counter: int) -> bool:
        """Look at the bounds of every connection once a second; true ends the server."""
        if counter % _TICKS_A_SECOND == 0:
            now = asyncio.get_running_loop().time()
            # Each is a Connection, or what one has switched to.
            connections = cast("list[Connection | Switched]", list(self.server_state.connections))
            for connection in connections:
                connection.expire(now)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Stop listening, let running requests finish, end streams."""
        self._ending()
        await super().shutdown(sockets)
