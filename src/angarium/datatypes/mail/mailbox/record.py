"""A mailbox as it is stored: the record behind the properties that do not come from counting or from who asks.

Also the tree that mailboxes form: their places, depths and loops. RFC 8621 §2.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from angarium.formats.json import JSON, dumps, loads
from angarium.store.contract import AccountKey, Indexes, Records, Transaction

KIND: Final = "Mailbox"
OWNER: Final = ""
"""Stands for the owner of the account among subscribers, so an account can be filled before it has a user."""


@dataclass(frozen=True, slots=True)
class MailboxRecord:
    """The stored part of a mailbox; `subscribers` are ids of users, `OWNER` for whoever the account belongs to."""

    name: str
    parent: str | None = None
    role: str | None = None
    sort_order: int = 0
    subscribers: frozenset[str] = frozenset()

    def encoded(self) -> bytes:
        """The JSON that is stored."""
        return dumps(
            {
                "name": self.name,
                "parentId": self.parent,
                "role": self.role,
                "sortOrder": self.sort_order,
                "subscribers": list[JSON](sorted(self.subscribers)),
            }
        )

    def indexes(self) -> Indexes:
        """By role, by parent, and by place: the name among its siblings."""
        return {
            "role": [self.role] if self.role else [],
            "parent": [self.parent or ""],
            "place": [_place(self.parent, self.name)],
        }


def decode(value: bytes) -> MailboxRecord:
    """The record in its stored JSON."""
    stored = cast("dict[str, JSON]", loads(value))
    return MailboxRecord(
        name=cast(str, stored["name"]),
        parent=cast("str | None", stored["parentId"]),
        role=cast("str | None", stored["role"]),
        sort_order=cast(int, stored["sortOrder"]),
        subscribers=frozenset(cast("list[str]", stored["subscribers"])),
    )


def read(records: Records, account: AccountKey, mailbox: str) -> MailboxRecord | None:
    """One mailbox, or None."""
    found = records.get(account, KIND, [mailbox])
    return decode(found[mailbox]) if mailbox in found else None


def read_all(records: Records, account: AccountKey) -> dict[str, MailboxRecord]:
    """Every mailbox of an account, in order of creation."""
    return {mailbox: decode(value) for mailbox, value in records.get(account, KIND).items()}


def existing(records: Records, account: AccountKey, mailboxes: frozenset[str]) -> frozenset[str]:
    """Those of the ids that name a mailbox."""
    return frozenset(records.get(account, KIND, sorted(mailboxes)))


def at_place(records: Records, account: AccountKey, parent: str | None, name: str) -> str | None:
    """The mailbox of that name under that parent."""
    return next(iter(records.find(account, KIND, "place", _place(parent, name))), None)


def with_role(records: Records, account: AccountKey, role: str) -> str | None:
    """The mailbox that has a role."""
    return next(iter(records.find(account, KIND, "role", role)), None)


def children(records: Records, account: AccountKey, mailbox: str) -> list[str]:
    """The mailboxes directly below one."""
    return records.find(account, KIND, "parent", mailbox)


def add(transaction: Transaction, account: AccountKey, record: MailboxRecord) -> str:
    """Store a new mailbox that was found to be valid; returns its id."""
    mailbox = transaction.records.create(account, KIND, "B", record.encoded(), record.indexes())
    if record.role == "trash":
        transaction.messages.set_trash(account, mailbox)
    return mailbox


def replace(
    transaction: Transaction, account: AccountKey, mailbox: str, before: MailboxRecord, after: MailboxRecord
) -> None:
    """Store changes of a mailbox that were found to be valid."""
    if before == after:
        return
    transaction.records.update(account, KIND, mailbox, after.encoded(), after.indexes())
    _move_trash(transaction, account, mailbox, before.role, after.role)


def remove(transaction: Transaction, account: AccountKey, mailbox: str, record: MailboxRecord) -> None:
    """Remove a mailbox that holds neither emails nor mailboxes."""
    _move_trash(transaction, account, mailbox, record.role, None)
    transaction.records.destroy(account, KIND, mailbox)


def _move_trash(
    transaction: Transaction, account: AccountKey, mailbox: str, before: str | None, after: str | None
) -> None:
    if before != after and "trash" in (before, after):
        transaction.messages.set_trash(
            account, mailbox if after == "trash" else _other_trash(transaction, account, mailbox)
        )


def _other_trash(transaction: Transaction, account: AccountKey, mailbox: str) -> str | None:
    """While two mailboxes swap roles the one that gained trash may be stored before the one that lost it."""
    found = with_role(transaction.records, account, "trash")
    return None if found == mailbox else found


def _place(parent: str | None, name: str) -> str:
    return f"{parent or ''}/{name}"  # an id holds no slash, so the first one ends it


Forest = Mapping[str, MailboxRecord]
"""Every mailbox of an account by id."""


def ancestors(forest: Forest, mailbox: str) -> list[str]:
    """The ids above a mailbox, nearest first."""
    found: list[str] = []
    parent = forest[mailbox].parent
    while parent is not None and parent in forest and parent not in found:
        found.append(parent)
        parent = forest[parent].parent
    return found
