"""What signing in and out asks of the one process that writes, so that another process can pass it on."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Protocol

from angarium.datatypes import principals
from angarium.protocols.http.threads import tell
from angarium.store.contract import Store, Transaction


class Tokens(Protocol):
    """Keeps the digests of tokens."""

    async def issue(self, user: str, digest: str) -> str:
        """Keep a token of a user's record; the id of its own."""
        ...

    async def withdraw(self, digest: str) -> None:
        """End a token."""
        ...


class LocalTokens:
    """Writes to the store of this process; `clock` gives epoch milliseconds."""

    def __init__(self, store: Store, clock: Callable[[], int]) -> None:
        self._store = store
        self._clock = clock

    async def issue(self, user: str, digest: str) -> str:
        """Keep a token, once it is on disk."""
        return await self._written(lambda view: principals.issue(view, user, digest, self._clock()))

    async def withdraw(self, digest: str) -> None:
        """End a token, once that is on disk."""

        def job(view: Transaction) -> str:
            principals.withdraw(view, digest)
            return digest

        await self._written(job)

    def _written(self, job: Callable[[Transaction], str]) -> "asyncio.Future[str]":
        loop = asyncio.get_running_loop()
        future: asyncio.Future[str] = loop.create_future()
        self._store.submit(job, partial(tell, loop, future))
        return future
