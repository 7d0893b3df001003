"""The tables of the core half of the store, and the two numbers that say who can use a database.

`version` is the schema's own number; `readable_by` the lowest version of this code that may still read it. The tables
of the message index come from `messages.tables`. Every table leads with the account: the shard key of a larger engine.
"""

# ruff: noqa: S608 (every piece of SQL is a constant of ours)

from typing import NamedTuple, cast

import apsw

from angarium.store.contract import StoreError
from angarium.store.sqlite import answers, deliveries, recordtext
from angarium.store.sqlite.database import run_script
from angarium.store.sqlite.messages import tables

VERSION = 6
READABLE_BY = 1
APPLICATION_ID = 0x416E6761  # "Anga"

CORE = """
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE account (
    id INTEGER PRIMARY KEY AUTOINCREMENT,   -- a number is never used again
    floor INTEGER NOT NULL DEFAULT 0,       -- tombstones up to this change number are gone
    most_octets INTEGER,                    -- what it may hold; null: no limit
    most_emails INTEGER
);

CREATE TABLE type_state (
    account INTEGER NOT NULL,
    kind TEXT NOT NULL,
    state INTEGER NOT NULL,
    sequence INTEGER NOT NULL,              -- the commit that reached this state
    PRIMARY KEY (account, kind)
) WITHOUT ROWID;

CREATE TABLE tombstone (
    account INTEGER NOT NULL,
    kind TEXT NOT NULL,
    destroyed INTEGER NOT NULL,
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    thread INTEGER,
    at INTEGER NOT NULL DEFAULT (unixepoch()),
    PRIMARY KEY (account, kind, destroyed)
) WITHOUT ROWID;

CREATE TABLE record (
    account INTEGER NOT NULL,
    kind TEXT NOT NULL,
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    modified INTEGER NOT NULL,
    modified_core INTEGER NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (account, kind, id)
) WITHOUT ROWID;
CREATE INDEX record_modified ON record (account, kind, modified);

CREATE TABLE record_entries (               -- apart: a record that spills out of its page takes twice as long to read
    account INTEGER NOT NULL,
    kind TEXT NOT NULL,
    id INTEGER NOT NULL,
    entries BLOB NOT NULL,                  -- its rows of record_index as JSON [[name, value], ...]
    PRIMARY KEY (account, kind, id)
) WITHOUT ROWID;

CREATE TABLE record_index (
    account INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    value NOT NULL,                         -- no affinity: 1 and '1' differ
    id INTEGER NOT NULL,
    PRIMARY KEY (account, kind, name, value, id)
) WITHOUT ROWID;
CREATE INDEX record_index_record ON record_index (account, kind, id, name, value);

CREATE TABLE blob (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    content BLOB                            -- null: a file holds it
);

CREATE TABLE record_blob (
    account INTEGER NOT NULL,
    kind TEXT NOT NULL,
    record TEXT NOT NULL,
    blob TEXT NOT NULL,
    PRIMARY KEY (account, kind, record, blob)
) WITHOUT ROWID;
CREATE INDEX record_blob_blob ON record_blob (blob, account);

CREATE TABLE upload (
    id INTEGER PRIMARY KEY,                 -- in order of upload
    account INTEGER NOT NULL,
    user TEXT NOT NULL,
    blob TEXT NOT NULL,
    size INTEGER NOT NULL,
    uploaded INTEGER NOT NULL,
    UNIQUE (blob, account, user)
);
CREATE INDEX upload_user ON upload (user, size);
CREATE INDEX upload_uploaded ON upload (uploaded);

CREATE TABLE loose (                        -- blobs that lost a reference: what the collector looks at
    blob TEXT PRIMARY KEY
) WITHOUT ROWID;
"""

# Whoever removes a reference cannot forget to tell the collector.
TRIGGERS = "".join(
    f"CREATE TRIGGER {table}_lets_go AFTER DELETE ON {table} "
    "BEGIN INSERT OR IGNORE INTO loose (blob) VALUES (old.blob); END;\n"
    for table in ("email", "record_blob", "upload")
)


class Versions(NamedTuple):
    """The two numbers that a database carries."""

    version: int
    readable_by: int


def create(connection: apsw.Connection) -> None:
    """Make all tables in one transaction."""
    with connection:
        run_script(connection, f"PRAGMA application_id = {APPLICATION_ID}")
        run_script(connection, CORE)
        run_script(connection, recordtext.DDL)
        run_script(connection, tables.DDL)
        run_script(connection, deliveries.DDL)
        run_script(connection, answers.DDL)
        run_script(connection, TRIGGERS)
        connection.execute("INSERT INTO account (id) VALUES (0)")  # the directory
        set_versions(connection, Versions(VERSION, READABLE_BY))
        connection.execute("INSERT INTO meta (name, value) VALUES ('sequence', 0)")


def versions(connection: apsw.Connection) -> Versions | None:
    """What the database says of itself; None for an empty one. Raises StoreError for a database of another kind."""
    count: int = connection.execute("SELECT count(*) FROM sqlite_schema").get
    if not count:
        return None
    if connection.pragma("application_id") != APPLICATION_ID:
        raise StoreError("the database in this folder was not made by Angarium")
    rows = connection.execute("SELECT name, value FROM meta WHERE name IN ('version', 'readable_by')").fetchall()
    return Versions(**dict(cast(list[tuple[str, int]], rows)))


def set_versions(connection: apsw.Connection, new: Versions) -> None:
    """Write both numbers."""
    connection.executemany(
        "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        new._asdict().items(),
    )
