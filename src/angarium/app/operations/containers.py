"""The address books and calendars of an import: each is found or made, as the source tells of it."""

from collections.abc import Mapping
from typing import Final, TypeAlias, cast

from angarium.app.operations.services import Arguments, OperationError, Services, text, user_named
from angarium.datatypes.calendars import calendars
from angarium.datatypes.calendars.calendar import calendar_type
from angarium.datatypes.contacts import books
from angarium.datatypes.contacts.address_book import address_book_type
from angarium.engine.containers import Containers
from angarium.engine.shapes import Shape
from angarium.flows.bookkeeping import Wanted, container_for
from angarium.formats.json import JSON
from angarium.store.contract import Transaction

_Told: TypeAlias = Mapping[str, Shape]
"""What a source may tell of a container besides its name."""

_OF_BOOKS: Final = {each.name: each.shape for each in address_book_type("").properties if each.name in books.TOLD}
_OF_CALENDARS: Final = {each.name: each.shape for each in calendar_type("").properties if each.name in calendars.TOLD}


def place_books(services: Services, arguments: Arguments, _payload: bytes) -> tuple[JSON, bytes]:
    """import.books {user, containers}: see `_place`."""
    return _place(services, arguments, books.BOOKS, _OF_BOOKS)


def place_calendars(services: Services, arguments: Arguments, _payload: bytes) -> tuple[JSON, bytes]:
    """import.calendars {user, containers}: see `_place`."""
    return _place(services, arguments, calendars.CALENDARS, _OF_CALENDARS)


def _place(services: Services, arguments: Arguments, shelf: Containers, told: _Told) -> tuple[JSON, bytes]:
    """Find or make each of `containers` in the account of `user`; gives their ids in the same order.

    One is null for the default one, or an object with a `name`, `isDefault`, and what else an export tells.
    """
    name = text(arguments, "user")
    wanted = [_wanted(each, shelf, told) for each in cast("list[JSON]", arguments.get("containers"))]

    def job(transaction: Transaction) -> list[JSON]:
        account = user_named(transaction, name).account
        found: list[str] = []
        for each in wanted:
            found.append(container_for(transaction, account, shelf, each, found, wanted))
        return list[JSON](found)

    return services.store.write(job).result(), b""


def _wanted(item: JSON, shelf: Containers, shapes: _Told) -> Wanted | None:
    if item is None:
        return None
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        raise OperationError("arguments", f"the name of each {shelf.kind} must be a string")
    called = shelf.fitting(cast(str, item["name"]))
    told = {name: item[name] for name in shapes if item.get(name) is not None}
    for name, value in told.items():
        if problem := shapes[name](value):
            raise OperationError("arguments", f"{shelf.kind} '{called}': {name}: {problem.text}")
    return Wanted(called, told, item.get("isDefault") is True)
