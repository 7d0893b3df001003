"""Mailbox as the engine runs it: properties, filters, sorts, arguments (RFC 8621 §2)."""

from typing import Final

from angarium.datatypes.mail.mailbox.query import QUERIER
from angarium.datatypes.mail.mailbox.reader import COUNTS, MailboxReader
from angarium.datatypes.mail.mailbox.record import KIND
from angarium.datatypes.mail.mailbox.rules import NAME, ROLE, SORT_ORDER
from angarium.datatypes.mail.mailbox.together import settle
from angarium.datatypes.mail.mailbox.writer import MailboxWriter
from angarium.engine.call import Call
from angarium.engine.declare import Argument, DataType, Filter, Property, Response, Sort
from angarium.engine.shapes import an_object, boolean, identifier, nullable, reference, text, unsigned

_READER: Final = MailboxReader()


def _updated_properties(_: Call, only_derived: bool) -> Response:
    """RFC 8621 §2.2."""
    return {"updatedProperties": list(COUNTS) if only_derived else None}


def mailbox_type(capability: str) -> DataType:
    """The declaration of Mailbox under the capability of mail."""
    return DataType(
        name=KIND,
        capability=capability,
        properties=(
            Property("id", identifier, server_set=True, immutable=True),
            Property("name", NAME),
            Property("parentId", nullable(reference), None, references=KIND),
            Property("role", ROLE, None),
            Property("sortOrder", SORT_ORDER, 0),
            *(Property(name, unsigned, server_set=True) for name in COUNTS),
            Property("myRights", an_object, server_set=True),
            Property("isSubscribed", boolean, True),
        ),
        reader=_READER,
        writer=MailboxWriter(_READER),
        querier=QUERIER,
        filters=(
            Filter("parentId", nullable(identifier)),
            Filter("name", text),
            Filter("role", nullable(text)),
            Filter("hasAnyRole", boolean),
            Filter("isSubscribed", boolean),
        ),
        sorts=(Sort("sortOrder"), Sort("name")),
        arguments={
            "query": (Argument("sortAsTree", boolean, False), Argument("filterAsTree", boolean, False)),
            "set": (Argument("onDestroyRemoveEmails", boolean, False),),
        },
        before_set=settle,
        changes_extra=_updated_properties,
    )
