"""The attempts that are made with one item of the queue: here, elsewhere, and telling the sender what came of them.

Each is a walk through steps of `flows.submit`, a transaction each, with the slow work between them: reading a message,
talking to the relay, writing a report. The log has a line for each recipient, as mail servers write it.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Protocol, TypeVar

from angarium.datatypes.blobs import octets
from angarium.datatypes.submission import queue
from angarium.datatypes.submission.queue import QueueItem
from angarium.flows import submit
from angarium.flows.deliver import Arrival, Pipeline, arrival
from angarium.flows.report import report
from angarium.flows.submit import Patience
from angarium.formats.message import with_return_path
from angarium.protocols.http.threads import Threads
from angarium.protocols.smtp.settings import Letter, Outcome
from angarium.store.contract import Snapshot, Store, StoreError, Transaction

_log = logging.getLogger(__name__)

T = TypeVar("T")
_REST: Final = 2.0
"""Seconds for which a relay that cannot be reached is left alone: a long queue need not try it for each letter."""
_UNTIL_NOTED: Final = 5.0
"""Seconds until the store is asked again to note what a relay said."""
_NO_RELAY: Final = "451 4.4.0 no relay is configured for mail to others"


@dataclass(frozen=True, slots=True)
class Sending:
    """How this server sends: how it delivers, how patient it is, and the domain that its reports come from."""

    pipeline: Pipeline
    patience: Patience
    domain: str


class Connection(Protocol):
    """A way to the relay, as `relay.RelayConnection` is one."""

    @property
    def unreachable(self) -> str:
        """The reply for a message that did not even reach the relay, empty when the last one did."""
        ...

    async def send(self, letter: Letter) -> Outcome:
        """Hand over a message; never raises for anything that the relay does."""
        ...

    async def close(self) -> None:
        """End the connection."""
        ...


class Attempts:
    """Made with items of one store; `clock` gives epoch milliseconds, `token` random text."""

    def __init__(
        self, store: Store, sending: Sending, threads: Threads, clock: Callable[[], int], token: Callable[[], str]
    ) -> None:
        self._store = store
        self._sending = sending
        self._threads = threads
        self._clock = clock
        self._token = token
        self._resting = 0.0
        self._why = ""

    async def begin(self) -> None:
        """Take over what a process before this one has left."""
        patience, now = self._sending.patience, self._clock()
        await self._write(lambda transaction: submit.begin(transaction, patience, now))

    async def here(self, record: str) -> QueueItem | None:
        """Deliver to the recipients who are here; the item after it, None when it is done or gone."""
        item, arrived = await self._threads.run(partial(self._prepare, record))
        if item is None or arrived is None:
            return item
        now = self._clock()
        try:
            after, replies = await self._write(
                lambda transaction: submit.hand_over(transaction, self._sending.pipeline, record, arrived, now)
            )
        finally:
            arrived.blob.discard()
        _tell_log(item, replies)
        return after

    async def elsewhere(self, record: str, connection: Connection | None) -> QueueItem | None:
        """Hand over to the relay what is for others; the item after it, None when it is done or gone."""
        now = self._clock()
        item = await self._write(lambda transaction: submit.take(transaction, record, now))
        if item is None:
            return None
        outcome = await self._sent(item, connection)
        _tell_log(item, outcome.replies)
        return await self._settled(record, outcome)

    async def _settled(self, record: str, outcome: Outcome) -> QueueItem | None:
        """Note what the relay said, however long the store cannot: what it took would go to it again otherwise."""
        patience, now = self._sending.patience, self._clock()
        while True:
            try:
                return await self._write(
                    lambda transaction: submit.settle(
                        transaction, record, outcome.replies, patience, now, is_dsn=outcome.reports
                    )
                )
            except StoreError as error:
                _log.error("queue id=%s not noted reason=%s", record, error)
                await asyncio.sleep(_UNTIL_NOTED)

    async def tell(self, item: QueueItem) -> QueueItem | None:
        """Give the sender the report that is owed; the item after it, None when it is done or gone."""
        arrived = await self._threads.run(partial(self._report, item))
        try:
            after = await self._write(
                lambda transaction: submit.reported(transaction, self._sending.pipeline, item.id, arrived)
            )
        finally:
            arrived.blob.discard()
        _log.info("queue id=%s report to=<%s> recipients=%d", item.id, item.sender.email, len(item.owing))
        return after

    async def postpone(self, record: str) -> None:
        """Try again later what could not be done."""
        patience, now = self._sending.patience, self._clock()
        await self._write(lambda transaction: submit.postponed(transaction, record, patience, now))

    async def _sent(self, item: QueueItem, connection: Connection | None) -> Outcome:
        loop = asyncio.get_running_loop()
        if connection is None or loop.time() < self._resting:
            reply = _NO_RELAY if connection is None else self._why
            return Outcome({known.address.email: reply for known in item.waiting}, reports=False)
        content = await self._threads.run(partial(self._octets, item))
        outcome = await connection.send(Letter(item.sender, [known.address for known in item.waiting], content))
        if connection.unreachable:
            self._resting, self._why = loop.time() + _REST, connection.unreachable
        return outcome

    def _prepare(self, record: str) -> tuple[QueueItem | None, Arrival | None]:
        """The item, and its message as it arrives here, if any recipient is here."""

        def look(snapshot: Snapshot) -> tuple[QueueItem | None, bytes | None]:
            item = queue.one(snapshot, record)
            domains = self._sending.pipeline.domains
            if item is None or not any(submit.is_here(snapshot, domains, to.address.email) for to in item.waiting):
                return item, None
            return item, bytes(octets(snapshot.blobs.open(item.blob)))

        item, content = self._store.read(look)
        return item, None if item is None or content is None else self._arrival(item.sender.email, content)

    def _report(self, item: QueueItem) -> Arrival:
        domain = self._sending.domain
        message = report(domain, item, self._octets(item), f"{self._token()}@{domain}", self._clock())
        return self._arrival("", message)

    def _arrival(self, sender: str, content: bytes) -> Arrival:
        stage = self._store.stage()
        try:
            stage.write(with_return_path(content, sender))
            return replace(arrival(sender, stage.finish(), self._clock()), is_from_here=True)
        except BaseException:
            stage.discard()
            raise

    def _octets(self, item: QueueItem) -> bytes:
        return self._store.read(lambda snapshot: bytes(octets(snapshot.blobs.open(item.blob))))

    def _write(self, job: Callable[[Transaction], T]) -> "asyncio.Future[T]":
        return asyncio.wrap_future(self._store.write(job))


def _tell_log(item: QueueItem, replies: Mapping[str, str]) -> None:
    sender = item.sender.email
    for email, reply in replies.items():
        _log.info("queue id=%s from=<%s> to=<%s> size=%d reply=%s", item.id, sender, email, item.size, reply)
