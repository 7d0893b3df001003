"""`contacts.json`, the contacts of an export: address books, and cards as JSContact with the books that each is in.

A Media that is a blob has a `data:` URI here, so a card is whole. RFC 9553, RFC 9610.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from angarium.formats.exportfile import TAIL, Layout
from angarium.formats.json import JSON

FOLDER: Final = "contacts"
FILE: Final = f"{FOLDER}/contacts.json"
_LAYOUT: Final = Layout(FILE, "books", "cards", "card")


@dataclass(frozen=True, slots=True)
class ExportedBook:
    """An address book as its owner has it."""

    name: str
    description: str | None = None
    sort_order: int = 0
    is_default: bool = False
    subscribed: bool = True

    def told(self) -> dict[str, JSON]:
        """The book as the file has it."""
        return {
            "name": self.name,
            "description": self.description,
            "sortOrder": self.sort_order,
            "isDefault": self.is_default,
            "isSubscribed": self.subscribed,
        }


@dataclass(frozen=True, slots=True)
class ExportedCard:
    """A card and the places of its books in the list of books."""

    card: Mapping[str, JSON]
    books: Sequence[int]

    def line(self) -> bytes:
        """The card as JSON on one line."""
        return _LAYOUT.line(self.card, self.books)


def head(books: Sequence[ExportedBook]) -> bytes:
    """The beginning of the file; lines of cards follow, with `,` and a line end between them, and then `tail`."""
    return _LAYOUT.head([book.told() for book in books])


def tail() -> bytes:
    """The end of the file."""
    return TAIL


def parse_head(line: bytes) -> list[ExportedBook]:
    """The books in the first line of the file; raises FormatError."""
    return [_book(book) for book in _LAYOUT.parse_head(line)]


def parse_line(line: bytes, books: int) -> ExportedCard | None:
    """The card of a line after the first, in some of so many books; None for the end. Raises FormatError."""
    found = _LAYOUT.parse_line(line, books)
    return None if found is None else ExportedCard(found.thing, found.places)


def _book(value: Mapping[str, JSON]) -> ExportedBook:
    description, order = value.get("description"), value.get("sortOrder")
    return ExportedBook(
        name=cast(str, value["name"]),
        description=description if isinstance(description, str) else None,
        sort_order=order if isinstance(order, int) and 0 <= order < 2**31 else 0,
        is_default=value.get("isDefault") is True,
        subscribed=value.get("isSubscribed") is not False,
    )
