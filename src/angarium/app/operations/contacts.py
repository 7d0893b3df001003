"""Operations on contacts: the books and cards of an import, and making their full text anew."""

from typing import cast

from angarium.app.operations.arrivals import take
from angarium.app.operations.services import Arguments, OperationError, Services, account_number, text, user_named
from angarium.datatypes.contacts import cards, ingest
from angarium.datatypes.contacts.books import BOOKS
from angarium.flows.bookkeeping import Wanted, container_for
from angarium.formats.json import JSON
from angarium.store.contract import Transaction

_TOLD = ("description", "sortOrder", "isSubscribed")
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
            found.append(container_for(transaction, account, BOOKS, book, found, wanted))
        return list[JSON](found)

    return services.store.write(job).result(), b""


def import_cards(services: Services, arguments: Arguments, payload: bytes) -> tuple[JSON, bytes]:
    """import.cards {user} with cards (see `arrivals`): gives for each whether it was taken, not there before."""
    return take(services, arguments, payload, ingest.store)


def search(services: Services, arguments: Arguments, _payload: bytes) -> tuple[JSON, bytes]:
    """rebuild.cards {account, after}: the next few cards; gives what to pass as `after` next, null at the end."""
    account, after = account_number(arguments), cast("str | None", arguments.get("after"))
    return services.store.write(lambda view: cards.reindex(view, account, after, _INDEXED)).result(), b""


def _book(item: JSON) -> Wanted | None:
    if item is None:
        return None
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        raise OperationError("arguments", "a book needs a name")
    told = {name: item[name] for name in _TOLD if item.get(name) is not None}
    return Wanted(BOOKS.fitting(cast(str, item["name"])), told, item.get("isDefault") is True)
