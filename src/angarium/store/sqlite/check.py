"""Invariants of the store as a whole (`angarium verify`): pages, references to blobs, records, states, tombstones.

What belongs to the message index of one account is in `messages.check`; nothing here reads the octets of a blob.
"""

# ruff: noqa: S608 (SQL is made of our own names)

from collections.abc import Iterator, Mapping
from typing import Final, cast

import apsw

from angarium.store.contract import QUEUE, BlobHash
from angarium.store.sqlite.blobfiles import BlobFiles
from angarium.store.sqlite.recordtext import KIND_BITS, NUMBER_BITS, NUMBER_MASK

MOST: Final = 10
"""Examples of one kind of damage that are named."""

_REFERENCES: Final = ("email", "record_blob", "upload")
_OF_ACCOUNTS: Final = (
    *("email", "thread", "thread_key", "mailbox_count", "mailbox_email", "email_keyword", "keyword_count", "trash"),
    *(
        "record",
        "record_entries",
        "record_index",
        "record_blob",
        "upload",
        "tombstone",
        "type_state",
        "delivery",
        "answer",
    ),
)
_OBJECTS: Final = (
    ("email", "'Email'", "id"),
    ("email", "'Email'", "modified"),
    ("thread", "'Thread'", "id"),
    ("thread", "'Thread'", "modified"),
    ("record", "kind", "id"),
    ("record", "kind", "modified"),
    ("record", "kind", "modified_core"),
    ("tombstone", "kind", "destroyed"),
)
_FULL_TEXT: Final = ("email_text", "record_text")
_DOCUMENTS: Final = "(SELECT document FROM record_waiting UNION ALL SELECT rowid FROM record_text)"
_UNREFERENCED: Final = " AND ".join(
    f"NOT EXISTS (SELECT 1 FROM {table} WHERE {table}.blob = blob.hash)" for table in _REFERENCES
)
_ENTRIES: Final = """
    SELECT account, kind, e.id, json_extract(entry.value, '$[0]'), json_extract(entry.value, '$[1]')
    FROM record_entries AS e, json_each(CAST(entries AS TEXT)) AS entry
"""
_INDEX: Final = "SELECT account, kind, id, name, value FROM record_index"

_CHECKS: Final[Mapping[str, str]] = {
    **{
        f"is named by {table} of the account, and is no content here": f"""
            SELECT 'a' || account || ': ' || blob FROM {table}
            WHERE NOT EXISTS (SELECT 1 FROM blob WHERE blob.hash = {table}.blob)"""
        for table in _REFERENCES
    },
    "has another size than is counted": """
        SELECT 'content ' || hash FROM blob WHERE content IS NOT NULL AND length(content) <> size
        UNION ALL SELECT 'upload of ' || blob FROM upload JOIN blob ON hash = blob WHERE upload.size <> blob.size
        UNION ALL SELECT 'mail M' || email.id FROM email JOIN blob ON hash = blob WHERE email.size <> blob.size""",
    "is referenced by nothing, and the collector does not know": f"""
        SELECT 'content ' || hash FROM blob
        WHERE {_UNREFERENCED} AND NOT EXISTS (SELECT 1 FROM loose WHERE loose.blob = hash)""",
    **{
        f"has rows of {table}, and is not there": f"""
            SELECT DISTINCT 'account a' || account FROM {table}
            WHERE account <> {QUEUE} AND NOT EXISTS (SELECT 1 FROM account WHERE account.id = {table}.account)"""
        for table in _OF_ACCOUNTS
    },
    **{
        f"has a number ({table}.{column}) that its state has not reached": f"""
            SELECT DISTINCT 'a' || account || ': ' || {kind} FROM {table} AS t
            WHERE {column} > ifnull((SELECT state FROM type_state AS s
                WHERE s.account = t.account AND s.kind = {kind.replace("kind", "t.kind")}), 0)"""
        for table, kind, column in _OBJECTS
    },
    "reached its state in a commit that never was": """
        SELECT 'a' || account || ': ' || kind FROM type_state
        WHERE sequence > (SELECT value FROM meta WHERE name = 'sequence')""",
    "was destroyed, and is there": """
        SELECT 'a' || account || ': ' || kind || ' ' || name FROM tombstone AS t
        WHERE EXISTS (SELECT 1 FROM record AS r WHERE r.account = t.account AND r.kind = t.kind AND r.id = t.id)
        OR (kind = 'Email' AND EXISTS (SELECT 1 FROM email AS e WHERE e.account = t.account AND e.id = t.id))
        OR (kind = 'Thread' AND EXISTS (SELECT 1 FROM thread AS e WHERE e.account = t.account AND e.id = t.id))""",
    "was destroyed before the state from which changes are told": """
        SELECT 'a' || account || ': ' || kind || ' ' || name FROM tombstone
        JOIN account ON account.id = tombstone.account WHERE destroyed <= floor""",
    "has an id that is not its number": """
        SELECT 'a' || account || ': ' || kind || ' ' || name FROM record
        WHERE substr(name, 2) <> CAST(id AS TEXT)""",
    "is not JSON": """
        SELECT 'a' || account || ': ' || kind || ' ' || name FROM record
        JOIN record_entries USING (account, kind, id)
        WHERE NOT json_valid(CAST(value AS TEXT)) OR NOT json_valid(CAST(entries AS TEXT))""",
    "and its entries are not both there": """
        SELECT 'a' || account || ': ' || kind || ' number ' || id
        FROM record FULL JOIN record_entries AS e USING (account, kind, id) WHERE name IS NULL OR entries IS NULL""",
    "is missing from an index": f"""
        SELECT 'a' || account || ': ' || kind || ' number ' || id FROM ({_ENTRIES} EXCEPT {_INDEX})""",
    "stands in an index against its own word": f"""
        SELECT 'a' || account || ': ' || kind || ' number ' || id FROM ({_INDEX} EXCEPT {_ENTRIES})""",
    "pins a content, and is not there": """
        SELECT 'a' || account || ': ' || kind || ' ' || record FROM record_blob AS b
        WHERE NOT EXISTS (SELECT 1 FROM record AS r
            WHERE r.account = b.account AND r.kind = b.kind AND r.id = CAST(substr(b.record, 2) AS INTEGER))""",
    "is a text of no record": f"""
        SELECT 'document ' || document FROM {_DOCUMENTS} AS d WHERE NOT EXISTS (
            SELECT 1 FROM record AS r JOIN text_kind AS k USING (kind)
            WHERE r.account = d.document >> {KIND_BITS + NUMBER_BITS} AND r.id = d.document & {NUMBER_MASK}
            AND k.number = (d.document >> {NUMBER_BITS}) & {(1 << KIND_BITS) - 1})""",
    "is in full text twice": """
        SELECT 'document ' || document FROM record_waiting WHERE document IN (SELECT rowid FROM record_text)""",
}


def check(connection: apsw.Connection, files: BlobFiles) -> list[str]:
    """What is wrong, each as a sentence; up to ten of a kind. What cannot be looked at is wrong too."""
    found = []
    try:
        for table in _FULL_TEXT:
            # FTS5 checks the index by the list of its parts that the connection has kept, be it older than the
            # snapshot, and would find parts missing that others have merged since; a read makes it look anew.
            connection.execute(f"SELECT rowid FROM {table} LIMIT 1").fetchall()
        told = [str(line) for (line,) in connection.execute(f"PRAGMA integrity_check({MOST})")]
        found += [f"the database: {line}" for line in told if line != "ok"]
    except apsw.Error as error:
        found.append(f"the database: {error}")
    for problem, sql in _CHECKS.items():
        try:
            rows = connection.execute(f"SELECT * FROM ({sql}) LIMIT {MOST}").fetchall()
        except apsw.Error as error:
            found.append(f"whether anything {problem} cannot be told: {error}")
        else:
            found += [f"{name} {problem}" for (name,) in cast("list[tuple[str]]", rows)]
    return found + list(_wrong_files(connection, files))


def _wrong_files(connection: apsw.Connection, files: BlobFiles) -> Iterator[str]:
    try:
        rows = connection.execute("SELECT hash, size FROM blob WHERE content IS NULL ORDER BY hash").fetchall()
    except apsw.Error as error:
        yield f"the contents in files cannot be listed: {error}"
        return
    for blob, size in cast("list[tuple[BlobHash, int]]", rows):
        try:
            there = files.path(blob).lstat().st_size
        except (OSError, KeyError):
            yield f"content {blob}: its file is not there"
        else:
            if there != size:
                yield f"content {blob}: its file has {there} octets, and {size} are counted"
