"""Mailbox/set: names, places and roles stay unique, the forest stays a forest of bounded depth (RFC 8621 §2.5).

Each object stands for itself here; updates that only fit together were stored before (`together`).
"""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final

from angarium.datatypes.mail.mailbox import record as records
from angarium.datatypes.mail.mailbox.plan import NEW, Conflict, Plan
from angarium.datatypes.mail.mailbox.reader import COUNTS, MailboxReader, subscriber
from angarium.datatypes.mail.mailbox.record import MailboxRecord
from angarium.datatypes.mail.mailbox.rules import changed
from angarium.engine.call import Call
from angarium.engine.errors import SetError, SetErrorType
from angarium.formats.json import JSON

_BATCH: Final = 500
_DEFAULTS: Final[Mapping[str, JSON]] = {"parentId": None, "role": None, "sortOrder": 0, "isSubscribed": True}
_CREATED: Final = (*_DEFAULTS, *COUNTS, "myRights", "name")


class MailboxWriter:
    """Creates, changes and destroys mailboxes."""

    def __init__(self, reader: MailboxReader) -> None:
        self._reader = reader

    def create(self, call: Call, value: dict[str, JSON]) -> dict[str, JSON]:
        """Make a mailbox; shows what the client did not say."""
        # The owner sees what appears in the account, whoever made it.
        box = changed(MailboxRecord("", subscribers=frozenset((records.OWNER,))), value, subscriber(call))
        _check(call, NEW, box)
        mailbox = records.add(call.transaction, call.account.key, box)
        shown = self._reader.one(call, mailbox, _CREATED) or {}
        return {
            name: item
            for name, item in shown.items()
            if name not in value or value[name] != item or (name in _DEFAULTS and item == _DEFAULTS[name])
        }

    def load(self, call: Call, record: str, names: Sequence[str]) -> dict[str, JSON] | None:
        """The current values of these properties."""
        return self._reader.one(call, record, names)

    def update(
        self,
        call: Call,
        record: str,
        old: dict[str, JSON],  # noqa: ARG002 (the store is asked: an earlier update may have changed this one too)
        new: dict[str, JSON],
        names: Sequence[str],
    ) -> dict[str, JSON] | None:
        """Change a mailbox."""
        account = call.account.key
        before = records.read(call.transaction.records, account, record)
        if before is None:
            raise SetError(SetErrorType.NOT_FOUND, f"there is no mailbox '{record}'")
        after = changed(before, {name: new[name] for name in names}, subscriber(call))
        if before != after:
            _check(call, record, after)
            records.replace(call.transaction, account, record, before, after)
        return {"name": after.name} if "name" in names and after.name != new["name"] else None

    def destroy(self, call: Call, record: str) -> None:
        """Remove a mailbox that holds no mailbox, and its emails as `onDestroyRemoveEmails` says."""
        transaction, account = call.transaction, call.account.key
        box = records.read(transaction.records, account, record)
        if box is None:
            raise SetError(SetErrorType.NOT_FOUND, f"there is no mailbox '{record}'")
        if records.children(transaction.records, account, record):
            raise SetError(SetErrorType.MAILBOX_HAS_CHILD, "the mailbox holds other mailboxes", again=True)
        emails = transaction.messages.in_mailbox(account, record)
        if emails and not call.flag("onDestroyRemoveEmails"):
            raise SetError(SetErrorType.MAILBOX_HAS_EMAIL, "the mailbox holds emails")
        _empty(call, record, emails)
        records.remove(transaction, account, record, box)


def _check(call: Call, mailbox: str, box: MailboxRecord) -> None:
    """SetError when a mailbox may not be as it is to be."""
    try:
        Plan(call.transaction.records, call.account.key, {mailbox: box}).check(mailbox)
    except Conflict as conflict:
        raise conflict.refusal from None


def _empty(call: Call, mailbox: str, emails: Sequence[str]) -> None:
    """Take every email out of a mailbox; those that are in no other are destroyed (RFC 8621 §2.5)."""
    messages, account = call.transaction.messages, call.account.key
    waiting = iter(emails)
    while batch := list(islice(waiting, _BATCH)):
        for stored in messages.stored(account, batch).values():
            rest = stored.mailboxes - {mailbox}
            if rest:
                messages.update(account, stored.id, mailboxes=rest)
            else:
                messages.destroy(account, stored.id)
