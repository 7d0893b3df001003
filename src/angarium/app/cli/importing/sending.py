"""Sending messages to the store: parsed here, gathered in batches, stored by the process that writes.

While one batch is being stored by another process the next is parsed, so both cores are at work. Large messages go
through a file, so that neither process holds one longer than parsing takes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import cast

from angarium.app.cli.importing.batches import Batches, Freight
from angarium.app.cli.importing.outcome import NO_ROOM, THERE
from angarium.app.cli.importing.reading import Item
from angarium.app.cli.importing.seen import Seen
from angarium.app.cli.importing.taking import Task
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

    def __init__(self, task: Task) -> None:
        self._task = task
        self._outcome = task.outcome
        self._mailboxes: dict[Place, str] = {}
        self._seen = Seen()
        self._spool = TemporaryDirectory(prefix="angarium-import-")
        freight = Freight("import.batch", {"user": task.user}, self._pack, self._told, self._refused)
        self._batches = Batches(task.caller, freight, _BATCH_MESSAGES, _BATCH_OCTETS)

    def ensure(self, places: tuple[Place, ...]) -> None:
        """Find or make mailboxes before anything is put in them."""
        missing = [place for place in dict.fromkeys(places) if place not in self._mailboxes]
        if not missing:
            return
        self._batches.land()
        told: list[JSON] = [
            {
                "path": list[JSON](place.path),
                "role": place.role,
                "sortOrder": place.sort_order,
                "isSubscribed": place.subscribed,
            }
            for place in missing
        ]
        found, _ = self._task.caller.call("import.mailboxes", {"user": self._task.user, "places": told})
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
        ready = _Ready(item.label, ["/".join(place.path) for place in item.places], message, octets)
        self._batches.add(ready, message.size)

    def finish(self) -> None:
        """Send what waits and wait for all of it to be stored."""
        self._batches.flush()
        self.close()

    def close(self) -> None:
        """Let go of the thread that sends and of the files."""
        self._batches.close()
        self._spool.cleanup()

    def _spooled(self, octets: bytes) -> Path:
        with NamedTemporaryFile(dir=self._spool.name, delete=False) as file:
            file.write(octets)
            return Path(file.name)

    def _pack(self, batch: Sequence[_Ready]) -> bytes:
        return pack([Parcel(ready.message, ready.octets, self._seen.passed(ready.message.blob)) for ready in batch])

    def _refused(self, ready: _Ready, reason: str) -> None:
        self._outcome.fail(ready.label, reason)

    def _told(self, ready: _Ready, became: JSON) -> None:
        if isinstance(ready.octets, Path):
            ready.octets.unlink(missing_ok=True)
        if became == Became.OVER_QUOTA:
            self._outcome.fail(ready.label, NO_ROOM)
            return
        self._seen.note(ready.message.blob, became == Became.TAKEN)
        if became == Became.TAKEN:
            self._outcome.take(ready.mailboxes)
        else:
            self._outcome.skip(ready.label, THERE, self._task.name_all)


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
