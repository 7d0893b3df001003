"""Full text of messages: the keys of documents, and the table that searching asks (see `fulltext`)."""

from collections.abc import Collection, Sequence
from operator import attrgetter
from typing import Final, cast

import apsw
import orjson

from angarium.formats.searchtext import Word
from angarium.store.contract import OverQuota, SearchText
from angarium.store.sqlite.fulltext import TextTable
from angarium.store.sqlite.messages.ids import SEQUENCES, first_document, last_document
from angarium.store.sqlite.messages.tables import TEXT_COLUMNS

TABLE: Final = TextTable("email_text", "waiting", TEXT_COLUMNS)
_LEFT: Final = """
SELECT value FROM json_each(?) WHERE NOT EXISTS (SELECT 1 FROM email WHERE document = value) ORDER BY value
"""
_columns: Final = attrgetter(*(f"{name}_" if name == "from" else name for name in TEXT_COLUMNS))


def free_document(connection: apsw.Connection, account: int, received: int) -> int:
    """A document key that no message has: of the second of receipt, or of a later one when that second is full.

    Never of an earlier one: reading newest first relies on it. Raises OverQuota where there is none.
    """
    first, size, last = first_document(account, received), SEQUENCES, last_document(account)
    while first <= last:
        end = min(first + size - 1, last)
        newest: int | None = connection.execute(
            "SELECT max(document) FROM email WHERE document BETWEEN ? AND ?", (first, end)
        ).get
        if newest is None:
            return first
        if newest < end:
            return newest + 1
        first, size = end + 1, size * 2  # twice the room each time: few steps, however many came in one second
    raise OverQuota("the account holds more mail of that time than can be told apart")


def enqueue(connection: apsw.Connection, document: int, text: SearchText) -> None:
    """Let a message wait for indexing."""
    TABLE.enqueue(connection, document, _columns(text.prepared()))


def unqueue(connection: apsw.Connection, document: int) -> bool:
    """Remove a message that waits; false when it does not."""
    return TABLE.unqueue(connection, document)


def remove_leftovers(connection: apsw.Connection, documents: Collection[int]) -> None:
    """Remove those of the documents from the table that no message has (any more)."""
    left = connection.execute(_LEFT, (orjson.dumps(sorted(documents)).decode(),)).fetchall()
    TABLE.remove(connection, [document for (document,) in cast("list[tuple[int]]", left)])


def forget(connection: apsw.Connection, document: int) -> None:
    """Remove a message from full text, wherever it is."""
    TABLE.forget(connection, document)


def forget_account(connection: apsw.Connection, account: int) -> None:
    """Remove everything of an account."""
    TABLE.forget_between(connection, first_document(account), last_document(account))


def waiting(connection: apsw.Connection, most: int) -> int:
    """How many messages wait, counted up to `most`."""
    return TABLE.count_waiting(connection, most)


def index_waiting(connection: apsw.Connection, limit: int) -> int:
    """Move up to `limit` messages into the table, in the order of their keys; how many went."""
    return TABLE.index_waiting(connection, limit)


def waiting_matches(
    connection: apsw.Connection, account: int, words: Sequence[Word], columns: Sequence[str]
) -> list[int]:
    """Documents of the account that still wait and match: each word in at least one of the columns (none for all)."""
    return TABLE.waiting_matches(connection, first_document(account), last_document(account), words, columns)
