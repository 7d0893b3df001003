"""Where a request runs: here and now when it needs no store or a short look into it, else on a thread or the writer."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from angarium.engine.access import Principal
from angarium.engine.declare import Access
from angarium.engine.dispatch import Engine
from angarium.engine.request import Request
from angarium.protocols.http.reading import Reading
from angarium.protocols.http.threads import Threads
from angarium.protocols.jmap.writing import Writing
from angarium.store.contract import TooSlow

T = TypeVar("T")

LONG = 100_000
"""Octets from which a body is parsed on a thread."""


class Running:
    """Runs requests of the engine for those who received them."""

    def __init__(self, engine: Engine, reading: Reading, writing: Writing, threads: Threads) -> None:
        self.engine = engine
        self.threads = threads
        self._reading = reading
        self._writing = writing

    def at_once(self, request: Request, principal: Principal) -> bytes | None:
        """The Response object when that is a matter of a moment, so that a hop to a thread would take longer."""
        if request.access is Access.PURE:
            return self.engine.run(request, principal)
        if request.access is Access.WRITE:
            return None
        try:
            return self._reading.glance(lambda snapshot: self.engine.run(request, principal, snapshot, hasty=True))
        except TooSlow:
            return None

    def read(self, request: Request, principal: Principal, packed: Callable[[bytes], T]) -> Awaitable[T]:
        """What `packed` makes of the Response object of a request that reads, both on a thread."""
        return self._reading(lambda snapshot: packed(self.engine.run(request, principal, snapshot)))

    async def later(self, request: Request, principal: Principal, body: bytes) -> bytes:
        """The Response object, however long it takes; `body` is the request as it came."""
        if request.access is Access.WRITE:
            return await self._writing.run(principal, request, body)
        if request.access is Access.READ:
            return await self.read(request, principal, bytes)
        return await self.threads.run(lambda: self.engine.run(request, principal))
