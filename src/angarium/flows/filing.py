"""Finding or making the mailbox that mail from elsewhere belongs in, by its name, its parents' names, or its role.

Other programs name folders as they like: `INBOX` is the inbox, `Sent Items` the mailbox with role sent. A new mailbox
is subscribed and has the role that its name tells, when no other has it.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace

from angarium.datatypes.mail.mailbox import DEEPEST, LONGEST_NAME
from angarium.datatypes.mail.mailbox import record as records
from angarium.datatypes.mail.mailbox.plan import NEW, Conflict, Plan
from angarium.datatypes.mail.mailbox.record import OWNER, MailboxRecord
from angarium.engine.errors import SetError
from angarium.store.contract import AccountKey, Transaction

_ROLE_NAMES: Mapping[str, tuple[str, ...]] = {
    "inbox": ("inbox",),
    "drafts": ("drafts", "draft"),
    "sent": ("sent", "sent items", "sent messages", "sent mail", "sent-mail"),
    "archive": ("archive", "archives"),
    "junk": ("junk", "spam", "junk e-mail", "junk email", "junk mail", "bulk mail"),
    "trash": ("trash", "deleted items", "deleted messages", "bin"),
}
_ROLES = {name: role for role, names in _ROLE_NAMES.items() for name in names}
_NEW_ORDER = 100  # after the mailboxes that an account begins with


@dataclass(frozen=True, slots=True)
class Place:
    """Where mail is to be filed.

    `path` are names, outermost first. `role`, `sort_order` and `subscribed` are None unless the source tells them.
    """

    path: tuple[str, ...]
    role: str | None = None
    sort_order: int | None = None
    subscribed: bool | None = None


def mailbox_for(transaction: Transaction, account: AccountKey, place: Place) -> str:
    """The id of the mailbox that a place means in this account; made, with its parents, when there is none."""
    path = fitting(place.path)
    found = records.with_role(transaction.records, account, place.role) if place.role else None
    if found is None:
        found = _by_path(transaction, account, path)
        if found is None:
            return _make(transaction, account, path, place)
    if place.role or place.sort_order is not None or place.subscribed is not None:
        _adopt(transaction, account, found, path, place)
    return found


def fitting(path: tuple[str, ...]) -> tuple[str, ...]:
    """Names that mailboxes may have (RFC 8621 §2): controls are replaced, what is too long is cut, too deep joined."""
    if len(path) > DEEPEST:
        path = (*path[: DEEPEST - 1], "/".join(path[DEEPEST - 1 :]))
    return tuple(_fitting_name(name) for name in path)


def _fitting_name(name: str) -> str:
    normal = unicodedata.normalize("NFC", name)
    shown = "".join(
        "_" if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp", "Cn") else letter for letter in normal
    )
    cut = shown.encode()[:LONGEST_NAME].decode("utf-8", "ignore")
    return cut if cut.strip() else "_"


def _by_path(transaction: Transaction, account: AccountKey, path: tuple[str, ...]) -> str | None:
    """A mailbox with these names, or for one that stands alone with the role that its name tells."""
    found: str | None = None
    for name in path:
        found = records.at_place(transaction.records, account, found, name)
        if found is None:
            break
    else:
        return found
    role = _role(path)
    return records.with_role(transaction.records, account, role) if role else None


def _make(transaction: Transaction, account: AccountKey, path: tuple[str, ...], place: Place) -> str:
    """A new mailbox below its parents, which are found or made before it."""
    parent = mailbox_for(transaction, account, Place(path[:-1])) if len(path) > 1 else None
    role = place.role or _role(path)
    if role and records.with_role(transaction.records, account, role):
        role = None
    order = _NEW_ORDER if place.sort_order is None else place.sort_order
    subscribers = frozenset[str]() if place.subscribed is False else frozenset((OWNER,))
    made = MailboxRecord(path[-1], parent, role, order, subscribers)
    Plan(transaction.records, account, {NEW: made}).check(NEW)
    return records.add(transaction, account, made)


def _adopt(transaction: Transaction, account: AccountKey, mailbox: str, path: tuple[str, ...], place: Place) -> None:
    """Give a mailbox that was there the subscription that the source tells; an unused one its name and order too."""
    before = records.read(transaction.records, account, mailbox)
    if before is None:
        return
    after = before
    if place.subscribed is not None:
        others = before.subscribers - {OWNER}
        after = replace(after, subscribers=others | {OWNER} if place.subscribed else others)
    if not transaction.messages.in_mailbox(account, mailbox):
        order = before.sort_order if place.sort_order is None else place.sort_order
        named = replace(after, name=path[-1], sort_order=order) if len(path) == 1 else replace(after, sort_order=order)
        after = named if _may_stand(transaction, account, mailbox, named) else after
    records.replace(transaction, account, mailbox, before, after)


def _may_stand(transaction: Transaction, account: AccountKey, mailbox: str, changed: MailboxRecord) -> bool:
    try:
        Plan(transaction.records, account, {mailbox: changed}).check(mailbox)
    except (SetError, Conflict):
        return False
    return True


def _role(path: tuple[str, ...]) -> str | None:
    return _ROLES.get(path[0].casefold()) if len(path) == 1 else None
