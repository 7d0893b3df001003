"""One HTTP request and its answer over ASGI, without the cost of a framework on the hot path.

Reading a body and compressing an answer live beside this; routes and refusals are in `application`.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from angarium.protocols.http.problem import Headers

Message: TypeAlias = MutableMapping[str, Any]
Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Asgi: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

JSON_TYPE = b"application/json"


class Exchange:
    """A request and the way to answer it.

    `headers` maps lower-case names to values, the last of several; `extra` is sent with whatever answer is given.
    """

    __slots__ = ("extra", "headers", "method", "path", "receive", "scope", "send", "started")

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.receive = receive
        self.send = send
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.extra: Headers = ()
        self.started = False

    def header(self, name: bytes) -> str:
        """A header as text, empty when it is not there."""
        return self.headers.get(name, b"").decode("latin-1")

    async def start(self, status: int, headers: Headers) -> None:
        """Send the status and headers; `piece` follows."""
        self.started = True
        await self.send({"type": "http.response.start", "status": status, "headers": [*headers, *self.extra]})

    async def piece(self, octets: bytes, more: bool = True) -> None:
        """Send a part of the body."""
        await self.send({"type": "http.response.body", "body": octets, "more_body": more})

    async def answer(self, status: int, media_type: bytes, body: bytes, headers: Headers = ()) -> None:
        """Send a whole answer."""
        self.started = True
        sent = [(b"content-type", media_type), (b"content-length", b"%d" % len(body)), *headers, *self.extra]
        await self.send({"type": "http.response.start", "status": status, "headers": sent})
        await self.send({"type": "http.response.body", "body": body, "more_body": False})

    async def empty(self, status: int, headers: Headers = ()) -> None:
        """Send an answer without a body."""
        length: Headers = () if status in (204, 304) else ((b"content-length", b"0"),)
        await self.start(status, (*length, *headers))
        await self.piece(b"", more=False)


Handler: TypeAlias = Callable[[Exchange], Awaitable[None]]
