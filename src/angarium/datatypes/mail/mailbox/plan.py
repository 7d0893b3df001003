"""Whether a set of new and changed mailboxes may stand together: one place each, one role each, no loop, not too deep.

Reads the stored mailboxes only where they matter and never writes. RFC 8621 §2.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from angarium.datatypes.mail.mailbox import record as records
from angarium.datatypes.mail.mailbox.record import MailboxRecord
from angarium.datatypes.mail.mailbox.rules import DEEPEST
from angarium.engine.errors import SetError, SetErrorType, invalid_properties
from angarium.store.contract import AccountKey, Records

NEW = "#"
"""Stands for the id of a mailbox that is yet to be created; no id has this form."""


class Conflict(Exception):
    """Another mailbox stands where one is to go; it may be about to leave."""

    def __init__(self, mailbox: str, refusal: SetError) -> None:
        super().__init__(mailbox)
        self.mailbox = mailbox
        self.refusal = refusal


@dataclass(slots=True)
class Plan:
    """Mailboxes as they will be, over the stored ones."""

    stored: Records
    account: AccountKey
    changed: dict[str, MailboxRecord] = field(default_factory=dict)

    def check(self, mailbox: str) -> None:
        """Raise SetError when a planned mailbox may not stand, Conflict when another one is in its way."""
        box = self.changed[mailbox]
        self._check_tree(mailbox, box)
        other = self._other_at(mailbox, box)
        if other is not None:
            raise Conflict(
                other,
                SetError(
                    SetErrorType.ALREADY_EXISTS,
                    f"a mailbox '{box.name}' is already there",
                    again=True,
                    extra={"existingId": other},
                ),
            )
        holder = self._other_with_role(mailbox, box)
        if holder is not None:
            refusal = invalid_properties(f"role: '{holder}' has the role {box.role}", "role")
            refusal.again = True
            raise Conflict(holder, refusal)

    def _get(self, mailbox: str) -> MailboxRecord | None:
        return self.changed.get(mailbox) or records.read(self.stored, self.account, mailbox)

    def _check_tree(self, mailbox: str, box: MailboxRecord) -> None:
        depth = 1
        parent = box.parent
        while parent is not None:
            above = self._get(parent)
            if above is None:
                raise invalid_properties(f"parentId: there is no mailbox '{parent}'", "parentId")
            depth += 1
            if parent == mailbox:
                refusal = invalid_properties("parentId: a mailbox cannot be inside itself", "parentId")
                refusal.again = True
                raise refusal
            if depth > DEEPEST:
                raise self._too_deep()
            parent = above.parent
        if mailbox != NEW and depth + self._height(mailbox, DEEPEST - depth + 1) > DEEPEST:
            raise self._too_deep()

    def _height(self, mailbox: str, most: int) -> int:
        """How many levels are below a mailbox, counted to `most`."""
        level = [mailbox]
        for height in range(most):
            level = [child for above in level for child in self._children(above)]
            if not level:
                return height
        return most

    def _children(self, mailbox: str) -> Iterator[str]:
        for child in records.children(self.stored, self.account, mailbox):
            if child not in self.changed:
                yield child
        yield from (child for child, box in self.changed.items() if box.parent == mailbox)

    def _other_at(self, mailbox: str, box: MailboxRecord) -> str | None:
        for other, planned in self.changed.items():
            if other != mailbox and (planned.parent, planned.name) == (box.parent, box.name):
                return other
        standing = records.at_place(self.stored, self.account, box.parent, box.name)
        return standing if standing != mailbox and standing not in self.changed else None

    def _other_with_role(self, mailbox: str, box: MailboxRecord) -> str | None:
        if box.role is None:
            return None
        for other, planned in self.changed.items():
            if other != mailbox and planned.role == box.role:
                return other
        standing = records.with_role(self.stored, self.account, box.role)
        return standing if standing != mailbox and standing not in self.changed else None

    @staticmethod
    def _too_deep() -> SetError:
        refusal = invalid_properties(f"parentId: mailboxes nest at most {DEEPEST} deep", "parentId")
        refusal.again = True
        return refusal
