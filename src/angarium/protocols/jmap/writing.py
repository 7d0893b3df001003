"""What this protocol asks of the one process that writes, so that another process can pass it on."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack, suppress
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


_BRIEF = 16 * 1024
"""Octets up to which a request, or an upload, may be written where it arrived."""

_CROWD_SECONDS = 0.05
"""How long after several wrote at a time each write is left to the writer."""

Foresee: TypeAlias = Callable[[Principal, str, StagedBlob], None]
"""Takes an upload of this media type once it is answered: to do ahead what its user will ask for next."""


class LocalWriting:
    """Writes to the store of this process; `clock` gives epoch milliseconds."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        clock: Callable[[], int],
        reading: Reading,
        foresee: Foresee = lambda _principal, _media_type, _staged: None,
    ) -> None:
        self._store = store
        self._engine = engine
        self._clock = clock
        self._reading = reading
        self._foresee = foresee
        self._waiting = 0
        self._crowded_until = 0.0

    async def run(self, principal: Principal, request: AnyRequest, body: bytes) -> bytes:
        """The Response object, once it is on disk."""
        with ExitStack() as stack:
            if isinstance(request, Request) and (ahead := self._engine.ahead(request, principal, self._store.stage)):
                stack.callback(ahead.close)
                with suppress(TooSlow):
                    await self._reading(ahead.run)
            return await self._written(
                lambda transaction, hasty: run(self._engine, request, principal, transaction=transaction, hasty=hasty),
                brief=len(body) <= _BRIEF and request.is_brief,
            )

    def stage(self) -> Stage:
        """Begin to receive an upload."""
        return self._store.stage()

    async def upload(self, principal: Principal, account: str, staged: StagedBlob, media_type: str) -> bytes:
        """Keep an upload, once it is on disk. Raises UploadRefused."""
        target = principal.accounts.get(account)
        if target is None:
            raise UploadRefused(f"there is no account '{account}'")

        def job(transaction: Transaction, _hasty: bool) -> bytes:
            return json.dumps(upload(transaction, principal, target, staged, media_type, self._clock()))

        answer = await self._written(job, brief=staged.size <= _BRIEF)
        asyncio.get_running_loop().call_soon(self._foresee, principal, media_type, staged)
        return answer

    async def _written(self, job: Callable[[Transaction, bool], bytes], brief: bool) -> bytes:
        """What a job gives that gets the transaction and whether it is to be hasty, once it is on disk.

        A brief one of who writes alone runs here, which saves two hops; many that write at a time share commits.
        """
        loop = asyncio.get_running_loop()
        self._waiting += 1
        try:
            if brief:
                await asyncio.sleep(0)  # lets those begin that came together with it
            if self._waiting > 1:
                self._crowded_until = loop.time() + _CROWD_SECONDS
            elif brief and loop.time() >= self._crowded_until:
                with suppress(TooSlow):
                    return self._store.write_at_once(lambda transaction: job(transaction, True))
            future: asyncio.Future[bytes] = loop.create_future()
            self._store.submit(lambda transaction: job(transaction, False), partial(tell, loop, future))
            return await future
        finally:
            self._waiting -= 1
