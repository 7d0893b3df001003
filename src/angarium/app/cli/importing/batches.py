"""Sending things to the store in batches, one of which may be under way while the next is put together.

A batch that is refused is sent again thing by thing, so that one that is bad is named and spoils no other.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from angarium.app.cli.reach import Caller, Refused
from angarium.formats.json import JSON

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Freight(Generic[T]):
    """What is sent: the operation with its arguments, how things are packed, and who hears what became of each."""

    operation: str
    arguments: dict[str, JSON]
    pack: Callable[[Sequence[T]], bytes]
    told: Callable[[T, JSON], None]
    refused: Callable[[T, str], None]


class Batches(Generic[T]):
    """Things on their way; `flush` must be called at the end."""

    def __init__(self, caller: Caller, freight: Freight[T], most: int, most_octets: int) -> None:
        self._caller = caller
        self._freight = freight
        self._most = most
        self._most_octets = most_octets
        self._waiting: list[T] = []
        self._octets = 0
        self._flying: tuple[list[T], Future[list[JSON]]] | None = None
        self._pool = ThreadPoolExecutor(1, "import") if caller.elsewhere else None

    def add(self, thing: T, octets: int) -> None:
        """Send one thing more, soon."""
        self._waiting.append(thing)
        self._octets += octets
        if len(self._waiting) >= self._most or self._octets >= self._most_octets:
            self._launch()

    def land(self) -> None:
        """Wait for the batch under way."""
        if self._flying:
            (batch, future), self._flying = self._flying, None
            self._settle(batch, future.result)

    def flush(self) -> None:
        """Send what waits and wait for all of it to be stored."""
        self._launch()
        self.land()

    def close(self) -> None:
        """Let go of the thread that sends."""
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def _launch(self) -> None:
        self.land()
        batch, self._waiting, self._octets = self._waiting, [], 0
        if not batch:
            return
        job = self._stored(batch)
        if self._pool is None:
            self._settle(batch, job)
        else:
            self._flying = (batch, self._pool.submit(job))

    def _stored(self, batch: list[T]) -> Callable[[], list[JSON]]:
        payload = self._freight.pack(batch)

        def call() -> list[JSON]:
            told, _ = self._caller.call(self._freight.operation, self._freight.arguments, payload)
            return cast("list[JSON]", told)

        return call

    def _settle(self, batch: list[T], result: Callable[[], list[JSON]]) -> None:
        try:
            told = result()
        except Refused as error:
            if len(batch) == 1:
                self._freight.refused(batch[0], str(error))
                return
            for thing in batch:
                self._settle([thing], self._stored([thing]))
            return
        for thing, became in zip(batch, told, strict=True):
            self._freight.told(thing, became)
