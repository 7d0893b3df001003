"""Address books as they are stored: the records, and which of them is the default (RFC 9610 §2).

For whoever needs a book without being asked by a client: new accounts, imports, exports.
"""

from collections.abc import Mapping
from typing import Final, cast

from angarium.engine.defaults import INDEX, Defaults, entries
from angarium.engine.records import OWNER, own, with_own
from angarium.engine.shapes import fitted
from angarium.formats.json import JSON, dumps, loads
from angarium.store.contract import AccountKey, Indexes, Records, Transaction

KIND: Final = "AddressBook"
PREFIX: Final = "A"
FIRST: Final = "Contacts"
"""The name of the book that every account begins with."""

LONGEST_NAME: Final = 255
"""Octets of UTF-8."""

IS_SUBSCRIBED: Final = "isSubscribed"
_NEW: Final[Mapping[str, JSON]] = {"description": None, "sortOrder": 0, "isDefault": False}


def indexes(value: Mapping[str, JSON]) -> Indexes:
    """By name, and the default one."""
    return {"name": [cast(str, value["name"])], INDEX: entries(value)}


DEFAULTS: Final = Defaults(KIND, indexes)


def fitting(name: str) -> str:
    """A name that a book may have: controls are replaced, what is too long is cut."""
    return fitted(name, LONGEST_NAME) or FIRST


def existing(records: Records, account: AccountKey, books: list[str]) -> set[str]:
    """Those of the ids that name a book of the account."""
    return set(records.get(account, KIND, books))


def all_books(records: Records, account: AccountKey) -> dict[str, dict[str, JSON]]:
    """Every book as its owner sees it, in order of creation."""
    return decoded(records.get(account, KIND))


def decoded(stored: Mapping[str, bytes]) -> dict[str, dict[str, JSON]]:
    """Books as their owner sees them, in their stored JSON."""
    values = {book: cast("dict[str, JSON]", loads(value)) for book, value in stored.items()}
    return {book: {**value, IS_SUBSCRIBED: True, **own(value, OWNER)} for book, value in values.items()}


def create(transaction: Transaction, account: AccountKey, name: str, **more: JSON) -> str:
    """A new book of the owner, the default one when there is none yet; its id."""
    is_default = DEFAULTS.current(transaction.records, account) is None
    value = _owned({"name": name, **_NEW, **more, "isDefault": is_default})
    return transaction.records.create(account, KIND, PREFIX, dumps(value), indexes(value))


def change(transaction: Transaction, account: AccountKey, book: str, values: Mapping[str, JSON]) -> None:
    """Change a book that exists, as its owner would."""
    (stored,) = transaction.records.get(account, KIND, [book]).values()
    before = cast("dict[str, JSON]", loads(stored))
    after = _owned({**before, **values})
    if after != before:
        transaction.records.update(account, KIND, book, dumps(after), indexes(after))


def _owned(value: Mapping[str, JSON]) -> dict[str, JSON]:
    """A stored value in which what each user has apart is set for the owner."""
    shared = {name: item for name, item in value.items() if name != IS_SUBSCRIBED}
    return with_own(shared, OWNER, {IS_SUBSCRIBED: value[IS_SUBSCRIBED]}) if IS_SUBSCRIBED in value else shared


def begin(transaction: Transaction, account: AccountKey) -> None:
    """Give the account its first book, unless it ever had one."""
    if not transaction.state(account, KIND):
        create(transaction, account, FIRST)
