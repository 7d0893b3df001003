"""Finding or making the address book that cards from elsewhere belong in, by its name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from angarium.datatypes.contacts import books, cards
from angarium.formats.json import JSON
from angarium.store.contract import AccountKey, Transaction


@dataclass(frozen=True, slots=True)
class Book:
    """Where cards are to go; what the source does not tell is None."""

    name: str
    description: str | None = None
    sort_order: int | None = None
    subscribed: bool | None = None
    is_default: bool = False


def book_for(
    transaction: Transaction,
    account: AccountKey,
    book: Book | None,
    taken: Sequence[str] = (),
    wanted: Sequence[Book | None] = (),
) -> str:
    """The id of the address book that is meant; None means the default one.

    One of the account's that holds nothing yet gets all that is told of the book. What another book of the same source
    has `taken` already stands for no second one; an empty default book makes way for that of the source, unless its
    name is `wanted` too.
    """
    there = books.DEFAULTS.current(transaction.records, account)
    if book is None:
        return there or books.create(transaction, account, books.FIRST)
    known = books.all_books(transaction.records, account)
    found = next((id_ for id_, value in known.items() if value["name"] == book.name and id_ not in taken), None)
    if found is None and book.is_default and there is not None and there not in taken:
        names = {other.name for other in wanted if other is not None}
        found = there if _is_empty(transaction, account, there) and known[there]["name"] not in names else None
    if found is None:
        found = books.create(transaction, account, book.name, **_told(book))
    elif _is_empty(transaction, account, found):
        books.change(transaction, account, found, {"name": book.name, **_told(book)})
    if book.is_default and there is not None and there != found and _is_empty(transaction, account, there):
        books.DEFAULTS.move(transaction, account, found)
    return found


def _is_empty(transaction: Transaction, account: AccountKey, book: str) -> bool:
    return not cards.in_book(transaction.records, account, book)


def _told(book: Book) -> dict[str, JSON]:
    told = {"description": book.description, "sortOrder": book.sort_order, "isSubscribed": book.subscribed}
    return {name: cast(JSON, value) for name, value in told.items() if value is not None}
