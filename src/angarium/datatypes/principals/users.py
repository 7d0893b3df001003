"""Users: records of the directory, each with an account of its own (RFC 8620 §1.6.2).

Only the records may live here: what a new account holds is decided above.
"""

from dataclasses import dataclass, replace
from typing import cast

from angarium.datatypes.principals.names import NameTaken, check_name, fold, normal_address
from angarium.formats.json import JSON, dumps, loads
from angarium.store.contract import DIRECTORY, AccountKey, Indexes, IndexValue, Snapshot, Transaction

KIND = "User"
GRANT = "Grant"
TOKEN = "Token"  # noqa: S105 (a kind of record)
ADDRESS = "address"
"""The index of the addresses that were given to users beside their names."""
_PREFIX = "U"


@dataclass(frozen=True, slots=True)
class User:
    """One user; `created` is epoch milliseconds. A user without a password hash cannot sign in.

    `addresses` are those that the user has beside the ones that follow from the name.
    """

    id: str
    name: str
    password_hash: str | None
    account: AccountKey
    created: int
    addresses: tuple[str, ...] = ()


def by_name(snapshot: Snapshot, name: str) -> User | None:
    """The user of that name; case does not count."""
    return by_index(snapshot, "name", fold(name))


def by_index(snapshot: Snapshot, index: str, value: IndexValue) -> User | None:
    """The user whom an index finds under a value."""
    found = snapshot.records.find(DIRECTORY, KIND, index, value)
    return by_id(snapshot, found[0]) if found else None


def by_id(snapshot: Snapshot, user: str) -> User | None:
    """The user with that record id."""
    value = snapshot.records.get(DIRECTORY, KIND, [user]).get(user)
    return None if value is None else decode(user, value)


def owner(snapshot: Snapshot, account: AccountKey) -> User | None:
    """The user whose own account this is."""
    return by_index(snapshot, "account", account)


def all_users(snapshot: Snapshot) -> list[User]:
    """Every user, by name."""
    users = [decode(user, value) for user, value in snapshot.records.get(DIRECTORY, KIND).items()]
    return sorted(users, key=lambda user: fold(user.name))


def add(transaction: Transaction, name: str, password_hash: str | None, now: int) -> User:
    """Make a user with an empty account; UnfitName or NameTaken when there cannot be one of that name."""
    kept = check_name(name)
    if taken := by_name(transaction, kept):
        raise NameTaken(f"there is a user {taken.name!r} already")
    if holder := by_index(transaction, ADDRESS, normal_address(kept)):
        raise NameTaken(f"{kept} is an address of the user {holder.name!r}")
    user = User("", kept, password_hash, transaction.create_account(), now)
    record = transaction.records.create(DIRECTORY, KIND, _PREFIX, _value(user), _indexes(user))
    return User(record, kept, password_hash, user.account, now)


def set_password_hash(transaction: Transaction, user: User, password_hash: str | None) -> User:
    """Give a user another password, which ends every token; None lets nobody sign in."""
    _end_tokens(transaction, user)
    return keep(transaction, replace(user, password_hash=password_hash))


def keep(transaction: Transaction, user: User) -> User:
    """Keep a user's record as it is given."""
    transaction.records.update(DIRECTORY, KIND, user.id, _value(user), _indexes(user))
    return user


def remove(transaction: Transaction, user: User) -> None:
    """Remove a user with the account, every grant that names either, and every token."""
    named = {
        *transaction.records.find(DIRECTORY, GRANT, "user", user.id),
        *transaction.records.find(DIRECTORY, GRANT, "account", user.account),
    }
    for record in named:
        transaction.records.destroy(DIRECTORY, GRANT, record)
    _end_tokens(transaction, user)
    transaction.records.destroy(DIRECTORY, KIND, user.id)
    transaction.remove_account(user.account)


def _end_tokens(transaction: Transaction, user: User) -> None:
    for record in transaction.records.find(DIRECTORY, TOKEN, "user", user.id):
        transaction.records.destroy(DIRECTORY, TOKEN, record)


def _indexes(user: User) -> Indexes:
    given = [normal_address(address) for address in user.addresses]
    return {"name": [fold(user.name)], "account": [int(user.account)], ADDRESS: given}


def _value(user: User) -> bytes:
    return dumps(
        {
            "name": user.name,
            "passwordHash": user.password_hash,
            "account": int(user.account),
            "created": user.created,
            "addresses": list[JSON](user.addresses),
        }
    )


def decode(user: str, value: bytes) -> User:
    """The user in a stored record."""
    kept = cast("dict[str, JSON]", loads(value))
    return User(
        id=user,
        name=cast(str, kept["name"]),
        password_hash=cast("str | None", kept["passwordHash"]),
        account=AccountKey(cast(int, kept["account"])),
        created=cast(int, kept["created"]),
        addresses=tuple(cast("list[str]", kept.get("addresses", []))),
    )
