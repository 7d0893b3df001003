"""Records: JSON documents with declared secondary indexes, which serve every type but Email and Thread.

A record belongs to one account and one kind (`Mailbox`, `User`). Its value is the JSON object without `id`.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeAlias

from angarium.store.contract.values import AccountKey

IndexValue: TypeAlias = str | int
Indexes: TypeAlias = Mapping[str, Sequence[IndexValue]]
"""Index name to the values under which the record is found."""


class Records(Protocol):
    """Reading records."""

    def get(self, account: AccountKey, kind: str, ids: Sequence[str] | None = None) -> dict[str, bytes]:
        """Records by id (all of them for None) as encoded JSON, in order of creation; unknown ids are left out."""
        ...

    def find(self, account: AccountKey, kind: str, index: str, value: IndexValue) -> list[str]:
        """Ids of the records that carry this value in this index, in order of creation."""
        ...

    def count(self, account: AccountKey, kind: str) -> int:
        """How many records of the kind the account holds."""
        ...


class RecordsWriter(Records, Protocol):
    """Changing records; each call takes the account's next change number for the kind."""

    def create(self, account: AccountKey, kind: str, prefix: str, value: bytes, indexes: Indexes) -> str:
        """Store a new record and return its id, which begins with the letter `prefix`."""
        ...

    def update(self, account: AccountKey, kind: str, record: str, value: bytes, indexes: Indexes) -> None:
        """Replace the value and the index entries of a record that exists."""
        ...

    def destroy(self, account: AccountKey, kind: str, record: str) -> None:
        """Remove a record and leave a tombstone."""
        ...
