"""Objects that come from elsewhere than a client: everything that is kept of them, made before the writer is taken.

For imports. What an object is and whether the account has it already is for its type to say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from angarium.store.contract import AccountKey, Indexes, NewRecord, StagedBlob, Texts, Transaction

Staged: TypeAlias = Mapping[bytes, StagedBlob]
"""Octets that are on disk already, before the writer is taken."""

UNSTAGED: Final[Staged] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Arrival:
    """An object on its way into the store; `blobs` are the octets that it names."""

    value: bytes
    indexes: Indexes
    texts: Texts
    blobs: tuple[bytes, ...] = ()


def keep(
    transaction: Transaction, account: AccountKey, kind: str, prefix: str, given: Sequence[Arrival], staged: Staged
) -> list[str]:
    """Store objects that the account does not have, with their blobs; their ids."""
    records = [NewRecord(each.value, each.indexes, each.texts) for each in given]
    made = transaction.records.create_all(account, kind, prefix, records)
    for record, each in zip(made, given, strict=True):
        if each.blobs:
            kept = [transaction.blobs.add(staged.get(octets, octets)) for octets in each.blobs]
            transaction.blobs.pin(account, kind, record, kept)
    return made
