"""Where messages end up: whom the store knows, and one job of its writer for each recipient.

Messages of many connections share commits that way, and a refusal for one recipient undoes nothing for another.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Final, Protocol

from angarium.datatypes.principals import Recipient, recipient
from angarium.datatypes.principals.users import KIND as USER
from angarium.flows.deliver import Arrival, Outcome, Pipeline, deliver, deliver_to
from angarium.protocols.http.threads import Threads
from angarium.protocols.lmtp.verdict import Result, Verdict, verdict
from angarium.store.contract import (
    DIRECTORY,
    Snapshot,
    Stage,
    State,
    StateChange,
    Store,
    StoreError,
    TooSlow,
    Transaction,
)

_MOST_KNOWN: Final = 10_000


class Keeping(Protocol):
    """The store, or what stands for it in another process; all methods belong to the event loop but `stage`."""

    def knows(self, address: str) -> Awaitable[bool]:
        """Whether mail for this address reaches somebody; StoreError when nobody can tell."""
        ...

    def stage(self) -> Stage:
        """Begin to receive a large message."""
        ...

    def keep(self, arrived: Arrival, addresses: Sequence[str]) -> Awaitable[list[Verdict]]:
        """What became of the message for each address, once that is on disk."""
        ...


@dataclass(frozen=True, slots=True)
class _Known:
    """Whom an address reaches while the directory has this state."""

    recipient: Recipient
    state: State


class StoreKeeping:
    """A store of this process; looking up addresses may take a thread."""

    def __init__(self, store: Store, pipeline: Pipeline, threads: Threads) -> None:
        self._store = store
        self._pipeline = pipeline
        self._threads = threads
        self._known: dict[str, _Known] = {}
        self.under_way = 0
        """Messages that are being stored."""

    async def knows(self, address: str) -> bool:
        """Whether mail for this address reaches somebody."""
        known = self._known
        if address in known:
            return True
        job = partial(_look_up, self._pipeline, address)
        try:
            found = self._store.glance(job)
        except TooSlow:
            found = await self._threads.run(partial(self._store.read, job))
        if found is None:
            return False
        if len(known) >= _MOST_KNOWN:
            known.clear()
        known[address] = found
        return True

    def heard(self, changes: Sequence[StateChange]) -> None:
        """Take news of the store on any thread: who has which address may have changed."""
        if any(change.account == DIRECTORY for change in changes):
            self._known = {}  # a look-up under way puts what it finds into the old one

    def stage(self) -> Stage:
        """Begin to receive a large message."""
        return self._store.stage()

    def keep(self, arrived: Arrival, addresses: Sequence[str]) -> "asyncio.Future[list[Verdict]]":
        """What became of the message for each address, once that is on disk."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[list[Verdict]] = loop.create_future()
        self.under_way += 1

        def complete(results: Sequence[Result]) -> None:
            with suppress(RuntimeError):  # the loop has closed: nobody waits any more
                loop.call_soon_threadsafe(self._end, future, addresses, results)

        gathered = _Gathered(len(addresses), complete)
        for place, address in enumerate(addresses):
            told = partial(gathered.add, place)
            try:
                job = partial(_deliver, self._pipeline, arrived, address, self._known.get(address))
                self._store.submit(job, told)
            except StoreError as error:
                told(None, error)
        return future

    def _end(
        self, future: "asyncio.Future[list[Verdict]]", addresses: Sequence[str], results: Sequence[Result]
    ) -> None:
        self.under_way -= 1
        if not future.done():
            future.set_result([verdict(address, result) for address, result in zip(addresses, results, strict=True)])


class _Gathered:
    """Results that come one by one on the writer's thread, or here when there is no writer any more."""

    def __init__(self, count: int, complete: Callable[[Sequence[Result]], None]) -> None:
        self._results: list[Result] = [StoreError("unheard")] * count
        self._left = count
        self._complete = complete
        self._lock = Lock()

    def add(self, place: int, outcome: Outcome | None, error: BaseException | None) -> None:
        with self._lock:
            self._results[place] = outcome if error is None and outcome is not None else error or StoreError("unheard")
            self._left -= 1
            if self._left:
                return
        self._complete(self._results)


def _look_up(pipeline: Pipeline, address: str, snapshot: Snapshot) -> _Known | None:
    found = recipient(snapshot, pipeline.domains, address)
    return _Known(found, snapshot.state(DIRECTORY, USER)) if found else None


def _deliver(
    pipeline: Pipeline, arrived: Arrival, address: str, known: _Known | None, transaction: Transaction
) -> Outcome:
    if known is None or known.state != transaction.state(DIRECTORY, USER):
        return deliver(transaction, pipeline, arrived, address)
    return deliver_to(transaction, pipeline, arrived, known.recipient, address)
