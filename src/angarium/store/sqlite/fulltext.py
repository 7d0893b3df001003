"""A full-text table and the queue of prepared text that waits for it, asked as one.

Prepared text is words between single spaces (`formats.searchtext`), so the few documents that wait are searched by
plain containment and agree with the table to the letter. Indexing in sorted batches costs a fraction of one by one.
"""

# ruff: noqa: S608 (SQL is made of our own names, values are bound)

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import apsw

from angarium.formats.searchtext import Word

_SEGMENTS: Final = 4
"""So many are no trouble, however large they are."""


@dataclass(frozen=True, slots=True)
class TextTable:
    """The FTS5 table, the table of what waits (`document` and the same columns), and their columns.

    A document is its rowid; it stands in one of the two tables.
    """

    table: str
    waiting: str
    columns: tuple[str, ...]

    def ddl(self) -> str:
        """The statements that make both."""
        texts = "".join(f',\n    "{name}" TEXT NOT NULL' for name in self.columns)
        names = ", ".join(f'"{name}"' for name in self.columns)
        return (
            f"CREATE TABLE {self.waiting} (\n    document INTEGER PRIMARY KEY{texts}\n);\n"
            f"CREATE VIRTUAL TABLE {self.table} USING fts5 (\n    {names},\n    content = '',\n"
            "    contentless_delete = 1,\n"
            "    tokenize = 'ascii'                      -- text comes prepared: it only has to be cut at spaces\n);\n"
        )

    def enqueue(self, connection: apsw.Connection, document: int, texts: Sequence[str]) -> None:
        """Let a document that is in neither table wait, with one prepared text for each column."""
        connection.execute(self._enqueue(), (document, *texts))

    def index(self, connection: apsw.Connection, documents: Sequence[tuple[int, Sequence[str]]]) -> None:
        """Put documents that are in neither table, in order, straight into the first."""
        marks = ", ?" * len(self.columns)
        connection.executemany(
            f"INSERT INTO {self.table} (rowid, {self._names()}) VALUES (?{marks})",
            [(document, *texts) for document, texts in documents],
        )

    def forget(self, connection: apsw.Connection, document: int) -> None:
        """Remove a document, wherever it is."""
        if not self.unqueue(connection, document):
            self.remove(connection, [document])

    def unqueue(self, connection: apsw.Connection, document: int) -> bool:
        """Remove a document that waits; false when it does not."""
        connection.execute(f"DELETE FROM {self.waiting} WHERE document = ?", (document,))
        return bool(connection.changes())

    def remove(self, connection: apsw.Connection, documents: Sequence[int]) -> None:
        """Remove documents from the table; in order of their keys they are gathered, else each is written by itself."""
        connection.executemany(f"DELETE FROM {self.table} WHERE rowid = ?", [(document,) for document in documents])

    def forget_between(self, connection: apsw.Connection, low: int, high: int) -> None:
        """Remove every document of a range, its ends included."""
        connection.execute(f"DELETE FROM {self.waiting} WHERE document BETWEEN ? AND ?", (low, high))
        connection.execute(f"DELETE FROM {self.table} WHERE rowid BETWEEN ? AND ?", (low, high))

    def count_waiting(self, connection: apsw.Connection, most: int) -> int:
        """How many documents wait; counted up to `most`, since their text is passed by."""
        count: int = connection.execute(f"SELECT count(*) FROM (SELECT 1 FROM {self.waiting} LIMIT ?)", (most,)).get
        return count

    def index_waiting(self, connection: apsw.Connection, limit: int) -> int:
        """Move up to `limit` documents into the table, in their order; how many went."""
        batch = f"FROM {self.waiting} ORDER BY document LIMIT ?"
        names = self._names()
        connection.execute(f"INSERT INTO {self.table} (rowid, {names}) SELECT document, {names} {batch}", (limit,))
        connection.execute(f"DELETE FROM {self.waiting} WHERE document IN (SELECT document {batch})", (limit,))
        return connection.changes()

    def scattered(self, connection: apsw.Connection) -> bool:
        """Whether a fifth or more of the table lies in four or more segments, outside the largest."""
        pages = f"SELECT count(*) FROM {self.table}_idx GROUP BY segid"
        sizes = sorted(count for (count,) in connection.execute(pages))
        return len(sizes) > _SEGMENTS and sum(sizes) >= 1.25 * sizes[-1]

    def gather(self, connection: apsw.Connection) -> None:
        """Let all segments be merged into one from now on."""
        self.merge(connection, -1)

    def merge(self, connection: apsw.Connection, pages: int) -> bool:
        """Go on with that by about so many pages; whether there was something to do."""
        before = connection.total_changes()
        connection.execute(f"INSERT INTO {self.table} ({self.table}, rank) VALUES ('merge', ?)", (pages,))
        return connection.total_changes() - before > 1  # the statement itself counts as one

    def waiting_matches(
        self, connection: apsw.Connection, low: int, high: int, words: Sequence[Word], columns: Sequence[str]
    ) -> list[int]:
        """Documents of a range that wait and match: each word in at least one of the columns (none for all)."""
        searched = columns or self.columns
        sought = [" OR ".join(f'instr("{name}", ?) > 0' for name in searched)] * len(words)
        needles = [word.needle for word in words for _ in searched]
        rows = connection.execute(
            f"SELECT document FROM {self.waiting} WHERE document BETWEEN ? AND ? AND ({') AND ('.join(sought)})",
            (low, high, *needles),
        )
        return [document for (document,) in rows]

    @cache  # noqa: B019 (tables are few, and for ever)
    def _enqueue(self) -> str:
        return f"INSERT INTO {self.waiting} (document, {self._names()}) VALUES (?{', ?' * len(self.columns)})"

    def _names(self) -> str:
        return ", ".join(f'"{name}"' for name in self.columns)
