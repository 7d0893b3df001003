"""Taking in cards, of vCard files and of exports: read here, stored by who writes.

Files are read a card at a time, so a file may be of any length. What cannot be read is named with its place.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from angarium.app.cli.importing.shipment import CARDS, Goal, Shipment
from angarium.app.cli.importing.sources import Kind, Source, lines, pieces
from angarium.app.cli.importing.taking import Task
from angarium.datatypes.contacts.ingest import checked, new_card
from angarium.engine.arrivals import Arrival
from angarium.formats.addressbooks import parse_head, parse_line
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON
from angarium.formats.primitives import format_utc
from angarium.formats.vcard import cards


class CardTaker:
    """One import of cards; with `book` all of them go to the address book of that name."""

    kinds: Final = (Kind.CARDS, Kind.CONTACTS)

    def __init__(self, task: Task, book: str | None) -> None:
        self._outcome = task.outcome
        self._most = 2 * task.limit  # base64 makes a photo a third larger
        self._moment = format_utc(int(time.time()) * 1000)
        self._shipment = Shipment(task, CARDS, book)

    def take(self, source: Source) -> Iterator[int]:
        """Take the cards of a source; gives how much of it each was."""
        return self._vcards(source.path) if source.kind is Kind.CARDS else self._exported(source.path)

    def finish(self) -> None:
        """Wait for everything to be stored."""
        self._shipment.finish()

    def close(self) -> None:
        """Let go of the thread that sends."""
        self._shipment.close()

    def _vcards(self, path: Path) -> Iterator[int]:
        position, number = 0, 0
        for number, found in enumerate(cards(pieces(path), self._most), start=1):
            label = f"{path}, card {number} (at octet {found.position})"
            problems = [problem.text for problem in found.problems]
            if found.card is None:
                self._outcome.fail(label, problems[0])
            else:
                self._send(label, found.card, self._shipment.goal(), problems)
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
            goal = self._shipment.goals([book.told() for book in books])
            for number, (size, line) in enumerate(lines(file, self._most), start=1):
                label = f"{path}, card {number}"
                try:
                    found = parse_line(line, len(books))
                    if found is not None:
                        self._send(label, checked(found.card), goal(found.books), ())
                except FormatError as error:
                    self._outcome.fail(label, error.problem)
                yield size

    def _send(self, label: str, card: Mapping[str, JSON], goal: Goal, problems: Sequence[str]) -> None:
        """Send a card that is valid."""
        self._shipment.send(label, partial(self._made, card), goal, problems)

    def _made(self, card: Mapping[str, JSON], books: Sequence[str]) -> Arrival:
        return new_card(card, books, self._moment)
