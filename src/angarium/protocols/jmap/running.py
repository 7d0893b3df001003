"""Where a request runs: here and now when it needs no store or a short look into it, else on a thread or the writer."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias, TypeVar

from angarium.engine.access import Principal
from angarium.engine.declare import Access
from angarium.engine.dispatch import Engine
from angarium.engine.request import Request
from angarium.protocols.http.reading import Reading
from angarium.protocols.http.threads import Threads
from angarium.store.contract import Snapshot, TooSlow, Transaction

T = TypeVar("T")

LONG = 100_000
"""Octets from which a body is parsed on a thread."""


class OtherRequest(Protocol):
    """A request of another dialect; it knows how to run."""

    @property
    def access(self) -> Access:
        """The most that it needs of the store."""
        ...

    @property
    def is_brief(self) -> bool:
        """Whether to write all that it asks for is a matter of a moment."""
        ...

    def run(
        self,
        principal: Principal,
        snapshot: Snapshot | None = None,
        transaction: Transaction | None = None,
        *,
        hasty: bool = False,
    ) -> bytes:
        """The encoded response, as `Engine.run` gives one."""
        ...


AnyRequest: TypeAlias = Request | OtherRequest


class OtherDialect(Protocol):
    """Another dialect that is spoken to the same URL."""

    def speaks(self, beginning: bytes) -> bool:
        """Whether a body that begins with this is one of its requests."""
        ...

    def prepare(self, body: bytes) -> OtherRequest:
        """The request in a body; raises RequestError."""
        ...


def prepare(engine: Engine, other: OtherDialect | None, body: bytes) -> AnyRequest:
    """The request in a body, in whichever dialect; raises RequestError."""
    return other.prepare(body) if other is not None and other.speaks(body) else engine.prepare(body)


def run(
    engine: Engine,
    request: AnyRequest,
    principal: Principal,
    snapshot: Snapshot | None = None,
    transaction: Transaction | None = None,
    *,
    hasty: bool = False,
) -> bytes:
    """The encoded response to a request in whichever dialect (see `Engine.run`)."""
    if isinstance(request, Request):
        return engine.run(request, principal, snapshot, transaction, hasty=hasty)
    return request.run(principal, snapshot, transaction, hasty=hasty)


class _Writing(Protocol):
    async def run(self, principal: Principal, request: AnyRequest, body: bytes) -> bytes:
        """See `writing.Writing`."""
        ...


class Running:
    """Runs requests of the engine for those who received them."""

    def __init__(self, engine: Engine, reading: Reading, writing: _Writing, threads: Threads) -> None:
        self.engine = engine
        self.threads = threads
        self._reading = reading
        self._writing = writing

    def at_once(self, request: AnyRequest, principal: Principal) -> bytes | None:
        """The Response object when that is a matter of a moment, so that a hop to a thread would take longer."""
        if request.access is Access.PURE:
            return run(self.engine, request, principal)
        if request.access is Access.WRITE:
            return None
        try:
            return self._reading.glance(lambda snapshot: run(self.engine, request, principal, snapshot, hasty=True))
        except TooSlow:
            return None

    def read(self, request: AnyRequest, principal: Principal, packed: Callable[[bytes], T]) -> Awaitable[T]:
        """What `packed` makes of the Response object of a request that reads, both on a thread."""
        return self._reading(lambda snapshot: packed(run(self.engine, request, principal, snapshot)))

    async def later(self, request: AnyRequest, principal: Principal, body: bytes) -> bytes:
        """The Response object, however long it takes; `body` is the request as it came."""
        if request.access is Access.WRITE:
            return await self._writing.run(principal, request, body)
        if request.access is Access.READ:
            return await self.read(request, principal, bytes)
        return await self.threads.run(lambda: run(self.engine, request, principal))
