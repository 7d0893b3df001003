"""Sending messages to the store: parsed here, gathered in batches, stored by the process that writes.

While one batch is being stored by another process the next is parsed, so both cores are at work. A batch that is
refused is sent again message by message, so that one bad message is named and spoils no other. Large messages go
through a file, so that neither process holds one longer than parsing takes.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import cast

from angarium.app.cli.importing.outcome import NO_ROOM, THERE, Outcome
from angarium.app.cli.importing.reading import Item
from angarium.app.cli.importing.seen import Seen
from angarium.app.cli.reach import Caller, Refused
from angarium.app.operations.batch import Parcel, pack
from angarium.datatypes.mail.ingest import from_message
from angarium.flows.bulk import Became
from angarium.flows.filing import Place
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON
from angarium.formats.message import parse, received_date
from angarium.store.contract import NewMessage

_BATCH_MESSAGES = 100
_BATCH_OCTETS = 8_000_000
_SPOOLED = 1_000_000
_LATEST = 253_402_300_799_000  # the last second of the year 9999


@dataclass(frozen=True, slots=True)
class _Ready:
    """A parsed message that waits for its batch, with its octets or the file that holds them."""

    label: str
    mailboxes: list[str]
    message: NewMessage
    octets: bytes | Path


class Sender:
    """One import into one account; `finish` must be called at the end."""

    def __init__(self, caller: Caller, user: str, outcome: Outcome, name_all: bool) -> None:
        self._caller = caller
        self._user = user
        self._outcome = outcome
        self._name_all = name_all
        self._mailboxes: dict[Place, str] = {}
        self._seen = Seen()
        self._batch: list[_Ready] = []
        self._octets = 0
        self._flying: tuple[list[_Ready], Future[list[str]]] | None = None
        self._spool = TemporaryDirectory(prefix="angarium-import-")
        self._pool = ThreadPoolExecutor(1, "import") if caller.elsewhere else None

    def ensure(self, places: tuple[Place, ...]) -> None:
        """Find or make mailboxes before anything is put in them."""
        missing = [place for place in dict.fromkeys(places) if place not in self._mailboxes]
        if not missing:
            return
        self._land()
        told: list[JSON] = [
            {
                "path": list[JSON](place.path),
                "role": place.role,
                "sortOrder": place.sort_order,
                "isSubscribed": place.subscribed,
            }
            for place in missing
        ]
        found, _ = self._caller.call("import.mailboxes", {"user": self._user, "places": told})
        self._mailboxes.update(zip(missing, cast("list[str]", found), strict=True))

    def send(self, item: Item) -> None:
        """Take one message that was found."""
        self.ensure(item.places)
        mailboxes = [self._mailboxes[place] for place in item.places]
        try:
            message = _parsed(item, mailboxes)
        except FormatError as error:
            self._outcome.fail(item.label, error.problem)
            return
        except Exception as error:  # a fault of the parser must not end an import of thousands
            self._outcome.fail(item.label, f"a fault in reading it: {error!r}")
            return
        octets = item.octets if message.size <= _SPOOLED else self._spooled(item.octets)
        self._batch.append(_Ready(item.label, ["/".join(place.path) for place in item.places], message, octets))
        self._octets += message.size
        if len(self._batch) >= _BATCH_MESSAGES or self._octets >= _BATCH_OCTETS:
            self._launch()

    def finish(self) -> None:
        """Send what waits and wait for all of it to be stored."""
        self._launch()
        self._land()
        self.close()

    def close(self) -> None:
        """Let go of the thread that sends and of the files."""
        if self._pool:
            self._pool.shutdown(cancel_futures=True)
        self._spool.cleanup()

    def _spooled(self, octets: bytes) -> Path:
        with NamedTemporaryFile(dir=self._spool.name, delete=False) as file:
            file.write(octets)
            return Path(file.name)

    def _launch(self) -> None:
        self._land()
        batch, self._batch, self._octets = self._batch, [], 0
        if not batch:
            return
        job = self._stored(batch)
        if self._pool is None:
            self._settle(batch, job)
        else:
            self._flying = (batch, self._pool.submit(job))

    def _stored(self, batch: list[_Ready]) -> Callable[[], list[str]]:
        parcels = [Parcel(ready.message, ready.octets, self._seen.passed(ready.message.blob)) for ready in batch]
        payload = pack(parcels)

        def call() -> list[str]:
            return cast("list[str]", self._caller.call("import.batch", {"user": self._user}, payload)[0])

        return call

    def _land(self) -> None:
        """Wait for the batch under way."""
        if self._flying:
            (batch, future), self._flying = self._flying, None
            self._settle(batch, future.result)

    def _settle(self, batch: list[_Ready], result: Callable[[], list[str]]) -> None:
        try:
            told = result()
        except Refused as error:
            if len(batch) == 1:
                self._outcome.fail(batch[0].label, str(error))
                return
            for ready in batch:
                self._settle([ready], self._stored([ready]))
            return
        for ready, became in zip(batch, told, strict=True):
            if isinstance(ready.octets, Path):
                ready.octets.unlink(missing_ok=True)
            if became == Became.OVER_QUOTA:
                self._outcome.fail(ready.label, NO_ROOM)
                continue
            self._seen.note(ready.message.blob, became == Became.TAKEN)
            if became == Became.TAKEN:
                self._outcome.take(ready.mailboxes)
            else:
                self._outcome.skip(ready.label, THERE, self._name_all)


def _parsed(item: Item, mailboxes: list[str]) -> NewMessage:
    """The message with the moment at which it was received."""
    if not item.octets:
        raise FormatError("it is empty")
    read = parse(item.octets)
    message = from_message(item.octets, read, item.keywords, mailboxes, item.received or 0)
    if item.received is not None:
        return message
    told = (received_date(read.headers), message.sent, item.file_time)
    return replace(message, received=next((date for date in told if date is not None and 0 <= date <= _LATEST), 0))
