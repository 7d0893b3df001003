"""AddressBook (RFC 9610 §2): exactly one default, contents that go or stay, sharing as far as our grants go.

Others use an account as a whole (`angarium account grant`), so rights follow from the account and `shareWith` is null.
"""

from typing import Final

from angarium.datatypes.contacts.books import BOOKS, KIND
from angarium.engine import defaults
from angarium.engine.call import Call
from angarium.engine.containers import LONGEST_DESCRIPTION, LONGEST_NAME, ContainerWriter, check_shared
from angarium.engine.declare import Argument, DataType, Property
from angarium.engine.errors import SetErrorType
from angarium.engine.records import RecordObjects
from angarium.engine.shapes import an_object, boolean, identifier, integer_from, line_of, nullable, text_of
from angarium.formats.json import JSON

_EMPTYING: Final = "onDestroyRemoveContents"
"""RFC 9610 §2.3."""


def _rights(call: Call) -> JSON:
    """AddressBookRights: whoever may write to the account may do everything with its books but share them."""
    may_write = not call.account.read_only
    return {"mayRead": True, "mayWrite": may_write, "mayShare": False, "mayDelete": may_write}


_OBJECTS: Final = RecordObjects(
    KIND,
    BOOKS.prefix,
    BOOKS.indexes,
    check_shared,
    computed={"myRights": _rights, "shareWith": lambda _call: None},
    # RFC 9610 §2.3: what is new in the account of the user is seen, what others let the user see is not.
    per_user={"isSubscribed": lambda call: call.account.personal},
)


def address_book_type(capability: str) -> DataType:
    """The declaration of AddressBook under the capability of contacts."""
    return DataType(
        name=KIND,
        capability=capability,
        properties=(
            Property("id", identifier, server_set=True, immutable=True),
            Property("name", line_of(LONGEST_NAME)),
            Property("description", nullable(text_of(LONGEST_DESCRIPTION)), None),
            Property("sortOrder", integer_from(0, 2**31 - 1), 0),
            Property("isDefault", boolean, server_set=True),
            Property("isSubscribed", boolean, True),
            Property("shareWith", nullable(an_object), None),
            Property("myRights", an_object, server_set=True),
        ),
        reader=_OBJECTS,
        writer=ContainerWriter(_OBJECTS, BOOKS, _EMPTYING, SetErrorType.ADDRESS_BOOK_HAS_CONTENTS),
        arguments={"set": (Argument(_EMPTYING, boolean, False), defaults.ARGUMENT)},
        before_set=BOOKS.defaults.settling,
    )
