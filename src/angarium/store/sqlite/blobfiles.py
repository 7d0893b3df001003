"""The folder of large blobs: `blobs/ab/cdef…` named by content, and `incoming/` for what is still being received.

A path is only ever made from a hash of ours. A file comes to its place by renaming, after its content was synced; the
names are synced by `sync_names`, before the commit that relies on them. What a crash leaves behind is a file that no
row names: `sweep` lists what is there, for the collector to compare.
"""

import errno
import fcntl
import mmap
import os
import re
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from pathlib import Path

from angarium.store.contract import BlobHash, StoreError
from angarium.store.sqlite.disk import Disk

_HASH = re.compile(r"[0-9a-f]{64}")


class BlobFiles:
    """The files below one data folder; writing methods are called by the writer only, but for `begin`."""

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        self.disk = disk or Disk()
        self.blobs = folder / "blobs"
        self._incoming = folder / "incoming"
        self._unsynced: set[Path] = set()
        self._first = True
        self._listing: Iterator[BlobHash] = iter(())

    def prepare(self) -> None:
        """Make the folders and drop what was being received when the last writer ended."""
        for folder in (self.blobs, self._incoming):
            self.disk.make_folder(folder)
        for left in self._incoming.iterdir():
            self.disk.remove(left)

    def begin(self) -> tuple[int, Path]:
        """A new file to receive a blob: an open handle and where it is."""
        return self.disk.create(self._incoming)

    def drop(self, beginning: str) -> None:
        """Remove what is received under names that begin like this: the process that received it has died."""
        for left in self._incoming.glob(f"{beginning}*"):
            self.disk.drop(left)

    def place(self, received: Path, blob: BlobHash) -> None:
        """Rename a received and synced file to its place.

        When it is gone because an earlier transaction renamed it and then failed, the file that is there serves.
        """
        target = self.path(blob)
        if self._first or not target.parent.exists():
            # The first time in any case: a crash may have come between making a folder and the sync.
            self.disk.make_folder(target.parent)
            self._unsynced.add(self.blobs)
            self._first = False
        try:
            self.disk.rename(received, target)
        except FileNotFoundError:
            if not target.exists():
                raise StoreError("what was staged is gone: receive it again") from None
        self._unsynced.add(target.parent)

    def sync_names(self) -> None:
        """Return when every rename is on disk; raises OSError."""
        for folder in sorted(self._unsynced):
            self.disk.sync_folder(folder)
            self._unsynced.remove(folder)  # only now: what failed is tried again before the next commit

    @contextmanager
    def kept(self) -> Iterator[None]:
        """While this is held, no process removes the files of blobs; what is read meanwhile must begin after."""
        with ExitStack() as held:
            with suppress(FileNotFoundError):  # where there is no folder there is nothing to keep
                self._lock(fcntl.LOCK_SH, held)
            yield

    @contextmanager
    def removing(self) -> Iterator[bool]:
        """Whether files may be removed now: not while some process has them `kept`."""
        with ExitStack() as held:
            try:
                self._lock(fcntl.LOCK_EX | fcntl.LOCK_NB, held)
            except OSError:
                yield False
            else:
                yield True

    def _lock(self, how: int, held: ExitStack) -> None:
        handle = os.open(self.blobs, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        held.callback(os.close, handle)
        fcntl.flock(handle, how)

    def map(self, blob: BlobHash) -> mmap.mmap:
        """The content as a read-only map; raises FileNotFoundError."""
        return map_file(self.path(blob))

    def has(self, blob: BlobHash, size: int) -> bool:
        """Whether the file of a blob is there with so many octets."""
        try:
            found = os.lstat(self.path(blob))
        except FileNotFoundError:
            return False
        return stat.S_ISREG(found.st_mode) and found.st_size == size

    def remove(self, blob: BlobHash) -> None:
        """Remove a file; harmless when it is not there."""
        self.disk.remove(self.path(blob))

    def path(self, blob: BlobHash) -> Path:
        """Where the file of a blob is; raises KeyError for what is no hash."""
        if not _HASH.fullmatch(blob):
            raise KeyError(blob)
        return self.blobs / blob[:2] / blob[2:]

    def sweep(self, limit: int) -> list[BlobHash]:
        """The next `limit` files, going round: after the last an empty or short list, then from the first again."""
        part = list(islice(self._listing, limit))
        if len(part) < limit:
            self._listing = self._list()
        return part

    def _list(self) -> Iterator[BlobHash]:
        for folder in sorted(self.blobs.glob("[0-9a-f][0-9a-f]")):
            for name in sorted(os.listdir(folder)):
                if _HASH.fullmatch(folder.name + name):
                    yield BlobHash(folder.name + name)


def map_file(path: Path) -> mmap.mmap:
    """A file as a read-only map; FileNotFoundError also for one that is empty, as damage leaves it: none of ours is."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if not os.fstat(handle).st_size:
            raise FileNotFoundError(errno.ENOENT, "the file is empty", str(path))
        return mmap.mmap(handle, 0, access=mmap.ACCESS_READ)
    finally:
        os.close(handle)
