"""Full text of records: which kind has which columns of the one table that all of them share.

A document's key is made of account, kind and record number, so one kind of one account is one range, in order of
creation. A kind gets its number, and each of its columns a place, when its first text comes.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, cast

import apsw
import orjson

from angarium.formats.searchtext import Word, match_expression
from angarium.store.contract import Texts
from angarium.store.sqlite.fulltext import TextTable

MOST_COLUMNS: Final = 16
KIND_BITS: Final = 5
NUMBER_BITS: Final = 38
NUMBER_MASK: Final = (1 << NUMBER_BITS) - 1

_BATCH: Final = 50
"""Texts that are indexed at once: sorted, and more than the engine's own work for each time."""

_PLACES: Final = tuple(f"t{place}" for place in range(MOST_COLUMNS))
TABLE: Final = TextTable("record_text", "record_waiting", _PLACES)

DDL: Final = f"""
CREATE TABLE text_kind (                    -- kinds of records that have full text
    kind TEXT PRIMARY KEY,
    number INTEGER NOT NULL UNIQUE,
    columns TEXT NOT NULL                   -- JSON array: the column in t0, in t1, ...
) WITHOUT ROWID;

{TABLE.ddl()}"""


@dataclass(frozen=True, slots=True)
class TextKind:
    """One kind: its number and its columns in the order of their places."""

    number: int
    columns: tuple[str, ...]

    def document(self, account: int, number: int) -> int:
        """The key of a record's text."""
        return _document(account, self.number, number)

    def span(self, account: int) -> tuple[int, int]:
        """The lowest and the highest key of an account's records."""
        return self.document(account, 0), self.document(account, NUMBER_MASK)

    def row(self, texts: Texts) -> list[str]:
        """The texts in their places."""
        return [texts.get(column, "") for column in self.columns] + [""] * (MOST_COLUMNS - len(self.columns))

    def places(self, column: str) -> list[str] | None:
        """The columns of the table to search for a column ("" for all); None when no text has such a column."""
        if not column:
            return []
        return [_PLACES[self.columns.index(column)]] if column in self.columns else None


def text_kind(connection: apsw.Connection, kind: str) -> TextKind | None:
    """What is known of a kind; None when no record of it ever had a text."""
    row = connection.execute("SELECT number, columns FROM text_kind WHERE kind = ?", (kind,)).get
    if row is None:
        return None
    return _read(*cast("tuple[int, str]", row))


@lru_cache
def _read(number: int, columns: str) -> TextKind:
    return TextKind(number, tuple(orjson.loads(columns)))


def add(connection: apsw.Connection, account: int, kind: str, texts: Sequence[tuple[int, Texts]]) -> None:
    """Index the texts of new records, in order of their numbers: later, or at once where they make a batch."""
    wanted = [(number, columns) for number, columns in texts if any(columns.values())]
    if not wanted:
        return
    known = _knowing(connection, kind, {column for _, columns in wanted for column in columns})
    rows = [(known.document(account, number), known.row(columns)) for number, columns in wanted]
    if len(rows) >= _BATCH:
        TABLE.index(connection, rows)
        return
    for document, row in rows:
        TABLE.enqueue(connection, document, row)


def replace(connection: apsw.Connection, account: int, kind: str, number: int, texts: Texts) -> None:
    """Let the texts of a record take the place of what was indexed of it."""
    forget(connection, account, kind, number)
    add(connection, account, kind, [(number, texts)])


def forget(connection: apsw.Connection, account: int, kind: str, number: int) -> None:
    """Remove the text of a record."""
    known = text_kind(connection, kind)
    if known is not None:
        TABLE.forget(connection, known.document(account, number))


def forget_account(connection: apsw.Connection, account: int) -> None:
    """Remove the texts of all records of an account."""
    TABLE.forget_between(connection, _document(account, 0, 0), _document(account + 1, 0, 0) - 1)


def waiting(connection: apsw.Connection, most: int) -> int:
    """How many records wait, counted up to `most`."""
    return TABLE.count_waiting(connection, most)


def index_waiting(connection: apsw.Connection, limit: int) -> int:
    """Move up to `limit` records into the table; how many went."""
    return TABLE.index_waiting(connection, limit)


def waiting_matches(
    connection: apsw.Connection, span: tuple[int, int], words: Sequence[Word], places: Sequence[str]
) -> list[int]:
    """Numbers of the records that wait and match."""
    found = TABLE.waiting_matches(connection, *span, words, places)
    return [document & NUMBER_MASK for document in found]


def expression(words: Sequence[Word], places: Sequence[str]) -> str:
    """What the full-text table is to match."""
    return match_expression(words, places)


def _document(account: int, kind: int, number: int) -> int:
    return (account << KIND_BITS | kind) << NUMBER_BITS | number


def _knowing(connection: apsw.Connection, kind: str, columns: Collection[str]) -> TextKind:
    """What is known of a kind, these columns included."""
    known = text_kind(connection, kind)
    if known is None or not all(column in known.columns for column in columns):
        known = _learn(connection, kind, known, columns)
    return known


def _learn(connection: apsw.Connection, kind: str, known: TextKind | None, wanted: Collection[str]) -> TextKind:
    """Give a kind its number, and columns that are new their places."""
    if known is None:
        taken: int = connection.execute("SELECT ifnull(max(number), 0) FROM text_kind").get
        known = TextKind(taken + 1, ())
    columns = (*known.columns, *(column for column in sorted(wanted) if column not in known.columns))
    if len(columns) > MOST_COLUMNS or known.number >> KIND_BITS:
        raise ValueError(f"{kind} has too many columns of text, or there are too many kinds with text")
    connection.execute(
        "INSERT OR REPLACE INTO text_kind (kind, number, columns) VALUES (?, ?, ?)",
        (kind, known.number, orjson.dumps(columns).decode()),
    )
    return TextKind(known.number, columns)
