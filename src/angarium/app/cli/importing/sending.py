"""Sending messages to the store: read by `parsing`, gathered in batches, stored by the process that writes.

While some are being read by other processes, those before them are stored, so all cores are at work. Messages keep
their order. Large ones are read here and go through a file, so that no process holds one longer than reading takes.
"""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import cast

from angarium.app.cli.importing.batches import Batches, Freight
from angarium.app.cli.importing.outcome import NO_ROOM, THERE
from angarium.app.cli.importing.parsing import Answer, Parsing, Question, read_here
from angarium.app.cli.importing.reading import Item
from angarium.app.cli.importing.seen import Seen
from angarium.app.cli.importing.taking import Task
from angarium.app.operations.batch import Facts, Packet, pack
from angarium.flows.bulk import Became
from angarium.flows.filing import Place
from angarium.formats.json import JSON

_BATCH_MESSAGES = 100
_BATCH_OCTETS = 8_000_000
_GROUP_MESSAGES = 50
_GROUP_OCTETS = 1_000_000
_SPOOLED = 1_000_000


@dataclass(frozen=True, slots=True)
class _Found:
    """A message that is being read, with its octets or the file that holds them."""

    label: str
    mailboxes: list[str]
    octets: bytes | Path


@dataclass(frozen=True, slots=True)
class _Ready:
    """A message that was read and waits for its batch."""

    found: _Found
    facts: Facts


class Sender:
    """One import into one account; `finish` must be called at the end."""

    def __init__(self, task: Task, parsing: Parsing | None = None) -> None:
        self._task = task
        self._outcome = task.outcome
        self._mailboxes: dict[Place, str] = {}
        self._seen = Seen()
        self._spool = TemporaryDirectory(prefix="angarium-import-")
        freight = Freight("import.batch", {"user": task.user}, self._pack, self._told, self._refused)
        self._batches = Batches(task.caller, freight, _BATCH_MESSAGES, _BATCH_OCTETS)
        self._parsing = parsing or Parsing()
        self._group: list[tuple[_Found, Question]] = []
        self._octets = 0
        self._asked: deque[tuple[list[_Found], Future[list[Answer]]]] = deque()

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
        names = ["/".join(place.path) for place in item.places]
        question = Question(item.octets, tuple(item.keywords), tuple(mailboxes), item.received, item.file_time)
        if len(item.octets) > _SPOOLED:
            self._ask()
            self._asked.append(([_Found(item.label, names, self._spooled(item.octets))], read_here([question])))
            return
        self._group.append((_Found(item.label, names, item.octets), question))
        self._octets += len(item.octets)
        if len(self._group) >= _GROUP_MESSAGES or self._octets >= _GROUP_OCTETS:
            self._ask()

    def finish(self) -> None:
        """Send what waits and wait for all of it to be stored."""
        self._ask()
        self._gather(0)
        self._batches.flush()
        self.close()

    def close(self) -> None:
        """Let go of the thread that sends and of the files."""
        self._parsing.close()
        self._batches.close()
        self._spool.cleanup()

    def _ask(self) -> None:
        """Have what was found read, and take what has been."""
        if self._group:
            found, questions = zip(*self._group, strict=True)
            self._group, self._octets = [], 0
            self._asked.append((list(found), self._parsing.ask(questions)))
        self._gather(self._parsing.most_asked)

    def _gather(self, most: int) -> None:
        """Take answers in the order of the messages, until at most so many are waited for."""
        while len(self._asked) > most:
            found, answers = self._asked.popleft()
            for one, answer in zip(found, answers.result(), strict=True):
                if isinstance(answer, Facts):
                    self._batches.add(_Ready(one, answer), answer.size)
                else:
                    self._outcome.fail(one.label, answer)

    def _spooled(self, octets: bytes) -> Path:
        with NamedTemporaryFile(dir=self._spool.name, delete=False) as file:
            file.write(octets)
            return Path(file.name)

    def _pack(self, batch: Sequence[_Ready]) -> bytes:
        return pack([Packet(one.facts, one.found.octets, self._seen.passed(one.facts.blob)) for one in batch])

    def _refused(self, ready: _Ready, reason: str) -> None:
        self._outcome.fail(ready.found.label, reason)

    def _told(self, ready: _Ready, became: JSON) -> None:
        found, blob = ready.found, ready.facts.blob
        if isinstance(found.octets, Path):
            found.octets.unlink(missing_ok=True)
        if became == Became.OVER_QUOTA:
            self._outcome.fail(found.label, NO_ROOM)
            return
        self._seen.note(blob, became == Became.TAKEN)
        if became == Became.TAKEN:
            self._outcome.take(found.mailboxes)
        else:
            self._outcome.skip(found.label, THERE, self._task.name_all)
