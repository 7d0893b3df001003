"""Mailbox/get: stored properties, counters of the message index, and what depends on who asks (RFC 8621 §2)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from angarium.datatypes.mail.mailbox.record import KIND, OWNER, MailboxRecord, decode
from angarium.engine.access import AccountAccess
from angarium.engine.call import Call
from angarium.engine.declare import Found
from angarium.formats.json import JSON
from angarium.store.contract import Counts

COUNTS: Final = ("totalEmails", "unreadEmails", "totalThreads", "unreadThreads")

_RIGHTS: Final = (
    "mayAddItems",
    "mayRemoveItems",
    "maySetSeen",
    "maySetKeywords",
    "mayCreateChild",
    "mayRename",
    "mayDelete",
    "maySubmit",
)


@dataclass(frozen=True, slots=True)
class _Mailbox:
    """Everything that properties are made from."""

    record: MailboxRecord
    counts: Counts
    subscriber: str
    rights: dict[str, JSON]


_SHOWN: Final[Mapping[str, Callable[[_Mailbox], JSON]]] = {
    "name": lambda box: box.record.name,
    "parentId": lambda box: box.record.parent,
    "role": lambda box: box.record.role,
    "sortOrder": lambda box: box.record.sort_order,
    "totalEmails": lambda box: box.counts.total_emails,
    "unreadEmails": lambda box: box.counts.unread_emails,
    "totalThreads": lambda box: box.counts.total_threads,
    "unreadThreads": lambda box: box.counts.unread_threads,
    "myRights": lambda box: box.rights,
    "isSubscribed": lambda box: box.subscriber in box.record.subscribers,
}


def subscriber(call: Call) -> str:
    """As whom the user subscribes: RFC 8621 §2 keeps isSubscribed apart for each user of a shared account."""
    return OWNER if call.account.personal else call.request.principal.id


def rights(account: AccountAccess) -> dict[str, JSON]:
    """MailboxRights: whoever may write to the account may do everything with its mailboxes."""
    may_write: JSON = not account.read_only
    return {"mayReadItems": True, **dict.fromkeys(_RIGHTS, may_write)}


class MailboxReader:
    """Reads mailboxes; one decode of a small record each."""

    def count(self, call: Call) -> int:
        """How many mailboxes the account holds."""
        return call.snapshot.records.count(call.account.key, KIND)

    def read(self, call: Call, ids: Sequence[str] | None, properties: Sequence[str]) -> Found:
        """Mailboxes in the order asked, or of creation."""
        stored = call.snapshot.records.get(call.account.key, KIND, ids)
        order = stored if ids is None else [mailbox for mailbox in ids if mailbox in stored]
        counts = self._counts(call, ids, properties)
        who, may, none = subscriber(call), rights(call.account), Counts()
        shown = [(name, _SHOWN[name]) for name in properties if name != "id"]
        objects: list[Mapping[str, object]] = []
        for mailbox in order:
            box = _Mailbox(decode(stored[mailbox]), counts.get(mailbox, none), who, may)
            objects.append({"id": mailbox, **{name: show(box) for name, show in shown}})
        return Found(objects, [] if ids is None else [mailbox for mailbox in ids if mailbox not in stored])

    def one(self, call: Call, mailbox: str, properties: Sequence[str]) -> dict[str, JSON] | None:
        """Some properties of one mailbox; names that are no property are left out."""
        known = [name for name in properties if name in _SHOWN]
        found = self.read(call, [mailbox], known).objects
        return cast("dict[str, JSON]", found[0]) if found else None

    def _counts(self, call: Call, ids: Sequence[str] | None, properties: Sequence[str]) -> Mapping[str, Counts]:
        if not any(name in COUNTS for name in properties):
            return {}
        return call.snapshot.messages.counts(call.account.key, ids)
