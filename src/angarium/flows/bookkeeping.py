"""Finding or making the address book or calendar that things from elsewhere belong in, by its name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from angarium.datatypes.calendars import calendars, events
from angarium.datatypes.contacts import books, cards
from angarium.engine.defaults import Defaults
from angarium.formats.json import JSON
from angarium.store.contract import AccountKey, Records, Transaction


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where things are to go: a name, and what else the source tells of it."""

    name: str
    told: Mapping[str, JSON] = field(default_factory=dict)
    is_default: bool = False


class Create(Protocol):
    """How a container is made."""

    def __call__(self, transaction: Transaction, account: AccountKey, name: str, **more: JSON) -> str:
        """Make one, the default one when there is none yet; its id."""
        ...


@dataclass(frozen=True, slots=True)
class Shelf:
    """Containers of one kind: the name of the first one, all that there are, what is in one, making and changing."""

    defaults: Defaults
    first: str
    every: Callable[[Records, AccountKey], dict[str, dict[str, JSON]]]
    held: Callable[[Records, AccountKey, str], list[str]]
    create: Create
    change: Callable[[Transaction, AccountKey, str, Mapping[str, JSON]], None]


BOOKS: Final = Shelf(books.DEFAULTS, books.FIRST, books.all_books, cards.in_book, books.create, books.change)
CALENDARS: Final = Shelf(
    calendars.DEFAULTS,
    calendars.FIRST,
    calendars.all_calendars,
    events.in_calendar,
    calendars.create,
    calendars.change,
)


def container_for(
    transaction: Transaction,
    account: AccountKey,
    shelf: Shelf,
    wanted: Wanted | None,
    taken: Sequence[str] = (),
    others: Sequence[Wanted | None] = (),
) -> str:
    """The id of the container that is meant; None means the default one.

    One of the account's that holds nothing yet gets all that is told. What another one of the same source has `taken`
    already stands for no second one; an empty default one makes way for that of the source, unless its name is that
    of one of the `others` of the source too.
    """
    there = shelf.defaults.current(transaction.records, account)
    if wanted is None:
        return there or shelf.create(transaction, account, shelf.first)
    known = shelf.every(transaction.records, account)
    found = next((id_ for id_, value in known.items() if value["name"] == wanted.name and id_ not in taken), None)

    def is_empty(container: str) -> bool:
        return not shelf.held(transaction.records, account, container)

    if found is None and wanted.is_default and there is not None and there not in taken:
        names = {other.name for other in others if other is not None}
        found = there if is_empty(there) and known[there]["name"] not in names else None
    if found is None:
        found = shelf.create(transaction, account, wanted.name, **wanted.told)
    elif is_empty(found):
        shelf.change(transaction, account, found, {"name": wanted.name, **wanted.told})
    if wanted.is_default and there is not None and there != found and is_empty(there):
        shelf.defaults.move(transaction, account, found)
    return found
