"""The store in a data folder: one process writes (a lock on `writer.lock` says which), any process may read beside it.

What a folder holds: `angarium.db` with its WAL files, `blobs/`, `incoming/` (blobs being received), `writer.lock`.
"""

import fcntl
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TypeVar

import apsw

from angarium.store.contract import Snapshot, StateChange, StoreError, Transaction
from angarium.store.sqlite import backup, migrations, schema
from angarium.store.sqlite.blobfiles import BlobFiles
from angarium.store.sqlite.database import FILE, Access, connect, copy_database
from angarium.store.sqlite.disk import Disk
from angarium.store.sqlite.readers import Readers
from angarium.store.sqlite.rescue import Rescue
from angarium.store.sqlite.stage import BlobStage
from angarium.store.sqlite.writer import Writer

T = TypeVar("T")


class SqliteStore:
    """Implements the contract's `Store`; made by `open_store`."""

    def __init__(self, files: BlobFiles, readers: Readers, writer: Writer | None, resources: ExitStack) -> None:
        self._files = files
        self._readers = readers
        self._writer = writer
        self._resources = resources
        self._rescue: Rescue | None = None

    def read(self, job: Callable[[Snapshot], T], deadline: float | None = None) -> T:
        """Run a job on a snapshot, on this thread; TooSlow after `deadline` seconds."""
        if self._writer is None and deadline is None:  # it may take long, and who removes files does not know of it
            with self._files.kept():
                return self._readers.read(job)
        return self._readers.read(job, deadline)

    def glance(self, job: Callable[[Snapshot], T]) -> T:
        """Run a job on a snapshot, on this thread, if it is short; TooSlow when it is not."""
        return self._readers.glance(job)

    def write(self, job: Callable[[Transaction], T]) -> "Future[T]":
        """Queue a job for the writer; raises StoreError when the store is closed or open for reading only."""
        return self._writing().write(job)

    def submit(self, job: Callable[[Transaction], T], told: Callable[[T | None, BaseException | None], None]) -> None:
        """As `write`, but `told` hears the result or the error, on the writer's thread."""
        self._writing().submit(job, told)

    def write_at_once(self, job: Callable[[Transaction], T]) -> T:
        """Run a job that takes a moment, on this thread, until it is on disk; TooSlow when it must be queued."""
        return self._writing().write_at_once(job)

    def stage(self) -> BlobStage:
        """Begin to receive a blob."""
        self._writing()
        return BlobStage(self._files)

    def subscribe(self, listener: Callable[[Sequence[StateChange]], None]) -> Callable[[], None]:
        """Call `listener` (on the writer's thread) after each commit; returns how to stop that."""
        return self._writing().subscribe(listener)

    def backup(self, target: str, progress: Callable[[int, int], None] | None = None) -> None:
        """Write a consistent copy of the whole store into one tar file; see `backup`."""
        backup.write(Path(target), self._readers, self._files, progress)

    def copy_database(self, target: Path) -> None:
        """Write a consistent copy of the database, without the blobs that are files, into one new file."""
        with closing(self._readers.connect()) as source:
            copy_database(source, target, self._files.disk)

    def rescue(self) -> Rescue:
        """What can be read of it though it is damaged; all pages are read when that is first asked."""
        if self._rescue is None:
            self._rescue = Rescue(self._files.blobs.parent)
            self._resources.callback(self._rescue.close)
        return self._rescue

    def close(self) -> None:
        """Finish queued work, index what waits, and let go of the folder; harmless when done before."""
        self._resources.close()

    def _writing(self) -> Writer:
        if self._writer is None:
            raise StoreError("the store is open for reading only")
        return self._writer


def open_store(
    folder: Path, *, read_only: bool = False, vfs: str | None = None, disk: Disk | None = None, durable: bool = True
) -> SqliteStore:
    """Open the store in a folder, making it when there is none.

    Raises StoreError when another process writes there, or when the store needs another version of this code.
    `read_only` works beside a writing process and changes nothing. `vfs` names a registered file layer of
    apsw, and `disk` is what all other files pass through. Without `durable` commits do not wait for the disk: for
    stores that are thrown away, those of tests.
    """
    with ExitStack() as resources:
        path = folder / FILE
        files = BlobFiles(folder, disk)
        readers = Readers(lambda: connect(path, Access.READ, vfs), files)
        try:
            writer = None if read_only else _open_writer(path, vfs, durable, files, readers, resources)
            if read_only:
                _check_readable(path, vfs)
        except (apsw.Error, OSError) as error:
            raise StoreError(f"cannot open the store in {folder}: {error}") from error
        # Readers last: when the writer's connection is the last to close, the WAL is folded into the database.
        if writer is not None:
            resources.callback(writer.close)
        resources.callback(readers.close)
        return SqliteStore(files, readers, writer, resources.pop_all())


def _check_readable(path: Path, vfs: str | None) -> None:
    if not path.exists():
        raise StoreError(f"there is no store in {path.parent}")
    connection = connect(path, Access.READ, vfs)
    try:
        found = schema.versions(connection)
        if found is None:
            raise StoreError(f"there is no store in {path.parent}")
        migrations.check(found, schema.VERSION, writing=False)
    finally:
        connection.close()


def _open_writer(
    path: Path, vfs: str | None, durable: bool, files: BlobFiles, readers: Readers, resources: ExitStack
) -> Writer:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    resources.callback(os.close, _lock(path.parent))
    files.prepare()
    _renew_log(path, files.disk)
    connection = connect(path, Access.CREATE, vfs, durable)
    try:
        found = schema.versions(connection)
        if found is None:
            schema.create(connection)
            files.disk.sync_folder(path.parent.parent)  # SQLite has synced the names in the folder itself
        else:
            migrations.check(found, schema.VERSION, writing=True)
            migrations.migrate(connection, path, files.disk, vfs)
        return Writer(connection, files, readers)
    except BaseException:
        connection.close()
        raise


def _renew_log(path: Path, disk: Disk) -> None:
    """Make good what a failed sync of the last writer left: nobody shall see, or build on, what is not on disk."""
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size:
        disk.renew(log)


def _lock(folder: Path) -> int:
    """Take the folder for this process to write; the lock goes with the handle."""
    handle = os.open(folder / "writer.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise StoreError(f"the store in {folder} is in use by another process") from None
    return handle
