"""Address books as they are stored: the records, and which of them is the default (RFC 9610 §2).

For whoever needs a book without being asked by a client: new accounts, imports, exports.
"""

from collections.abc import Mapping
from typing import Final, cast

from angarium.engine.defaults import INDEX, Defaults, entries
from angarium.formats.json import JSON, dumps, loads
from angarium.store.contract import AccountKey, Indexes, Records, Transaction

KIND: Final = "AddressBook"
PREFIX: Final = "A"
FIRST: Final = "Contacts"
"""The name of the book that every account begins with."""

LONGEST_NAME: Final = 255
"""Octets of UTF-8."""

_NEW: Final[Mapping[str, JSON]] = {"description": None, "sortOrder": 0, "isDefault": False}


def indexes(value: Mapping[str, JSON]) -> Indexes:
    """By name, and the default one."""
    return {"name": [cast(str, value["name"])], INDEX: entries(value)}


DEFAULTS: Final = Defaults(KIND, indexes)


def existing(records: Records, account: AccountKey, books: list[str]) -> set[str]:
    """Those of the ids that name a book of the account."""
    return set(records.get(account, KIND, books))


def all_books(records: Records, account: AccountKey) -> dict[str, dict[str, JSON]]:
    """Every book with its stored value, in order of creation."""
    return {book: cast("dict[str, JSON]", loads(value)) for book, value in records.get(account, KIND).items()}


def create(transaction: Transaction, account: AccountKey, name: str, **more: JSON) -> str:
    """A new book, the default one when there is none yet; its id."""
    is_default = DEFAULTS.current(transaction.records, account) is None
    value = {"name": name, **_NEW, **more, "isDefault": is_default}
    return transaction.records.create(account, KIND, PREFIX, dumps(value), indexes(value))


def begin(transaction: Transaction, account: AccountKey) -> None:
    """Give the account its first book, unless it ever had one."""
    if not transaction.state(account, KIND):
        create(transaction, account, FIRST)
