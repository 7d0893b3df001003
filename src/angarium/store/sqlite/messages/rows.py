"""Emails and threads as encoded JSON, put together inside the engine: one statement, one row, nothing decoded.

Each property is a piece of SQL text; what is stored as JSON is spliced as it is.
"""

# ruff: noqa: S608 (SQL is made of the names in this package, values are bound)

from collections.abc import Mapping, Sequence
from typing import Final

import apsw

from angarium.store.contract import METADATA, ROW_PROPERTIES
from angarium.store.sqlite.messages.ids import EVERYWHERE, listed

_PROPERTIES: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("'\"M'", "e.id", "'\"'"),
    "blobId": ("'\"b'", "e.blob", "'\"'"),
    "threadId": ("'\"T'", "e.thread", "'\"'"),
    "mailboxIds": ("e.mailbox_ids",),
    "keywords": ("e.keywords",),
    "size": ("e.size",),
    "receivedAt": ('d."receivedAt"',),
    **{name: (f'd."{name}"',) for name in METADATA if name in ROW_PROPERTIES},
}
"""Property to what `concat` puts together for it; `e` is the email, `d` its metadata."""

_JOINED: Final = " CROSS JOIN email_metadata d ON d.document = e.document"
_ASKED: Final = "json_each(:ids) j CROSS JOIN email e ON e.account = :account AND e.id = j.value"
_EVERY: Final = "email e"

_THREAD: Final = f"""
SELECT t.id AS id, concat('{{"id":"T', t.id, '","emailIds":[', (
    SELECT group_concat(concat('"M', id, '"')) FROM (
        SELECT m.id FROM mailbox_email m INDEXED BY mailbox_thread
        WHERE m.account = :account AND m.thread = t.id AND m.mailbox = {EVERYWHERE} ORDER BY m.received, m.id
    )
), ']}}') AS object
"""
_ASKED_THREADS: Final = "json_each(:ids) j CROSS JOIN thread t ON t.account = :account AND t.id = j.value"
_EVERY_THREAD: Final = "thread t WHERE t.account = :account ORDER BY t.id"


def emails(
    connection: apsw.Connection, account: int, ids: Sequence[str] | None, properties: Sequence[str]
) -> tuple[bytes, list[str]]:
    """The array of emails with these properties, and the ids not found; raises KeyError for an unknown property."""
    pieces: list[str] = []
    joined = ""
    for name in properties:
        pieces += (f"'{',' if pieces else ''}\"{name}\":'", *_PROPERTIES[name])
        joined = _JOINED if pieces[-1].startswith("d.") else joined
    row = f"concat('{{', {''.join(f'{piece}, ' for piece in pieces)}'}}')"
    tables = _EVERY if ids is None else _ASKED
    everything = " WHERE e.account = :account ORDER BY e.id" if ids is None else ""
    selected = f"SELECT e.id AS id, {row} AS object FROM {tables}{joined}{everything}"
    return _found(connection, account, selected, ids, "M")


def threads(connection: apsw.Connection, account: int, ids: Sequence[str] | None) -> tuple[bytes, list[str]]:
    """The array of threads, each with its emails from the oldest on, and the ids not found."""
    selected = f"{_THREAD} FROM {_EVERY_THREAD if ids is None else _ASKED_THREADS}"
    return _found(connection, account, selected, ids, "T")


def _found(
    connection: apsw.Connection,
    account: int,
    selected: str,
    ids: Sequence[str] | None,
    letter: str,
) -> tuple[bytes, list[str]]:
    sql = f"SELECT CAST(concat('[', group_concat(object), ']') AS BLOB), group_concat(id) FROM ({selected})"
    if ids is None:
        every: bytes = connection.execute(sql, {"account": account}).get[0]
        return every, []
    values = {"account": account, "ids": listed(letter, ids)}
    found: tuple[bytes, str | None] = connection.execute(sql, values).get
    objects, names = found
    asked = dict.fromkeys(ids)
    there = names.split(",") if names else []
    if len(there) == len(asked):
        return objects, []
    present = {letter + name for name in there}
    return objects, [text for text in asked if text not in present]
