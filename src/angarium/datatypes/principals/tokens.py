"""Tokens that stand for a password: records of the directory, of which only a digest is kept.

Who makes a token shows it once. All of a user's tokens end with the password (`users.set_password_hash`).
"""

import hashlib
from dataclasses import dataclass
from typing import Final, cast

from angarium.datatypes.principals.users import TOKEN as KIND
from angarium.formats.json import JSON, dumps, loads
from angarium.store.contract import DIRECTORY, Snapshot, Transaction

MOST: Final = 100
"""Tokens of one user; the oldest ends when there would be more."""

_PREFIX: Final = "T"


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its record, its user's record."""

    id: str
    user: str


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def issue(transaction: Transaction, user: str, digest: str, now: int) -> str:
    """Keep a token of a user; the id of its record. `now` in epoch milliseconds."""
    known = transaction.records.find(DIRECTORY, KIND, "user", user)
    for record in known[: max(len(known) - MOST + 1, 0)]:
        transaction.records.destroy(DIRECTORY, KIND, record)
    value = dumps({"user": user, "created": now})
    return transaction.records.create(DIRECTORY, KIND, _PREFIX, value, {"digest": [digest], "user": [user]})


def withdraw(transaction: Transaction, digest: str) -> None:
    """End a token, if it is there."""
    for record in transaction.records.find(DIRECTORY, KIND, "digest", digest):
        transaction.records.destroy(DIRECTORY, KIND, record)


def token_of(snapshot: Snapshot, digest: str) -> Token | None:
    """The token with this digest."""
    found = snapshot.records.find(DIRECTORY, KIND, "digest", digest)
    return token_by_id(snapshot, found[0]) if found else None


def token_by_id(snapshot: Snapshot, record: str) -> Token | None:
    """The token of that record."""
    value = snapshot.records.get(DIRECTORY, KIND, [record]).get(record)
    return None if value is None else Token(record, cast(str, cast("dict[str, JSON]", loads(value))["user"]))
