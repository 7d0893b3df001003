"""What the store asks of the file system beside SQLite: every step that makes, writes, syncs, renames or removes.

All of them pass through one `Disk`, so that whoever opens a store can hand in another: one that fails, ends the process
or keeps a record at any of these steps. SQLite's own steps pass through the file layer that `open_store` is told of.
"""

import errno
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from angarium.store.contract import DiskFull, NotDurable

_PIECE: Final = 1_048_576

_log = logging.getLogger(__name__)


class Disk:
    """The real one; every method may raise OSError."""

    def create(self, folder: Path) -> tuple[int, Path]:
        """A new file with a name of its own: an open handle and where it is."""
        handle, path = tempfile.mkstemp(dir=folder)
        return handle, Path(path)

    def write(self, handle: int, octets: memoryview) -> int:
        """Write what the file takes at once; how much that was."""
        return os.write(handle, octets)

    def sync(self, handle: int) -> None:
        """Return when the content of an open file is on disk."""
        os.fsync(handle)

    def sync_file(self, path: Path) -> None:
        """Return when the content of a file is on disk."""
        self._sync(path, os.O_RDONLY | os.O_NOFOLLOW)

    def sync_folder(self, path: Path) -> None:
        """Return when the names in a folder are on disk."""
        self._sync(path, os.O_RDONLY | os.O_DIRECTORY)

    def lengthen(self, path: Path, least: int, octets: int) -> int:
        """Let a file that ends before `least` have so many zeros more, on disk; its length then."""
        handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            length = os.fstat(handle).st_size
            if length < least:
                length += os.pwrite(handle, bytes(octets), length)
                os.fsync(handle)
            return length
        finally:
            os.close(handle)

    def renew(self, path: Path) -> None:
        """Write what a file holds over itself, on disk.

        After a sync that failed a system may take for written what is not, so that no later sync would write it.
        """
        handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            place = 0
            while octets := os.pread(handle, _PIECE, place):
                place += os.pwrite(handle, octets, place)
            os.fsync(handle)
        finally:
            os.close(handle)

    def make_folder(self, path: Path) -> None:
        """Make a folder for its owner alone; harmless when it is there."""
        path.mkdir(mode=0o700, exist_ok=True)

    def rename(self, source: Path, target: Path) -> None:
        """Give a file another name, in the place of whatever had that."""
        os.replace(source, target)

    def remove(self, path: Path) -> None:
        """Remove a file; harmless when it is not there."""
        path.unlink(missing_ok=True)

    def drop(self, path: Path) -> None:
        """Remove a file that is not needed; what cannot be removed now, the next start or the collector finds again."""
        try:
            self.remove(path)
        except OSError:
            _log.warning("%s stays for now", path, exc_info=True)

    def _sync(self, path: Path, flags: int) -> None:
        handle = os.open(path, flags)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def told() -> Iterator[None]:
    """Errors of the system while a blob is written become those of the contract: DiskFull, NotDurable."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull("the disk is full") from error
        raise NotDurable(f"a blob could not be written: {error}") from error
