"""How a connection to the database file is opened: every setting that durability, memory and speed depend on.

Nothing here knows a table. Scripts of several statements also run from here, because a cursor of apsw stops at the
first statement that yields a row until the row is taken.
"""

import os
from collections.abc import Callable
from contextlib import closing
from enum import Enum
from pathlib import Path

import apsw

from angarium.store.sqlite.disk import Disk

FILE = "angarium.db"
"""Name of the database in the data folder."""

PRIVATE = 0o600
"""For its owner alone: the folder may have been made by somebody who lets others look in (systemd does)."""

BUSY_MS = 10_000
STATEMENTS = 200
COPY_PAGES = 1024

SETTINGS = (
    "synchronous = FULL",  # a commit is on disk when it returns
    "fullfsync = ON",  # the same on macOS, where fsync alone leaves data in the drive
    "foreign_keys = ON",
    "cell_size_check = ON",  # damage is found where it is, before it spreads
    "temp_store = MEMORY",
    "cache_size = -8000",  # KiB a connection: five connections stay far below the memory goal
    "mmap_size = 0",  # mapped pages count as ours, and an I/O error there is a signal instead of an exception
    "journal_size_limit = 67108864",
    "wal_autocheckpoint = 0",  # the writer does it when nobody waits
)


UNSYNCED = ("synchronous = OFF", "fullfsync = OFF")
"""Settings after those, for a store that need not outlive its process."""


class Access(Enum):
    """What a connection may do."""

    READ = apsw.SQLITE_OPEN_READONLY
    WRITE = apsw.SQLITE_OPEN_READWRITE
    CREATE = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE


def connect(path: Path, access: Access, vfs: str | None = None, durable: bool = True) -> apsw.Connection:
    """A connection with our settings, in WAL mode; raises apsw.Error. `vfs` names a registered file layer.

    Without `durable` a commit is not waited for until it is on disk.
    """
    settings = SETTINGS if durable else (*SETTINGS, *UNSYNCED)
    name, flags = str(path), access.value
    if access is Access.READ and _is_fixed(path):
        name, flags = f"{path.absolute().as_uri()}?immutable=1", flags | apsw.SQLITE_OPEN_URI
    connection = apsw.Connection(name, flags=flags, vfs=vfs, statementcachesize=STATEMENTS)
    try:
        if access is Access.CREATE and not path.stat().st_size:
            path.chmod(PRIVATE)  # the log and its index take it from there
        connection.set_busy_timeout(BUSY_MS)
        connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
        # Else a statement whose plan might look at a bound value (`LIMIT ?`) is prepared anew whenever it is bound.
        connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
        if access is not Access.READ:
            run_script(connection, "PRAGMA journal_mode = WAL")
        run_script(connection, "".join(f"PRAGMA {setting};" for setting in settings))
    except BaseException:
        connection.close()
        raise
    return connection


def _is_fixed(path: Path) -> bool:
    """Whether nobody can write, as in a snapshot of the disk: a WAL that is not there yet could not be made then.

    With a WAL the engine gets along; what stands there alone must not be passed over.
    """
    return bool(os.statvfs(path.parent).f_flag & os.ST_RDONLY) and not path.with_name(f"{path.name}-wal").exists()


def run_script(connection: apsw.Connection, sql: str) -> None:
    """Run every statement of a script to its end."""
    for _ in connection.execute(sql):
        pass


def copy_database(
    source: apsw.Connection,
    target: Path,
    disk: Disk,
    vfs: str | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> None:
    """Copy what a connection sees into one new file and sync it; `tell` hears pages (done, total) now and then.

    Inside a read transaction of `source` the copy is of that snapshot, whatever is written meanwhile.
    """
    disk.remove(target)
    try:
        with closing(apsw.Connection(str(target), vfs=vfs)) as copy:
            target.chmod(PRIVATE)
            # A crash leaves it unfinished anyway.
            run_script(copy, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
            with copy.backup("main", source, "main") as backup:
                while not backup.done:
                    backup.step(COPY_PAGES)
                    if tell is not None:
                        tell(backup.page_count - backup.remaining, backup.page_count)
        disk.sync_file(target)
    except Exception:
        disk.drop(target)  # on a disk that is full, it is what fills it
        raise
