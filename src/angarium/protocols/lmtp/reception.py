"""From the octets of a message to what became of it for each recipient.

Small messages stay in memory and are read in place; larger ones go to disk as they come, and are synced and read on
threads. Each recipient is a job of its own for the writer, so messages of many connections share its commits, and a
refusal for one undoes nothing for another.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Final, Protocol, TypeAlias

from angarium.datatypes.principals import Recipient, recipient
from angarium.datatypes.principals.users import KIND as USER
from angarium.flows.deliver import Arrival, Outcome, Pipeline, arrival, deliver, deliver_to
from angarium.formats.message import with_return_path
from angarium.protocols.http.threads import Threads, tell
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

Result: TypeAlias = Outcome | BaseException

_IN_MEMORY: Final = 64 * 1024
_IN_PLACE: Final = 16 * 1024
"""Octets up to which reading a message takes no longer than what the event loop does otherwise."""

_MOST_KNOWN: Final = 10_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Known:
    """Whom an address reaches while the directory has this state."""

    recipient: Recipient
    state: State


class Readers(Protocol):
    """Other processes that read messages."""

    async def read(self, sender: str, octets: bytes, now: int) -> Arrival | None:
        """What `flows.deliver.arrival` finds in a blob of these octets; None when it has to be looked for here."""
        ...


class Reception:
    """Takes messages for a store; `clock` gives epoch milliseconds."""

    def __init__(
        self,
        store: Store,
        pipeline: Pipeline,
        clock: Callable[[], int],
        threads: Threads,
        readers: Readers | None = None,
    ) -> None:
        self._store = store
        self._pipeline = pipeline
        self._clock = clock
        self._threads = threads
        self.readers = readers
        """Who reads messages while others are under way; this process where there is nobody."""
        self._under_way = 0
        self._known: dict[str, _Known] = {}

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

    def begin(self, sender: str) -> "Incoming":
        """Begin to take a message."""
        return Incoming(self._store, self._threads, sender)

    async def deliver(self, incoming: "Incoming", addresses: Sequence[str]) -> list[Result]:
        """What became of the message for each address, once that is on disk."""
        self._under_way += 1
        try:
            # Alone, a message is read sooner here; beside others it would hold them up.
            arrived = await incoming.finish(self._clock(), self.readers if self._under_way > 1 else None)
            try:
                return await self._stored(arrived, addresses)
            finally:
                arrived.blob.discard()
        except StoreError as error:
            return [error] * len(addresses)
        finally:
            self._under_way -= 1

    def _stored(self, arrived: Arrival, addresses: Sequence[str]) -> "asyncio.Future[list[Result]]":
        loop = asyncio.get_running_loop()
        future: asyncio.Future[list[Result]] = loop.create_future()
        gathered = _Gathered(len(addresses), lambda results: tell(loop, future, results, None))
        for place, address in enumerate(addresses):
            told = partial(gathered.add, place)
            try:
                job = partial(_deliver, self._pipeline, arrived, address, self._known.get(address))
                self._store.submit(job, told)
            except StoreError as error:
                told(None, error)
        return future


class Incoming:
    """One message as it comes."""

    def __init__(self, store: Store, threads: Threads, sender: str) -> None:
        self._store = store
        self._threads = threads
        self._sender = sender
        self._gathered = bytearray()
        self._stage: Stage | None = None
        self._failure: StoreError | None = None
        self.size = 0

    async def add(self, octets: bytes) -> None:
        """Take the next octets; what the disk does not take is told by `finish`."""
        self.size += len(octets)
        if self._failure is not None:
            return
        self._gathered += octets
        if len(self._gathered) > _IN_MEMORY:
            try:
                await self._threads.run(self._spill)
            except StoreError as error:
                self._failure = error

    async def finish(self, now: int, readers: Readers | None = None) -> Arrival:
        """The message, read and on its way; StoreError when the disk did not take it."""
        if self._failure is not None:
            raise self._failure
        if self._stage is None and readers is not None:
            found = await readers.read(self._sender, with_return_path(self._gathered, self._sender), now)
            return await self._threads.run(partial(self._finish, now)) if found is None else found
        if self.size <= _IN_PLACE:
            return self._finish(now)
        return await self._threads.run(partial(self._finish, now))

    def drop(self, octets: bytes) -> None:
        """Let octets go by of a message that is not taken, with all that came before."""
        self.size += len(octets)
        self.discard()

    def discard(self) -> None:
        """Drop what came; harmless after `finish`."""
        self._gathered.clear()
        if self._stage is not None:
            self._stage.discard()

    def _spill(self) -> Stage:
        """Hand what was gathered to the store; the first time with the Return-Path before it."""
        octets, self._gathered = self._gathered, bytearray()
        if self._stage is None:
            self._stage = self._store.stage()
            self._stage.write(with_return_path(octets, self._sender))
        else:
            self._stage.write(octets)
        return self._stage

    def _finish(self, now: int) -> Arrival:
        blob = self._spill().finish()
        try:
            return arrival(self._sender, blob, now)
        except BaseException:
            blob.discard()
            raise


class _Gathered:
    """Results that come one by one on the writer's thread, or here when there is no writer any more."""

    def __init__(self, count: int, complete: Callable[[list[Result]], None]) -> None:
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
