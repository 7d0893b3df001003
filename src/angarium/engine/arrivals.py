"""Objects that come from elsewhere than a client: everything that is kept of them, made before the writer is taken.

For imports. What an object is and whether the account has it already is for its type to say.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import Final, TypeAlias

import orjson

from angarium.formats.json import JSON
from angarium.formats.primitives import parse_utc
from angarium.store.contract import AccountKey, Indexes, NewRecord, StagedBlob, Texts, Transaction

Staged: TypeAlias = Mapping[bytes, StagedBlob]
"""Octets that are on disk already, before the writer is taken."""

UNSTAGED: Final[Staged] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Arrival:
    """An object on its way into the store; `blobs` are the octets that it names.

    `revised` is when it was last changed where it comes from, in epoch milliseconds, None where nobody says.
    """

    value: bytes
    indexes: Indexes
    texts: Texts
    blobs: tuple[bytes, ...] = ()
    revised: int | None = None


class Became(StrEnum):
    """What became of an object: the account has it as it is (`THERE`), or as another version that is no older."""

    TAKEN = "taken"
    UPDATED = "updated"
    THERE = "there"
    OTHER = "other"


def content_uid(value: Mapping[str, JSON]) -> str:
    """The uid of an object that comes without one: it follows from the content, so that the object is known again."""
    text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return uuid.UUID(bytes=sha256(text).digest()[:16], version=4).urn


def is_newer(arrival: Arrival, value: Mapping[str, JSON], stored: Mapping[str, JSON]) -> bool:
    """Whether an object is a later version of a stored one: by its number (RFC 5546 §2.1.4), then by its time."""
    number, known = (each.get("sequence", 0) for each in (value, stored))
    if isinstance(number, int) and isinstance(known, int) and number != known:
        return number > known
    return arrival.revised is not None and arrival.revised > (parse_utc(str(stored.get("updated"))) or 0)


def keep(
    transaction: Transaction, account: AccountKey, kind: str, prefix: str, given: Sequence[Arrival], staged: Staged
) -> list[str]:
    """Store objects that the account does not have, with their blobs; their ids."""
    records = [NewRecord(each.value, each.indexes, each.texts) for each in given]
    made = transaction.records.create_all(account, kind, prefix, records)
    for record, each in zip(made, given, strict=True):
        if each.blobs:
            _pin(transaction, account, kind, record, each, staged)
    return made


def renew(
    transaction: Transaction, account: AccountKey, kind: str, record: str, newer: Arrival, staged: Staged
) -> None:
    """Store another version of an object that the account has."""
    transaction.records.update(account, kind, record, newer.value, newer.indexes, newer.texts)
    _pin(transaction, account, kind, record, newer, staged)


def _pin(
    transaction: Transaction, account: AccountKey, kind: str, record: str, arrival: Arrival, staged: Staged
) -> None:
    kept = [transaction.blobs.add(staged.get(octets, octets)) for octets in arrival.blobs]
    transaction.blobs.pin(account, kind, record, kept)
