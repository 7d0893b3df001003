"""Grants: records of the directory that let a user into the account of another, to change it or only to read it."""

from dataclasses import dataclass
from typing import cast

from angarium.datatypes.principals.users import GRANT as KIND
from angarium.datatypes.principals.users import User
from angarium.formats.json import JSON, dumps, loads
from angarium.store.contract import DIRECTORY, AccountKey, Indexes, Snapshot, Transaction

_PREFIX = "G"


@dataclass(frozen=True, slots=True)
class Grant:
    """One user's way into one account."""

    id: str
    account: AccountKey
    user: str
    read_only: bool


def grant(transaction: Transaction, account: AccountKey, user: User, read_only: bool) -> Grant:
    """Let a user into an account; an earlier grant is replaced. ValueError for the user's own account."""
    if user.account == account:
        raise ValueError(f"{user.name!r} owns that account")
    value = dumps({"account": int(account), "user": user.id, "readOnly": read_only})
    indexes: Indexes = {"account": [int(account)], "user": [user.id]}
    earlier = _between(transaction, account, user)
    if earlier is None:
        record = transaction.records.create(DIRECTORY, KIND, _PREFIX, value, indexes)
        return Grant(record, account, user.id, read_only)
    if earlier.read_only != read_only:
        transaction.records.update(DIRECTORY, KIND, earlier.id, value, indexes)
    return Grant(earlier.id, account, user.id, read_only)


def revoke(transaction: Transaction, account: AccountKey, user: User) -> bool:
    """Take a grant back; whether there was one."""
    earlier = _between(transaction, account, user)
    if earlier is not None:
        transaction.records.destroy(DIRECTORY, KIND, earlier.id)
    return earlier is not None


def grants_of_user(snapshot: Snapshot, user: str) -> list[Grant]:
    """The accounts of others that a user was let into, in order of the grants."""
    return _read(snapshot, snapshot.records.find(DIRECTORY, KIND, "user", user))


def grants_of_account(snapshot: Snapshot, account: AccountKey) -> list[Grant]:
    """The users who were let into an account, in order of the grants."""
    return _read(snapshot, snapshot.records.find(DIRECTORY, KIND, "account", account))


def all_grants(snapshot: Snapshot) -> list[Grant]:
    """Every grant, in order of creation."""
    return _read(snapshot, None)


def _between(snapshot: Snapshot, account: AccountKey, user: User) -> Grant | None:
    return next((found for found in grants_of_user(snapshot, user.id) if found.account == account), None)


def _read(snapshot: Snapshot, records: list[str] | None) -> list[Grant]:
    found = []
    for record, value in snapshot.records.get(DIRECTORY, KIND, records).items():
        kept = cast("dict[str, JSON]", loads(value))
        account, user = AccountKey(cast(int, kept["account"])), cast(str, kept["user"])
        found.append(Grant(record, account, user, kept["readOnly"] is True))
    return found
