"""PushSubscriptions as they are kept, in the directory, and what the pusher reads and writes of them.

A subscription belongs to a user and to the credentials that made it: it is void, for everyone, once the user is gone or
the password is another, once the token is gone, and once it has expired (RFC 8620 §7.2). Who finds it void removes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, cast

from angarium.datatypes import principals
from angarium.datatypes.push.keys import Keys, read_keys
from angarium.formats import json
from angarium.formats.json import JSON
from angarium.formats.primitives import parse_utc
from angarium.store.contract import DIRECTORY, Indexes, Snapshot, Transaction

KIND: Final = "PushSubscription"
PREFIX: Final = "P"


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription.

    `token` is the record of the token that it was made with, None for a password. `expires` is epoch milliseconds,
    `types` None for all. `asked` says that the verification was sent, `verified` that the client sent its code back.
    The client was told of every commit up to `told`.
    """

    id: str
    user: str
    credentials: str
    token: str | None
    url: str
    keys: Keys | None
    types: frozenset[str] | None
    expires: int
    code: str
    asked: bool
    verified: bool
    told: int


def holder(snapshot: Snapshot, user: str) -> tuple[str, str]:
    """A user with the credentials that are good now; only their digest, and that of a salted hash, is kept."""
    found = principals.by_id(snapshot, user)
    password_hash = (found.password_hash if found else None) or ""
    return user, blake2b(password_hash.encode(), digest_size=16).hexdigest()


def indexes(value: Mapping[str, JSON]) -> Indexes:
    """Under which values a record is found."""
    return {"user": [cast(str, value["user"])]}


def expiry(value: Mapping[str, JSON]) -> int:
    """When a record expires, epoch milliseconds."""
    return parse_utc(cast(str, value["expires"])) or 0


def subscriptions(snapshot: Snapshot) -> list[Subscription]:
    """All of them, void ones too, in order of creation."""
    found = snapshot.records.get(DIRECTORY, KIND)
    return [_read(record, cast("dict[str, JSON]", json.loads(value))) for record, value in found.items()]


def mark_asked(transaction: Transaction, record: str) -> bool:
    """Note that the verification is about to be sent; false when there is nothing to verify any more."""
    value = _value(transaction, record)
    if value is None or value["asked"] is True:
        return False
    _keep(transaction, record, {**value, "asked": True})
    return True


def mark_told(transaction: Transaction, told: Mapping[str, int]) -> None:
    """Note up to which commit each client was told."""
    for record, sequence in told.items():
        value = _value(transaction, record)
        if value is not None:
            _keep(transaction, record, {**value, "told": sequence})


def destroy(transaction: Transaction, record: str) -> None:
    """Remove a subscription, if it is still there."""
    if _value(transaction, record) is not None:
        transaction.records.destroy(DIRECTORY, KIND, record)


def is_void(snapshot: Snapshot, subscription: Subscription, now: int) -> bool:
    """Whether a subscription is no more, or has no right to be."""
    good = holder(snapshot, subscription.user) == (subscription.user, subscription.credentials)
    ended = subscription.token is not None and principals.token_by_id(snapshot, subscription.token) is None
    gone = principals.by_id(snapshot, subscription.user) is None or _value(snapshot, subscription.id) is None
    return not good or ended or gone or subscription.expires <= now


def remove_void(transaction: Transaction, now: int) -> int:
    """Remove what is void; how many that were."""
    void = [found.id for found in subscriptions(transaction) if is_void(transaction, found, now)]
    for record in void:
        transaction.records.destroy(DIRECTORY, KIND, record)
    return len(void)


def _value(snapshot: Snapshot, record: str) -> dict[str, JSON] | None:
    found = snapshot.records.get(DIRECTORY, KIND, [record]).get(record)
    return None if found is None else cast("dict[str, JSON]", json.loads(found))


def _keep(transaction: Transaction, record: str, value: dict[str, JSON]) -> None:
    transaction.records.update(DIRECTORY, KIND, record, json.dumps(value), indexes(value))


def _read(record: str, value: Mapping[str, JSON]) -> Subscription:
    types = value["types"]
    return Subscription(
        id=record,
        user=cast(str, value["user"]),
        credentials=cast(str, value["credentials"]),
        token=cast("str | None", value.get("token")),
        url=cast(str, value["url"]),
        keys=read_keys(value["keys"]),
        types=frozenset(map(str, types)) if isinstance(types, list) else None,
        expires=expiry(value),
        code=cast(str, value["code"]),
        asked=value["asked"] is True,
        verified=value["verificationCode"] is not None,
        told=cast(int, value["told"]),
    )
