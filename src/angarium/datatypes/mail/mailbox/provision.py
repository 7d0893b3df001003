"""The mailboxes that a new account begins with."""

from collections.abc import Mapping, Sequence
from typing import Final

from angarium.datatypes.mail.mailbox.record import OWNER, MailboxRecord, add
from angarium.datatypes.mail.mailbox.rules import ROLES
from angarium.store.contract import AccountKey, Transaction

_NAMES: Final[Mapping[str, str]] = {
    "inbox": "Inbox",
    "drafts": "Drafts",
    "sent": "Sent",
    "archive": "Archive",
    "junk": "Junk",
    "trash": "Trash",
}
"""English names; other roles are called by themselves."""


def create_default(transaction: Transaction, account: AccountKey, roles: Sequence[str]) -> dict[str, str]:
    """Make a top-level mailbox for each role, in this order of sorting; gives role to id. ValueError for no role."""
    made: dict[str, str] = {}
    for position, role in enumerate(dict.fromkeys(roles), start=1):
        if role not in ROLES:
            raise ValueError(f"'{role}' is no role of a mailbox; roles are {', '.join(ROLES)}")
        name = _NAMES.get(role, role.capitalize())
        made[role] = add(transaction, account, MailboxRecord(name, None, role, position * 10, frozenset((OWNER,))))
    return made
