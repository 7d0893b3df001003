"""The names and plain values that every part of the store contract shares.

An account is known to the store by its number; everything else by the text id that JMAP shows. A text id is one
letter for the kind of object and the account's change number at its creation (`M4711`), so it is unique in the
account, never reused, and tells when it was made: created after state 4000 means number > 4000.
"""

from dataclasses import dataclass
from typing import NewType

AccountKey = NewType("AccountKey", int)
"""The number of an account; `DIRECTORY` holds the records of users and grants and is nobody's account."""

DIRECTORY = AccountKey(0)

QUEUE = AccountKey(-1)
"""Holds the records of mail that waits to be sent; nobody's account either, and apart so that no news wakes anyone."""

BlobHash = NewType("BlobHash", str)
"""SHA-256 of the content, 64 lower-case hexadecimal digits."""

State = NewType("State", int)
"""A change number of one account: the state of a type is the number of its last change, 0 when there was none."""


@dataclass(frozen=True, slots=True)
class StateChange:
    """What one commit changed in one account: type name to new state (RFC 8620 §7.1).

    `sequence` numbers commits of the whole store; it is what `Last-Event-ID` resumes from.
    """

    account: AccountKey
    changed: dict[str, State]
    sequence: int


@dataclass(frozen=True, slots=True)
class Changes:
    """The answer to `/changes` (RFC 8620 §5.2): ids, the state reached, and whether more follows.

    `only_derived` is true when nothing but derived values (mailbox counters) changed in `updated`.
    """

    created: list[str]
    updated: list[str]
    destroyed: list[str]
    new_state: State
    has_more: bool
    only_derived: bool = False


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an account may hold at most: octets of all objects together, and emails; None where there is no limit."""

    octets: int | None = None
    emails: int | None = None


UNLIMITED = Allowance()


@dataclass(frozen=True, slots=True)
class Usage:
    """What the emails of an account take of its allowance."""

    octets: int
    emails: int


class StoreError(Exception):
    """Base of what a store raises on purpose."""


class CannotCalculateChanges(StoreError):
    """The state is not one that changes can be told from: unknown, in the future, or its tombstones are gone."""


class AnchorNotFound(StoreError):
    """The anchor of a query is not among its results (RFC 8620 §5.5)."""


class TooSlow(StoreError):
    """A read was stopped at its deadline."""


class NotDurable(StoreError):
    """The commit of the group that this job belonged to failed; nothing of the job was kept."""


class OverQuota(StoreError):
    """The account may not hold so much more; nothing was stored. The text is for its owner."""


class DiskFull(NotDurable):
    """It failed because there is no room on the disk."""
