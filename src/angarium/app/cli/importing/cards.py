"""Taking in cards, of vCard files and of exports: read here, stored by who writes.

Files are read a card at a time, so a file may be of any length. What cannot be read is named with its place.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast

from angarium.app.cli.importing.batches import Batches, Freight
from angarium.app.cli.importing.sources import Kind, Source
from angarium.app.cli.importing.taking import Task
from angarium.app.operations.card_batch import pack
from angarium.datatypes.contacts.ingest import NewCard, checked, new_card
from angarium.formats.addressbooks import ExportedBook, ExportedCard, parse_head, parse_line
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON
from angarium.formats.primitives import format_utc
from angarium.formats.vcard import cards

THERE: Final = "the account has this card already"
DEFAULT: Final = "the default address book"

_PIECE = 1 << 18
_BATCH_CARDS = 500
_BATCH_OCTETS = 4_000_000


@dataclass(frozen=True, slots=True)
class _Ready:
    """A card that waits for its batch; `problems` are what could not be read of it."""

    label: str
    books: list[str]
    card: NewCard
    problems: Sequence[str]


class CardTaker:
    """One import of cards; with `book` all of them go to the address book of that name."""

    kinds: Final = (Kind.CARDS, Kind.CONTACTS)

    def __init__(self, task: Task, book: str | None) -> None:
        self._task = task
        self._outcome = task.outcome
        self._book = book
        self._most = 2 * task.limit  # base64 makes a photo a third larger
        self._everywhere: list[str] | None = None
        self._moment = format_utc(int(time.time()) * 1000)
        freight = Freight("import.cards", {"user": task.user}, self._pack, self._told, self._refused)
        self._batches = Batches(task.caller, freight, _BATCH_CARDS, _BATCH_OCTETS)

    def take(self, source: Source) -> Iterator[int]:
        """Take the cards of a source; gives how much of it each was."""
        reader = self._vcards if source.kind is Kind.CARDS else self._exported
        try:
            yield from reader(source.path)
        except OSError as error:
            self._outcome.fail(str(source.path), error.strerror or str(error))
        except FormatError as error:
            self._outcome.fail(str(source.path), error.problem)

    def finish(self) -> None:
        """Wait for everything to be stored."""
        self._batches.flush()

    def close(self) -> None:
        """Let go of the thread that sends."""
        self._batches.close()

    def _vcards(self, path: Path) -> Iterator[int]:
        position, number = 0, 0
        for number, found in enumerate(cards(_pieces(path), self._most), start=1):
            label = f"{path}, card {number} (at octet {found.position})"
            problems = [problem.text for problem in found.problems]
            if found.card is None:
                self._outcome.fail(label, problems[0])
            else:
                self._send(label, found.card, [self._book or DEFAULT], self._one_book(), problems)
            yield found.position - position
            position = found.position
        size = path.stat().st_size
        yield max(0, size - position)
        if not number and size:
            self._outcome.fail(str(path), "there is no vCard in it")

    def _exported(self, path: Path) -> Iterator[int]:
        """Cards of an export go back to their books, unless all are to go to one."""
        with path.open("rb") as file:
            books = parse_head(file.readline(self._most))
            ids = self._books(books)
            for number, (size, line) in enumerate(_lines(file, self._most), start=1):
                label = f"{path}, card {number}"
                try:
                    found = parse_line(line, len(books))
                    if found is not None:
                        self._send(label, checked(found.card), *self._places(found, books, ids), ())
                except FormatError as error:
                    self._outcome.fail(label, error.problem)
                yield size

    def _places(
        self, found: ExportedCard, books: Sequence[ExportedBook], ids: Sequence[str]
    ) -> tuple[list[str], list[str]]:
        """Names and ids of the books that a card goes to."""
        if self._book is not None or not found.books:
            return [self._book or DEFAULT], self._one_book()
        return [books[place].name for place in found.books], [ids[place] for place in found.books]

    def _send(
        self, label: str, card: Mapping[str, JSON], names: list[str], books: Sequence[str], problems: Sequence[str]
    ) -> None:
        """Send a card that is valid."""
        try:
            new = new_card(card, books, self._moment)
        except FormatError as error:
            self._outcome.fail(label, error.problem)
            return
        except Exception as error:  # a fault of the converter must not end an import of thousands
            self._outcome.fail(label, f"a fault in reading it: {error!r}")
            return
        self._batches.add(_Ready(label, names, new, problems), len(new.value) + sum(map(len, new.blobs)))

    def _one_book(self) -> list[str]:
        """The book for all cards that do not say theirs."""
        if self._everywhere is None:
            wanted: JSON = None if self._book is None else {"name": self._book}
            self._everywhere = self._found([wanted])
        return self._everywhere

    def _books(self, books: Sequence[ExportedBook]) -> list[str]:
        if self._book is not None:
            return []
        return self._found(
            [
                {
                    "name": book.name,
                    "description": book.description,
                    "sortOrder": book.sort_order,
                    "isSubscribed": book.subscribed,
                    "isDefault": book.is_default,
                }
                for book in books
            ]
        )

    def _found(self, books: list[JSON]) -> list[str]:
        self._batches.land()
        return cast("list[str]", self._task.caller.call("import.books", {"user": self._task.user, "books": books})[0])

    def _pack(self, batch: Sequence[_Ready]) -> bytes:
        return pack([ready.card for ready in batch])

    def _told(self, ready: _Ready, taken: JSON) -> None:
        if not taken:
            self._outcome.skip(ready.label, THERE, self._task.name_all)
            return
        self._outcome.take(ready.books)
        for problem in ready.problems:
            self._outcome.lacks(ready.label, problem)

    def _refused(self, ready: _Ready, reason: str) -> None:
        self._outcome.fail(ready.label, reason)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _lines(file: BinaryIO, most: int) -> Iterator[tuple[int, bytes]]:
    """The lines from here on with their sizes; of one that is larger than `most`, as much as that."""
    while line := file.readline(most):
        size, rest = len(line), line
        while len(rest) == most and not rest.endswith(b"\n"):
            rest = file.readline(most)
            size += len(rest)
        yield size, line
