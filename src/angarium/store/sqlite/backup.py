"""A copy of the whole store in one tar file, made while the store is in use.

The archive holds `angarium.db` and the files of `blobs/`, nothing else. To restore it, unpack it into an empty folder
(`tar -xf FILE -C FOLDER`) and use that as the data folder: the database in it is whole by itself.

What happens after the backup is lost by restoring it, and no client knows. So the numbers of the copy go on far above
those that were given out meanwhile: no id of a lost object is given to another, and no lost state is taken for one that
is reached anew.
"""

# ruff: noqa: S608 (SQL is made of a number of ours)

import tarfile
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final, cast

import apsw

from angarium.store.contract import BlobHash, StoreError
from angarium.store.sqlite.blobfiles import BlobFiles
from angarium.store.sqlite.database import FILE, PRIVATE, Access, connect, copy_database, run_script
from angarium.store.sqlite.readers import Readers

Progress = Callable[[int, int], None]

LEAP: Final = 100_000_000
"""More changes than an account sees between a backup and its restoring."""

_GO_ON_ABOVE: Final = f"""
BEGIN;
DELETE FROM tombstone WHERE account IN (SELECT id FROM account);
UPDATE account SET floor = {LEAP} + max(
    floor, coalesce((SELECT max(state) FROM type_state WHERE account = account.id), 0)
);
UPDATE meta SET value = value + {LEAP} WHERE name = 'sequence';
UPDATE type_state SET sequence = (SELECT value FROM meta WHERE name = 'sequence');
COMMIT;
"""


def write(target: Path, readers: Readers, files: BlobFiles, progress: Progress | None = None) -> None:
    """Write the archive under a temporary name, sync it, and rename it to `target`; progress in octets.

    Nobody but the owner may read it: it holds all mail, and the hashes of passwords. Raises StoreError, and leaves
    nothing behind then.
    """
    if target.exists() and not target.is_file():  # a device, say: renaming would put the archive in its place
        raise StoreError(f"the backup could not be written: {target} is there and is not a file")
    try:
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as scratch:
            archive = Path(scratch, "archive")
            # The file of every blob that the copy of the database names must stay until it was packed.
            with files.kept(), closing(readers.connect()) as source:
                _pack(archive, Path(scratch, FILE), source, files, progress or _silent)
            archive.chmod(PRIVATE)
            files.disk.sync_file(archive)
            files.disk.rename(archive, target)
        files.disk.sync_folder(target.parent)
    except (apsw.Error, OSError) as error:
        reason = "the disk is full" if isinstance(error, apsw.FullError) else error  # the engine's copying has no words
        raise StoreError(f"the backup could not be written: {reason}") from error


def _pack(archive: Path, database: Path, source: apsw.Connection, files: BlobFiles, progress: Progress) -> None:
    source.execute("BEGIN")
    rows = source.execute("SELECT hash, size FROM blob WHERE content IS NULL ORDER BY hash").fetchall()
    blobs = cast(list[tuple[BlobHash, int]], rows)
    page_size: int = source.pragma("page_size")
    left = sum(size for _, size in blobs)
    copy_database(
        source, database, files.disk, tell=lambda done, total: progress(done * page_size, total * page_size + left)
    )
    source.execute("COMMIT")
    with closing(connect(database, Access.WRITE)) as copy:
        run_script(copy, _GO_ON_ABOVE)
    done = database.stat().st_size
    total = done + left
    with tarfile.open(archive, "w") as tar:
        tar.add(database, FILE, filter=_private)
        for blob, size in blobs:
            path = files.path(blob)
            tar.add(path, str(path.relative_to(files.blobs.parent)), filter=_private)
            done += size
            progress(done, total)


def _private(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.mode = PRIVATE
    return member


def _silent(done: int, total: int) -> None:
    del done, total
