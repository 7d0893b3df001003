"""What this protocol asks of the one process that writes, so that another process can pass it on."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Protocol, TypeAlias

from angarium.datatypes.blobs import UploadRefused, upload
from angarium.engine.access import Principal
from angarium.engine.dispatch import Engine
from angarium.engine.request import Request
from angarium.formats import json
from angarium.protocols.http.reading import Reading
from angarium.protocols.http.threads import tell
from angarium.protocols.jmap.running import AnyRequest, run
from angarium.store.contract import Stage, StagedBlob, Store, TooSlow, Transaction


class Writing(Protocol):
    """Requests that change something, and uploads."""

    async def run(self, principal: Principal, request: AnyRequest, body: bytes) -> bytes:
        """The Response object of a request that writes; `body` is the request as it came."""
        ...

    def stage(self) -> Stage:
        """Begin to receive an upload."""
        ...

    async def upload(self, principal: Principal, account: str, staged: StagedBlob, media_type: str) -> bytes:
        """Keep an upload: the encoded answer of RFC 8620 §6.1. Raises UploadRefused."""
        ...


Foresee: TypeAlias = Callable[[Principal, str, StagedBlob], Iterator[None]]
"""Does ahead what the user of an upload of this media type will ask for next; the first step while the disk works."""


def _nothing(_principal: Principal, _media_type: str, _staged: StagedBlob) -> Iterator[None]:
    return iter(())


class LocalWriting:
    """Writes to the store of this process; `clock` gives epoch milliseconds."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        clock: Callable[[], int],
        reading: Reading,
        foresee: Foresee = _nothing,
    ) -> None:
        self._store = store
        self._engine = engine
        self._clock = clock
        self._reading = reading
        self._foresee = foresee

    async def run(self, principal: Principal, request: AnyRequest, body: bytes) -> bytes:  # noqa: ARG002
        """The Response object, once it is on disk."""
        ahead = self._engine.ahead(request, principal) if isinstance(request, Request) else None
        if ahead is not None:
            with suppress(TooSlow):
                await self._reading(ahead)
        return await self._written(lambda transaction: run(self._engine, request, principal, transaction=transaction))

    def stage(self) -> Stage:
        """Begin to receive an upload."""
        return self._store.stage()

    async def upload(self, principal: Principal, account: str, staged: StagedBlob, media_type: str) -> bytes:
        """Keep an upload, once it is on disk. Raises UploadRefused."""
        target = principal.accounts.get(account)
        if target is None:
            raise UploadRefused(f"there is no account '{account}'")
        loop, steps = asyncio.get_running_loop(), self._foresee(principal, media_type, staged)

        def job(transaction: Transaction) -> bytes:
            answer = json.dumps(upload(transaction, principal, target, staged, media_type, self._clock()))
            with suppress(RuntimeError):  # the loop has closed
                loop.call_soon_threadsafe(next, steps, None)
            return answer

        answer = await self._written(job)
        loop.call_soon(deque, steps, 0)  # the rest once it is sent
        return answer

    def _written(self, job: Callable[[Transaction], bytes]) -> "asyncio.Future[bytes]":
        loop = asyncio.get_running_loop()
        future: asyncio.Future[bytes] = loop.create_future()
        self._store.submit(job, partial(tell, loop, future))
        return future
