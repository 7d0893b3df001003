"""Forward steps from one schema version to the next, and who may open a database of which version.

A step runs in one transaction, so that a database is always at one whole version. Before the first step a copy is put
beside the database; it stays untouched until all steps have succeeded.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import apsw

from angarium.store.contract import StoreError
from angarium.store.sqlite import answers, deliveries, recordtext
from angarium.store.sqlite.database import copy_database, run_script
from angarium.store.sqlite.disk import Disk
from angarium.store.sqlite.schema import Versions, set_versions, versions


@dataclass(frozen=True, slots=True)
class Step:
    """What leads to `reaches` from the version before it."""

    reaches: Versions
    run: Callable[[apsw.Connection], None]


def _record_queries(connection: apsw.Connection) -> None:
    """Queries over records: the index by record, and their full text."""
    run_script(
        connection,
        "CREATE INDEX record_index_record ON record_index (account, kind, id, name, value);\n" + recordtext.DDL,
    )


def _deliveries(connection: apsw.Connection) -> None:
    """What was delivered within a day."""
    run_script(connection, deliveries.DDL)


def _count_octets(connection: apsw.Connection) -> None:
    """Accounts get an allowance, and know what their emails take of it."""
    run_script(
        connection,
        """
        ALTER TABLE account ADD COLUMN most_octets INTEGER;
        ALTER TABLE account ADD COLUMN most_emails INTEGER;
        ALTER TABLE mailbox_count ADD COLUMN octets INTEGER NOT NULL DEFAULT 0;
        UPDATE mailbox_count SET octets = (
            SELECT coalesce(sum(size), 0) FROM email WHERE email.account = mailbox_count.account
        ) WHERE mailbox = 0;
        """,
    )


def _answers(connection: apsw.Connection) -> None:
    """Who was answered while its owner was away."""
    run_script(connection, answers.DDL)


def _entries_apart(connection: apsw.Connection) -> None:
    """What stands of a record in indexes leaves its row, so that most rows fit into their page."""
    run_script(
        connection,
        """
        CREATE TABLE record_entries (
            account INTEGER NOT NULL,
            kind TEXT NOT NULL,
            id INTEGER NOT NULL,
            entries BLOB NOT NULL,
            PRIMARY KEY (account, kind, id)
        ) WITHOUT ROWID;
        INSERT INTO record_entries SELECT account, kind, id, entries FROM record;
        ALTER TABLE record DROP COLUMN entries;
        """,
    )


STEPS: tuple[Step, ...] = (
    Step(Versions(2, 1), _record_queries),
    Step(Versions(3, 1), _deliveries),
    Step(Versions(4, 1), _count_octets),
    Step(Versions(5, 1), _answers),
    Step(Versions(6, 1), _entries_apart),
)
"""Every step since version 1, in order."""


def check(found: Versions, ours: int, writing: bool) -> None:
    """Raise StoreError when code of version `ours` must not use the database in this way."""
    if ours < found.readable_by or (writing and ours < found.version):
        raise StoreError(
            f"the store has schema version {found.version} and needs at least version {found.readable_by} to be read; "
            f"this Angarium knows version {ours}: use a newer one"
        )
    if found.version < ours and not writing:
        raise StoreError(
            f"the store has schema version {found.version}: open it once for writing to bring it to {ours}"
        )


def migrate(
    connection: apsw.Connection, path: Path, disk: Disk, vfs: str | None = None, steps: Sequence[Step] = STEPS
) -> None:
    """Take the missing steps; raises StoreError, and then the copy beside the database is what was there before."""
    found = versions(connection)
    waiting = [step for step in steps if found is not None and step.reaches.version > found.version]
    if found is None or not waiting:
        return
    copy = _keep_copy(connection, path, found.version, disk, vfs)
    try:
        for step in waiting:
            with connection:
                step.run(connection)
                set_versions(connection, step.reaches)
    except Exception as error:
        raise StoreError(f"migration failed: {error}; the store as it was is kept in {copy.name}") from error
    for old in path.parent.glob(f"{path.name}.v*"):
        disk.remove(old)


def _keep_copy(source: apsw.Connection, path: Path, version: int, disk: Disk, vfs: str | None) -> Path:
    copy, unfinished = path.with_name(f"{path.name}.v{version}"), path.with_name(f"{path.name}.copying")
    copy_database(source, unfinished, disk, vfs)
    disk.rename(unfinished, copy)
    disk.sync_folder(path.parent)
    return copy
