"""Marks: what is remembered of an object beyond its end, so that only those hear that it went who may.

An id tells that there is something, and of what is gone nothing else tells whose it was (JMAP calendars §5.8, §7).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from angarium.formats.json import JSON, dumps, loads
from angarium.store.contract import AccountKey, Records, Transaction, Window


@dataclass(frozen=True, slots=True)
class Marks:
    """One sort of marks: the kind of its records, the property that names the object that each is about, how many.

    In an account; the oldest go first.
    """

    kind: str
    about: str
    most: int = 10_000

    def put(self, transaction: Transaction, account: AccountKey, record: str, what: Mapping[str, JSON]) -> None:
        """Remember this of an object."""
        records = transaction.records
        records.create(account, self.kind, "H", dumps({self.about: record, **what}), {self.about: [record]})
        if records.count(account, self.kind) > self.most:
            (oldest,) = records.query(account, self.kind, None, (), Window(limit=1)).ids
            records.destroy(account, self.kind, oldest)

    def remove(self, transaction: Transaction, account: AccountKey, record: str) -> None:
        """Forget what is remembered of an object."""
        for mark in transaction.records.find(account, self.kind, self.about, record):
            transaction.records.destroy(account, self.kind, mark)

    def of(self, records: Records, account: AccountKey, ids: Sequence[str]) -> dict[str, dict[str, JSON]]:
        """What is remembered of those of the objects that have a mark."""
        marked = cast("set[str]", records.carried(account, self.kind, self.about, ids))
        marks = [mark for record in marked for mark in records.find(account, self.kind, self.about, record)]
        kept = [cast("dict[str, JSON]", loads(value)) for value in records.get(account, self.kind, marks).values()]
        return {str(what[self.about]): what for what in kept}
