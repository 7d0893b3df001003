"""Merging the parts of full text that came one after the other, step by step in idle moments.

Each batch that was indexed is a segment of its own, which FTS5 merges by fours; a query asks every segment for every
word. After an import some dozen are left, and as one they are searched in half the time. To merge all of them means to
write all of them, so it is done only once much lies outside the largest (https://sqlite.org/fts5.html, "merge").
"""

from collections.abc import Sequence
from typing import Final

import apsw

from angarium.store.sqlite.fulltext import TextTable

STEP: Final = 100
"""Pages of a step, so that a job that comes meanwhile waits some 20 ms at most."""

LOOK_AFTER: Final = 1000
"""Documents after which to look again: counting the pages of a large table takes longer than indexing a few."""


class Merging:
    """What there is to merge in some tables; it lasts as long as the store is open."""

    def __init__(self, tables: Sequence[TextTable]) -> None:
        self._tables = tables
        self._indexed = LOOK_AFTER
        self._under_way: list[TextTable] = []

    def __bool__(self) -> bool:
        """Whether there is something to merge, or to look at."""
        return bool(self._under_way) or self._indexed >= LOOK_AFTER

    def note(self, documents: int) -> None:
        """So many documents were indexed."""
        self._indexed += documents

    def step(self, connection: apsw.Connection) -> None:
        """Look for what is to be merged, or merge a few pages."""
        if self._under_way:
            if not self._under_way[-1].merge(connection, STEP):
                self._under_way.pop()
        elif self._indexed >= LOOK_AFTER:
            self._indexed = 0
            self._under_way = [table for table in self._tables if table.scattered(connection)]
            for table in self._under_way:
                table.gather(connection)

    def give_up(self) -> None:
        """Leave everything as it is until more was indexed."""
        self._indexed, self._under_way = 0, []
