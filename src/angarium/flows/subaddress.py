"""The mailbox that new mail for an address belongs in: what the detail of `ann+lists@…` names, else the inbox.

RFC 5233. A detail names a mailbox by its name, its path with `/` or `.` between the names, or its role; case does not
count. Nobody who writes to a user can make mailboxes that way.
"""

from collections.abc import Iterator

from angarium.datatypes.mail.mailbox import record as records
from angarium.datatypes.principals.names import fold
from angarium.flows.filing import Place, mailbox_for
from angarium.store.contract import AccountKey, Transaction

_INBOX = Place(("Inbox",), "inbox")


def mailbox_of(transaction: Transaction, account: AccountKey, detail: str | None) -> str:
    """The id of the mailbox; an account without an inbox gets one."""
    named = _named(transaction, account, detail) if detail else None
    inbox = named or records.with_role(transaction.records, account, "inbox")
    return inbox or mailbox_for(transaction, account, _INBOX)


def _named(transaction: Transaction, account: AccountKey, detail: str) -> str | None:
    wanted = fold(detail)
    forest = records.read_all(transaction.records, account)
    for mailbox in forest:
        if wanted in _spellings(forest, mailbox):
            return mailbox
    return next((mailbox for mailbox, found in forest.items() if found.role == wanted), None)


def _spellings(forest: records.Forest, mailbox: str) -> Iterator[str]:
    names = [forest[step].name for step in (*reversed(records.ancestors(forest, mailbox)), mailbox)]
    return (fold(separator.join(names)) for separator in "/.")
