"""The capability urn:ietf:params:jmap:contacts (RFC 9610 §1.4.1), and that of parsing, which no RFC has.

The latter is what urn:ietf:params:jmap:calendars:parse is to calendars.
"""

from typing import Final

from angarium.engine.access import AccountAccess
from angarium.engine.declare import Capability
from angarium.formats.json import JSON

CONTACTS: Final = "urn:ietf:params:jmap:contacts"
CONTACTS_PARSE: Final = "urn:ietf:params:jmap:contacts:parse"


def _account(access: AccountAccess) -> dict[str, JSON]:
    return {"maxAddressBooksPerCard": None, "mayCreateAddressBook": not access.read_only}


def contacts_capabilities() -> tuple[Capability, ...]:
    """What this server can do for contacts."""
    return (Capability(CONTACTS, account=_account), Capability(CONTACTS_PARSE))
