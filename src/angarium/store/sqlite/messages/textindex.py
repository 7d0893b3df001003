"""Full text: the queue of prepared text that waits, the FTS5 table that it moves to, and asking both the same.

Prepared text is words between single spaces (`formats.searchtext`), so the few messages that wait are searched by
plain containment and agree with the table to the letter. Indexing in sorted batches costs a fraction of one by one.
"""

# ruff: noqa: S608 (SQL is made of the names in this package, values are bound)

from collections.abc import Sequence
from operator import attrgetter
from typing import Final

import apsw

from angarium.formats.searchtext import Word, prepare
from angarium.store.contract import SearchText
from angarium.store.sqlite.messages.ids import SEQUENCES, first_document, last_document
from angarium.store.sqlite.messages.tables import TEXT_COLUMNS

_NAMES: Final = ", ".join(f'"{name}"' for name in TEXT_COLUMNS)
_ENQUEUE: Final = f"INSERT INTO waiting (document, {_NAMES}) VALUES (?{', ?' * len(TEXT_COLUMNS)})"
_BATCH: Final = "SELECT document FROM waiting ORDER BY document LIMIT ?"
_INDEX: Final = (
    f"INSERT INTO email_text (rowid, {_NAMES}) SELECT document, {_NAMES} FROM waiting ORDER BY document LIMIT ?"
)
_columns: Final = attrgetter(*(f"{name}_" if name == "from" else name for name in TEXT_COLUMNS))


def free_document(connection: apsw.Connection, account: int, received: int) -> int:
    """A document key that no message has: of the second of receipt, or of a later one when that second is full.

    Never of an earlier one: reading newest first relies on it.
    """
    step = 0
    while True:
        first = first_document(account, received + step * 1000)
        newest: int | None = connection.execute(
            "SELECT max(document) FROM email WHERE document BETWEEN ? AND ?", (first, first + SEQUENCES - 1)
        ).get
        if newest is None:
            return first
        if newest < first + SEQUENCES - 1:
            return newest + 1
        step = step * 2 or 1


def enqueue(connection: apsw.Connection, document: int, text: SearchText) -> None:
    """Let a message wait for indexing."""
    connection.execute(_ENQUEUE, (document, *map(prepare, _columns(text))))


def forget(connection: apsw.Connection, document: int) -> None:
    """Remove a message from full text, wherever it is."""
    connection.execute("DELETE FROM waiting WHERE document = ?", (document,))
    if not connection.changes():
        connection.execute("DELETE FROM email_text WHERE rowid = ?", (document,))


def forget_account(connection: apsw.Connection, account: int) -> None:
    """Remove everything of an account."""
    span = (first_document(account), last_document(account))
    connection.execute("DELETE FROM waiting WHERE document BETWEEN ? AND ?", span)
    connection.execute("DELETE FROM email_text WHERE rowid BETWEEN ? AND ?", span)


def waiting(connection: apsw.Connection) -> int:
    """How many messages wait."""
    count: int = connection.execute("SELECT count(*) FROM waiting").get
    return count


def index_waiting(connection: apsw.Connection, limit: int) -> int:
    """Move up to `limit` messages into the table, in the order of their keys; how many went."""
    connection.execute(_INDEX, (limit,))
    connection.execute(f"DELETE FROM waiting WHERE document IN ({_BATCH})", (limit,))
    return connection.changes()


def waiting_matches(
    connection: apsw.Connection, account: int, words: Sequence[Word], columns: Sequence[str]
) -> list[int]:
    """Documents of the account that still wait and match: each word in at least one of the columns (none for all)."""
    sought = [" OR ".join(f'instr("{name}", ?) > 0' for name in columns or TEXT_COLUMNS)] * len(words)
    needles = [word.needle for word in words for _ in columns or TEXT_COLUMNS]
    rows = connection.execute(
        f"SELECT document FROM waiting WHERE document BETWEEN ? AND ? AND ({') AND ('.join(sought)})",
        (first_document(account), last_document(account), *needles),
    )
    return [document for (document,) in rows]
