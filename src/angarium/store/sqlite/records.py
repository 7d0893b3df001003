"""Records in SQLite: one table of documents, one of index entries.

Lists come back as one row that SQL has put together: the interpreter lock is taken again for every row, and beside a
busy thread that wait costs far more than the row.
"""

# ruff: noqa: S608 (every piece of SQL is a constant of ours)

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import apsw
import orjson

from angarium.store.contract import (
    AccountKey,
    Expression,
    Indexes,
    IndexValue,
    NewRecord,
    Order,
    QueryChanges,
    QueryResult,
    State,
    Texts,
    Window,
)
from angarium.store.sqlite import recordquery, recordtext
from angarium.store.sqlite.changelog import ALL, ChangeLog, ChangeNumbers
from angarium.store.sqlite.recordselection import RecordSelection
from angarium.store.sqlite.recordterms import OF_KIND

# Valid JSON never holds a control character but white space (RFC 8259 §7): these two can part names and documents.
_UNIT, _RECORD = b"\x1f", b"\x1e"

_JOINED = (
    f"SELECT CAST(group_concat(name || char({_UNIT[0]}) || value, char({_RECORD[0]}){{order}}) AS BLOB) "
    "FROM record WHERE account = ? AND kind = ?"
)
_ALL = _JOINED.format(order=" ORDER BY id")
_SOME = f"{_JOINED.format(order='')} AND id IN (SELECT value FROM json_each(?))"
_PLACE = "account = ? AND kind = ? AND id = ?"
_ONE = f"SELECT name, value FROM record WHERE {_PLACE}"

_ADD_ENTRY = "INSERT INTO record_index (account, kind, name, value, id) VALUES (?, ?, ?, ?, ?)"

_FEW, _SMALL = 4, 1000
"""Ids, or octets of records, up to which the writer remembers an answer: where new mail goes, whether one is away."""

_REMEMBERED = 2000
_TEXT_ID = re.compile(r"[A-Za-z](0|[1-9][0-9]{0,17})")


def number_of(text_id: str) -> int | None:
    """The change number in a text id; None when it is not one."""
    match = _TEXT_ID.fullmatch(text_id)
    return int(match[1]) if match else None


class RecordsReader:
    """Implements the contract's `Records`; `pending` are states reached in this transaction and not yet written."""

    def __init__(self, connection: apsw.Connection, pending: Mapping[int, Mapping[str, int]] | None = None) -> None:
        self._connection = connection
        self._log = ChangeLog(connection, pending)

    def get(self, account: AccountKey, kind: str, ids: Sequence[str] | None = None) -> dict[str, bytes]:
        """Records by id (all of them for None) as encoded JSON, in order of creation; unknown ids are left out."""
        if ids is None:
            return _parted(self._connection.execute(_ALL, (account, kind)).get)
        wanted = sorted((number, name) for name in ids if (number := number_of(name)) is not None)
        if len(wanted) == 1:
            one: tuple[str, bytes] | None = self._connection.execute(_ONE, (account, kind, wanted[0][0])).get
            found = dict([one]) if one else {}
        else:
            listed = f"[{','.join(str(number) for number, _ in wanted)}]"
            found = _parted(self._connection.execute(_SOME, (account, kind, listed)).get)
        return {name: found[name] for _, name in wanted if name in found}

    def find(self, account: AccountKey, kind: str, index: str, value: IndexValue) -> list[str]:
        """Ids of the records that carry this value in this index, in order of creation."""
        # A kind has one letter, so no record need be read. Sorted here: to be told to sort costs the engine more.
        found: tuple[str | None, str | None] = self._connection.execute(
            f"SELECT group_concat(id, ' '), (SELECT substr(name, 1, 1) FROM record x WHERE {OF_KIND} LIMIT 1) "
            f"FROM record_index x WHERE {OF_KIND} AND x.name = :index AND x.value = :value",
            {"account": account, "kind": kind, "index": index, "value": value},
        ).get
        numbers, letter = found
        return [f"{letter}{number}" for number in sorted(map(int, numbers.split(" ")))] if numbers else []

    def carried(self, account: AccountKey, kind: str, index: str, values: Sequence[IndexValue]) -> set[IndexValue]:
        """Those of the values that some record carries in this index."""
        found: str = self._connection.execute(
            "SELECT json_group_array(value) FROM json_each(?) sought WHERE EXISTS (SELECT 1 FROM record_index x "
            "WHERE x.account = ? AND x.kind = ? AND x.name = ? AND x.value = sought.value)",
            (orjson.dumps(list(values)).decode(), account, kind, index),
        ).get
        return set(orjson.loads(found))

    def count(self, account: AccountKey, kind: str) -> int:
        """How many records of the kind the account holds."""
        count: int = self._connection.execute(
            "SELECT count(*) FROM record WHERE account = ? AND kind = ?", (account, kind)
        ).get
        return count

    def query(
        self, account: AccountKey, kind: str, filter_: Expression | None, sort: Sequence[Order], window: Window
    ) -> QueryResult:
        """One window of the records that pass a filter; raises AnchorNotFound."""
        anchor = None
        if window.anchor is not None and window.anchor in self.get(account, kind, [window.anchor]):
            anchor = number_of(window.anchor)
        return recordquery.query(RecordSelection(self._connection, account, kind, filter_, sort), anchor, window)

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
        """What to do to the old result of a query to get the new one; raises CannotCalculateChanges."""
        self._log.check(account, kind, since)
        return recordquery.query_changes(self._connection, account, kind, filter_, sort, since, limit, total)


class RecordsTransaction(RecordsReader):
    """Implements the contract's `RecordsWriter`."""

    def __init__(self, connection: apsw.Connection, numbers: ChangeNumbers) -> None:
        super().__init__(connection, numbers.reached)
        self._numbers = numbers
        self._found: dict[tuple[AccountKey, str, str, IndexValue], list[str]] = {}
        self._all: dict[tuple[AccountKey, str], dict[str, bytes]] = {}

    def get(self, account: AccountKey, kind: str, ids: Sequence[str] | None = None) -> dict[str, bytes]:
        """As of a reader; all of a kind are remembered, if they are small, until something is written."""
        if ids is not None:
            return super().get(account, kind, ids)
        known = self._all.get((account, kind))
        if known is None:
            known = super().get(account, kind)
            if sum(map(len, known.values())) <= _SMALL and len(self._all) < _REMEMBERED:
                self._all[account, kind] = known
        return dict(known)

    def find(self, account: AccountKey, kind: str, index: str, value: IndexValue) -> list[str]:
        """As of a reader; few ids are remembered until something is written."""
        known = self._found.get((account, kind, index, value))
        if known is None:
            known = super().find(account, kind, index, value)
            if len(known) <= _FEW and len(self._found) < _REMEMBERED:
                self._found[account, kind, index, value] = known
        return list(known)

    def forget(self) -> None:
        """Something was written or taken back: what is remembered may be wrong."""
        self._found.clear()
        self._all.clear()

    def create(
        self,
        account: AccountKey,
        kind: str,
        prefix: str,
        value: bytes,
        indexes: Indexes,
        texts: Texts | None = None,
    ) -> str:
        """Store a new record and return its id, which begins with the letter `prefix`."""
        return self.create_all(account, kind, prefix, [NewRecord(value, indexes, texts)])[0]

    def create_all(self, account: AccountKey, kind: str, prefix: str, records: Sequence[NewRecord]) -> list[str]:
        """Store many new records at once; their ids in the same order."""
        if number_of(f"{prefix}0") is None:
            raise ValueError(f"an id cannot begin with {prefix!r}")
        self.forget()
        numbers = [self._numbers.next(account, kind) for _ in records]
        names = [f"{prefix}{number}" for number in numbers]
        entries = [_entries(record.indexes) for record in records]
        self._connection.executemany(
            "INSERT INTO record (account, kind, id, name, modified, modified_core, value) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (account, kind, number, name, number, number, record.value)
                for number, name, record in zip(numbers, names, records, strict=True)
            ],
        )
        self._connection.executemany(
            "INSERT INTO record_entries (account, kind, id, entries) VALUES (?, ?, ?, ?)",
            [(account, kind, number, orjson.dumps(listed)) for number, listed in zip(numbers, entries, strict=True)],
        )
        rows = [
            (account, kind, name, value, number)
            for number, listed in zip(numbers, entries, strict=True)
            for name, value in listed
        ]
        if len(records) > 1:  # in their order, each finds its place beside the one before
            rows.sort(key=lambda row: (row[2], isinstance(row[3], str), row[3], row[4]))
        self._connection.executemany(_ADD_ENTRY, rows)
        texts = [(number, record.texts) for number, record in zip(numbers, records, strict=True) if record.texts]
        recordtext.add(self._connection, account, kind, texts)
        return names

    def update(
        self,
        account: AccountKey,
        kind: str,
        record: str,
        value: bytes,
        indexes: Indexes,
        texts: Texts | None = None,
    ) -> None:
        """Replace the value and the index entries of a record, and its texts when they are given; raises KeyError."""
        self.forget()
        number, old = self._stored(account, kind, record)
        entries = _entries(indexes)
        new = orjson.dumps(entries)
        if new != old:
            self._remove_entries(account, kind, number, old)
            self._add_entries(account, kind, number, entries)
        modified = self._numbers.next(account, kind)
        with self._erasing():
            self._connection.execute(
                f"UPDATE record SET value = ?, modified = ?, modified_core = ? WHERE {_PLACE}",
                (value, modified, modified, account, kind, number),
            )
            if new != old:
                self._connection.execute(
                    f"UPDATE record_entries SET entries = ? WHERE {_PLACE}", (new, account, kind, number)
                )
        if texts is not None:
            recordtext.replace(self._connection, account, kind, number, texts)

    def destroy(self, account: AccountKey, kind: str, record: str) -> None:
        """Remove a record with what it pinned and leave a tombstone; raises KeyError."""
        self.forget()
        number, entries = self._stored(account, kind, record)
        self._remove_entries(account, kind, number, entries)
        self._connection.execute(
            "DELETE FROM record_blob WHERE account = ? AND kind = ? AND record = ?", (account, kind, record)
        )
        with self._erasing():
            self._connection.execute(f"DELETE FROM record WHERE {_PLACE}", (account, kind, number))
            self._connection.execute(f"DELETE FROM record_entries WHERE {_PLACE}", (account, kind, number))
        recordtext.forget(self._connection, account, kind, number)
        self._numbers.bury(account, kind, record, number)

    @contextmanager
    def _erasing(self) -> Iterator[None]:
        """Overwrite what is let go of: records hold keys, passwords' hashes, and where to push (RFC 8620 §7.2).

        Not for every statement: of the small rows of an index, as setting a keyword frees them, it takes a tenth more.
        """
        self._connection.pragma("secure_delete", "ON")
        try:
            yield
        finally:
            self._connection.pragma("secure_delete", "OFF")

    def search_for(self, account: AccountKey, kind: str, record: str, texts: Texts) -> None:
        """Replace the texts of a record that exists without changing it; raises KeyError."""
        number, _ = self._stored(account, kind, record)
        recordtext.replace(self._connection, account, kind, number, texts)

    def index_waiting(self, limit: int = 500) -> int:
        """Move the texts of up to `limit` records into the full-text index in sorted order; how many were moved."""
        return recordtext.index_waiting(self._connection, limit)

    def waiting(self, most: int = ALL) -> int:
        """How many records wait for full text, counted up to `most`."""
        return recordtext.waiting(self._connection, most)

    def forget_texts(self, account: AccountKey) -> None:
        """Remove the texts of all records of an account."""
        recordtext.forget_account(self._connection, account)

    def _stored(self, account: AccountKey, kind: str, record: str) -> tuple[int, bytes]:
        row: tuple[int, bytes] | None = self._connection.execute(
            f"SELECT id, entries FROM record JOIN record_entries USING (account, kind, id) WHERE {_PLACE} AND name = ?",
            (account, kind, number_of(record), record),
        ).get
        if row is None:
            raise KeyError(f"{kind} {record}")
        return row

    def _add_entries(
        self, account: AccountKey, kind: str, number: int, entries: Sequence[tuple[str, IndexValue]]
    ) -> None:
        self._connection.executemany(_ADD_ENTRY, [(account, kind, name, value, number) for name, value in entries])

    def _remove_entries(self, account: AccountKey, kind: str, number: int, entries: bytes) -> None:
        self._connection.executemany(
            "DELETE FROM record_index WHERE account = ? AND kind = ? AND name = ? AND value = ? AND id = ?",
            [(account, kind, name, value, number) for name, value in orjson.loads(entries)],
        )


def _entries(indexes: Indexes) -> list[tuple[str, IndexValue]]:
    return list(dict.fromkeys((name, value) for name, values in indexes.items() for value in values))


def _parted(joined: bytes | None) -> dict[str, bytes]:
    if not joined:
        return {}
    pairs = (part.partition(_UNIT) for part in joined.split(_RECORD))
    return {name.decode("ascii"): value for name, _, value in pairs}
