"""Records: JSON documents with declared secondary indexes and text, which serve every type but Email and Thread.

A record belongs to one account and one kind (`Mailbox`, `User`). Its value is the JSON object without `id`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from angarium.store.contract.expression import Expression, Order, QueryChanges, QueryResult, Window
from angarium.store.contract.values import AccountKey, State

IndexValue: TypeAlias = str | int
Indexes: TypeAlias = Mapping[str, Sequence[IndexValue]]
"""Index name to the values under which the record is found; one that queries sort by has one value for each record."""

Texts: TypeAlias = Mapping[str, str]
"""Column to the text in which searching looks, as `formats.searchtext.prepare` gives it; a kind has at most 16."""


@dataclass(frozen=True, slots=True)
class NewRecord:
    """What is stored of a record."""

    value: bytes
    indexes: Indexes
    texts: Texts | None = None


class Records(Protocol):
    """Reading records."""

    def get(self, account: AccountKey, kind: str, ids: Sequence[str] | None = None) -> dict[str, bytes]:
        """Records by id (all of them for None) as encoded JSON, in order of creation; unknown ids are left out."""
        ...

    def find(self, account: AccountKey, kind: str, index: str, value: IndexValue) -> list[str]:
        """Ids of the records that carry this value in this index, in order of creation."""
        ...

    def carried(self, account: AccountKey, kind: str, index: str, values: Sequence[IndexValue]) -> set[IndexValue]:
        """Those of the values that some record carries in this index."""
        ...

    def count(self, account: AccountKey, kind: str) -> int:
        """How many records of the kind the account holds."""
        ...

    def query(
        self, account: AccountKey, kind: str, filter_: Expression | None, sort: Sequence[Order], window: Window
    ) -> QueryResult:
        """One window of the records that pass a filter; raises AnchorNotFound.

        An Order names an index; collations apply to values made by `formats.collation.sortable`. Ties stand in order
        of creation, the newest first when the last Order descends.
        """
        ...

    def query_changes(
        self,
        account: AccountKey,
        kind: str,
        filter_: Expression | None,
        sort: Sequence[Order],
        since: State,
        limit: int | None = None,
        total: bool = False,
    ) -> QueryChanges | None:
        """What to do to the old result of a query to get the new one; None when that is more than `limit`.

        Exact as long as each record is judged by itself. Raises CannotCalculateChanges.
        """
        ...


class RecordsWriter(Records, Protocol):
    """Changing records; each call takes the account's next change number for the kind.

    A value that is replaced or removed is overwritten where it lay.
    """

    def create(
        self,
        account: AccountKey,
        kind: str,
        prefix: str,
        value: bytes,
        indexes: Indexes,
        texts: Texts | None = None,
    ) -> str:
        """Store a new record and return its id, which begins with the letter `prefix`: one letter for all of a kind."""
        ...

    def create_all(self, account: AccountKey, kind: str, prefix: str, records: Sequence[NewRecord]) -> list[str]:
        """Store many new records at once; their ids in the same order. Costs half of making each by itself."""
        ...

    def update(
        self,
        account: AccountKey,
        kind: str,
        record: str,
        value: bytes,
        indexes: Indexes,
        texts: Texts | None = None,
    ) -> None:
        """Replace the value and the index entries of a record that exists; its texts too, unless they are None."""
        ...

    def destroy(self, account: AccountKey, kind: str, record: str) -> None:
        """Remove a record and leave a tombstone."""
        ...

    def search_for(self, account: AccountKey, kind: str, record: str, texts: Texts) -> None:
        """Replace the texts of a record that exists without changing it (`angarium rebuild search`)."""
        ...

    def index_waiting(self, limit: int = 500) -> int:
        """Move the texts of up to `limit` records into the full-text index in sorted order; how many were moved."""
        ...
