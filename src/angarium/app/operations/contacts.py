"""Operations on contacts: the books and cards of an import, and making their full text anew."""

from contextlib import ExitStack
from typing import cast

from angarium.app.operations.card_batch import unpack
from angarium.app.operations.services import Arguments, OperationError, Services, account_number, text, user_named
from angarium.app.operations.staging import INLINE, staged_blob
from angarium.datatypes.contacts import books, cards, ingest
from angarium.flows.bookkeeping import Book, book_for
from angarium.formats.json import JSON
from angarium.store.contract import Transaction

_INDEXED = 200
"""Cards that are read again while the writer is held."""


def import_books(services: Services, arguments: Arguments, _payload: bytes) -> tuple[JSON, bytes]:
    """import.books {user, books}: find or make a book for each; gives their ids in the same order.

    A book is null for the default one, or {name, description, sortOrder, isSubscribed, isDefault}; all but `name` may
    be null.
    """
    name, wanted = text(arguments, "user"), [_book(item) for item in cast("list[JSON]", arguments.get("books"))]

    def job(transaction: Transaction) -> list[JSON]:
        account = user_named(transaction, name).account
        found: list[str] = []
        for book in wanted:
            found.append(book_for(transaction, account, book, found, wanted))
        return list[JSON](found)

    return services.store.write(job).result(), b""


def import_cards(services: Services, arguments: Arguments, payload: bytes) -> tuple[JSON, bytes]:
    """import.cards {user} with cards (see `card_batch`): gives for each whether it was taken, not there before."""
    name = text(arguments, "user")
    given = list(unpack(payload))
    with ExitStack() as staged:
        large = {octets for card in given for octets in card.blobs if len(octets) > INLINE}
        ready = {octets: staged_blob(services.store, octets, staged) for octets in large}

        def job(transaction: Transaction) -> list[JSON]:
            account = user_named(transaction, name).account
            return list[JSON](ingest.store(transaction, account, given, ready))

        return services.store.write(job).result(), b""


def search(services: Services, arguments: Arguments, _payload: bytes) -> tuple[JSON, bytes]:
    """rebuild.cards {account, after}: the next few cards; gives what to pass as `after` next, null at the end."""
    account, after = account_number(arguments), cast("str | None", arguments.get("after"))
    return services.store.write(lambda view: cards.reindex(view, account, after, _INDEXED)).result(), b""


def _book(item: JSON) -> Book | None:
    if item is None:
        return None
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        raise OperationError("arguments", "a book needs a name")
    return Book(
        name=books.fitting(cast(str, item["name"])),
        description=cast("str | None", item.get("description")),
        sort_order=cast("int | None", item.get("sortOrder")),
        subscribed=cast("bool | None", item.get("isSubscribed")),
        is_default=item.get("isDefault") is True,
    )
