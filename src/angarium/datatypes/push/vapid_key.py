"""The key pair with which pushes are signed (RFC 8292 §2), kept with the subscriptions that rely on it.

It lies in the store, not in a file beside it, so that a backup that is restored brings it along: push services refuse
whoever signs with another key than a subscription was made for. It stays unless another is laid beside it, which takes
its place when the server starts (RFC 9749 §5): what is shown and what signs is the same as long as a server runs.
"""

from typing import Final, NamedTuple, cast

from angarium.datatypes.push.record import KIND as SUBSCRIPTION
from angarium.formats import json
from angarium.formats.json import JSON
from angarium.store.contract import DIRECTORY, Snapshot, Transaction

KIND: Final = "VapidKey"
_PREFIX = "V"


class VapidKey(NamedTuple):
    """A scalar and an uncompressed point of P-256, both in URL-safe base64 without padding."""

    private: str
    public: str


def vapid_key(snapshot: Snapshot) -> VapidKey | None:
    """The key of this server, if it has one yet."""
    for value in snapshot.records.get(DIRECTORY, KIND).values():
        known = cast("dict[str, JSON]", json.loads(value))
        return VapidKey(cast(str, known["private"]), cast(str, known["public"]))
    return None


def keep_vapid_key(transaction: Transaction, key: VapidKey) -> VapidKey:
    """Make a key that of this server, which may have got another meanwhile; returns the one that counts."""
    known = vapid_key(transaction)
    if known is None:
        transaction.records.create(DIRECTORY, KIND, _PREFIX, json.dumps({**key._asdict()}), {})
    return known or key


def keep_next_key(transaction: Transaction, key: VapidKey) -> None:
    """Make a key that of this server from its next start on."""
    transaction.records.create(DIRECTORY, KIND, _PREFIX, json.dumps({**key._asdict()}), {})


def turn_to_next_key(transaction: Transaction) -> int:
    """Let the newest key be that of this server, and the subscriptions made for another go; how many went."""
    records = transaction.records
    *replaced, _ = list(records.get(DIRECTORY, KIND)) or [""]
    if not replaced:
        return 0
    gone = list(records.get(DIRECTORY, SUBSCRIPTION))
    for kind, ids in ((KIND, replaced), (SUBSCRIPTION, gone)):
        for record in ids:
            records.destroy(DIRECTORY, kind, record)
    return len(gone)
