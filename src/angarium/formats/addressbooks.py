"""`contacts.json`, the contacts of an export: address books, and cards as JSContact with the books that each is in.

The text is JSON with one card a line, so that it can be written and read a card at a time. A Media that is a blob has a
`data:` URI here, so a card is whole. RFC 9553, RFC 9610.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from angarium.formats.errors import FormatError
from angarium.formats.json import JSON, dumps, parse

FOLDER: Final = "contacts"
FILE: Final = f"{FOLDER}/contacts.json"
_VERSION: Final = 1
_HEAD_END: Final = b',"cards":['
_TAIL: Final = b"]}"


@dataclass(frozen=True, slots=True)
class ExportedBook:
    """An address book as its owner has it."""

    name: str
    description: str | None = None
    sort_order: int = 0
    is_default: bool = False
    subscribed: bool = True


@dataclass(frozen=True, slots=True)
class ExportedCard:
    """A card and the places of its books in the list of books."""

    card: Mapping[str, JSON]
    books: Sequence[int]

    def line(self) -> bytes:
        """The card as JSON on one line."""
        return dumps({"books": list[JSON](self.books), "card": dict(self.card)})


def head(books: Sequence[ExportedBook]) -> bytes:
    """The beginning of the file; lines of cards follow, with `,` and a line end between them, and then `tail`."""
    told: list[JSON] = [
        {
            "name": book.name,
            "description": book.description,
            "sortOrder": book.sort_order,
            "isDefault": book.is_default,
            "isSubscribed": book.subscribed,
        }
        for book in books
    ]
    return dumps({"version": _VERSION, "books": told})[:-1] + _HEAD_END + b"\n"


def tail() -> bytes:
    """The end of the file."""
    return b"\n" + _TAIL + b"\n"


def parse_head(line: bytes) -> list[ExportedBook]:
    """The books in the first line of the file; raises FormatError."""
    text = line.rstrip()
    if not text.endswith(_HEAD_END):
        raise FormatError("the first line does not hold address books")
    value = parse(text.removesuffix(_HEAD_END) + b"}")
    books = value.get("books") if isinstance(value, dict) else None
    if not isinstance(value, dict) or value.get("version") != _VERSION or not isinstance(books, list):
        raise FormatError(f"this is no list of contacts of version {_VERSION}")
    return [_book(book) for book in books]


def parse_line(line: bytes, books: int) -> ExportedCard | None:
    """The card of a line after the first, in some of so many books; None for the end. Raises FormatError."""
    text = line.strip().removesuffix(b",")
    if not text or text == _TAIL:
        return None
    value = parse(text)
    card, places = (value.get("card"), value.get("books")) if isinstance(value, dict) else (None, None)
    if not isinstance(card, dict) or not isinstance(places, list):
        raise FormatError("this is no card with its address books")
    known = [place for place in places if type(place) is int and 0 <= place < books]
    return ExportedCard(card, known)


def _book(value: JSON) -> ExportedBook:
    if not isinstance(value, dict) or not isinstance(value.get("name"), str) or not value["name"]:
        raise FormatError("an address book needs a name")
    description, order = value.get("description"), value.get("sortOrder")
    return ExportedBook(
        name=cast(str, value["name"]),
        description=description if isinstance(description, str) else None,
        sort_order=order if isinstance(order, int) and 0 <= order < 2**31 else 0,
        is_default=value.get("isDefault") is True,
        subscribed=value.get("isSubscribed") is not False,
    )
