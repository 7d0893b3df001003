"""From the octets of a message to what became of it for each recipient.

Small messages stay in memory and are read in place; larger ones go to disk as they come, and are synced and read on
threads.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

from angarium.flows.deliver import Arrival, arrival
from angarium.formats.message import with_return_path
from angarium.protocols.http.threads import Threads
from angarium.protocols.lmtp.keeping import Keeping
from angarium.protocols.lmtp.verdict import Verdict, verdict
from angarium.store.contract import Stage, StoreError

IN_MEMORY: Final = 64 * 1024
"""Octets up to which a message stays there."""

IN_PLACE: Final = 16 * 1024
"""Octets up to which reading a message takes no longer than what a server's event loop does otherwise."""


class Reception:
    """Takes messages; `clock` gives epoch milliseconds, and up to `in_place` octets are read on the event loop."""

    def __init__(self, keeping: Keeping, clock: Callable[[], int], threads: Threads, in_place: int = IN_PLACE) -> None:
        self._keeping = keeping
        self._clock = clock
        self._threads = threads
        self._in_place = in_place

    def knows(self, address: str) -> Awaitable[bool]:
        """Whether mail for this address reaches somebody."""
        return self._keeping.knows(address)

    def begin(self, sender: str) -> "Incoming":
        """Begin to take a message."""
        return Incoming(self._keeping, self._threads, sender, self._in_place)

    async def deliver(self, incoming: "Incoming", addresses: Sequence[str]) -> list[Verdict]:
        """What became of the message for each address, once that is on disk."""
        try:
            arrived = await incoming.finish(self._clock())
            try:
                return await self._keeping.keep(arrived, addresses)
            finally:
                arrived.blob.discard()
        except StoreError as error:
            return [verdict(address, error) for address in addresses]


class Incoming:
    """One message as it comes."""

    def __init__(self, keeping: Keeping, threads: Threads, sender: str, in_place: int) -> None:
        self._keeping = keeping
        self._threads = threads
        self._sender = sender
        self._in_place = in_place
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
        if len(self._gathered) > IN_MEMORY:
            try:
                await self._threads.run(self._spill)
            except StoreError as error:
                self._failure = error

    async def finish(self, now: int) -> Arrival:
        """The message, read and on its way; StoreError when the disk did not take it."""
        if self._failure is not None:
            raise self._failure
        if self.size <= self._in_place:
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
            self._stage = self._keeping.stage()
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
