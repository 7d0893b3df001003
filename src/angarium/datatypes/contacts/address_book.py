"""AddressBook (RFC 9610 §2): exactly one default, contents that go or stay, sharing as far as our grants go.

Others use an account as a whole (`angarium account grant`), so rights follow from the account and `shareWith` is null.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from angarium.datatypes.contacts import books, cards
from angarium.datatypes.contacts.books import KIND
from angarium.engine import defaults
from angarium.engine.call import Call
from angarium.engine.declare import Argument, DataType, Property
from angarium.engine.errors import SetError, SetErrorType
from angarium.engine.records import RecordObjects
from angarium.engine.shapes import an_object, boolean, identifier, integer_from, line_of, nullable, text_of
from angarium.formats.json import JSON

LONGEST_DESCRIPTION: Final = 10_000
"""Octets of UTF-8."""


def _rights(call: Call) -> JSON:
    """AddressBookRights: whoever may write to the account may do everything with its books but share them."""
    may_write = not call.account.read_only
    return {"mayRead": True, "mayWrite": may_write, "mayShare": False, "mayDelete": may_write}


def _check(_call: Call, _book: str | None, value: Mapping[str, JSON]) -> None:
    if value.get("shareWith") is not None:
        raise SetError(
            SetErrorType.FORBIDDEN, "shareWith: you may not share address books; accounts are shared as a whole"
        )


_OBJECTS: Final = RecordObjects(
    KIND,
    books.PREFIX,
    books.indexes,
    _check,
    computed={"myRights": _rights, "shareWith": lambda _call: None},
    # RFC 9610 §2.3: what is new in the account of the user is seen, what others let the user see is not.
    per_user={"isSubscribed": lambda call: call.account.personal},
)


class AddressBookWriter:
    """Creates, changes and destroys address books."""

    def create(self, call: Call, value: dict[str, JSON]) -> dict[str, JSON]:
        """Make a book; it is the default one when there is no other."""
        is_default = books.DEFAULTS.current(call.transaction.records, call.account.key) is None
        return _OBJECTS.create(call, {**value, "isDefault": is_default})

    def load(self, call: Call, record: str, names: Sequence[str]) -> dict[str, JSON] | None:
        """The current values."""
        return _OBJECTS.load(call, record, names)

    def update(
        self, call: Call, record: str, old: dict[str, JSON], new: dict[str, JSON], names: Sequence[str]
    ) -> dict[str, JSON] | None:
        """Change a book."""
        return _OBJECTS.update(call, record, old, new, names)

    def destroy(self, call: Call, record: str) -> None:
        """Remove a book, and what it holds as `onDestroyRemoveContents` says (RFC 9610 §2.3)."""
        account, transaction = call.account.key, call.transaction
        held = cards.in_book(transaction.records, account, record)
        if held and not call.flag("onDestroyRemoveContents"):
            raise SetError(SetErrorType.ADDRESS_BOOK_HAS_CONTENTS, "the address book holds cards")
        cards.leave(transaction, account, record, held, call.request.now)
        _OBJECTS.destroy(call, record)


def address_book_type(capability: str) -> DataType:
    """The declaration of AddressBook under the capability of contacts."""
    return DataType(
        name=KIND,
        capability=capability,
        properties=(
            Property("id", identifier, server_set=True, immutable=True),
            Property("name", line_of(books.LONGEST_NAME)),
            Property("description", nullable(text_of(LONGEST_DESCRIPTION)), None),
            Property("sortOrder", integer_from(0, 2**31 - 1), 0),
            Property("isDefault", boolean, server_set=True),
            Property("isSubscribed", boolean, True),
            Property("shareWith", nullable(an_object), None),
            Property("myRights", an_object, server_set=True),
        ),
        reader=_OBJECTS,
        writer=AddressBookWriter(),
        arguments={"set": (Argument("onDestroyRemoveContents", boolean, False), defaults.ARGUMENT)},
        before_set=books.DEFAULTS.settling,
    )
