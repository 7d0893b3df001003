"""What this protocol asks of the one process that writes, so that another process can pass it on."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Protocol

from angarium.datatypes.blobs import UploadRefused, upload
from angarium.engine.access import Principal
from angarium.engine.dispatch import Engine
from angarium.formats import json
from angarium.protocols.http.threads import tell
from angarium.protocols.jmap.running import AnyRequest, run
from angarium.store.contract import Stage, StagedBlob, Store, Transaction


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


class LocalWriting:
    """Writes to the store of this process; `clock` gives epoch milliseconds."""

    def __init__(self, store: Store, engine: Engine, clock: Callable[[], int]) -> None:
        self._store = store
        self._engine = engine
        self._clock = clock

    async def run(self, principal: Principal, request: AnyRequest, body: bytes) -> bytes:  # noqa: ARG002
        """The Response object, once it is on disk."""
        return await self._written(lambda transaction: run(self._engine, request, principal, transaction=transaction))

    def stage(self) -> Stage:
        """Begin to receive an upload."""
        return self._store.stage()

    async def upload(self, principal: Principal, account: str, staged: StagedBlob, media_type: str) -> bytes:
        """Keep an upload, once it is on disk. Raises UploadRefused."""
        target = principal.accounts.get(account)
        if target is None:
            raise UploadRefused(f"there is no account '{account}'")

        def job(transaction: Transaction) -> bytes:
            return json.dumps(upload(transaction, principal, target, staged, media_type, self._clock()))

        return await self._written(job)

    def _written(self, job: Callable[[Transaction], bytes]) -> "asyncio.Future[bytes]":
        loop = asyncio.get_running_loop()
        future: asyncio.Future[bytes] = loop.create_future()
        self._store.submit(job, partial(tell, loop, future))
        return future
