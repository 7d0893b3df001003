"""Receiving blobs outside the writer: small ones stay in memory, larger ones stream to a file with constant memory."""

import hashlib
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from angarium.store.contract import BlobHash, NotDurable, StoreError
from angarium.store.sqlite.blobfiles import BlobFiles, map_file
from angarium.store.sqlite.disk import Disk, told

INLINE = 64 * 1024
"""Octets up to which a blob lives inside the database."""


@dataclass(frozen=True, slots=True)
class StagedBytes:
    """A small blob in memory."""

    hash: BlobHash
    content: bytes

    @property
    def size(self) -> int:
        """Octets."""
        return len(self.content)

    def open(self) -> bytes:
        """The content."""
        return self.content

    def discard(self) -> None:
        """Nothing is held but memory."""


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A large blob in a synced file."""

    hash: BlobHash
    size: int
    path: Path
    disk: Disk = field(default_factory=Disk, compare=False)

    def open(self) -> mmap.mmap:
        """The content as a read-only map."""
        return map_file(self.path)

    def discard(self) -> None:
        """Remove the file unless it was taken into the store."""
        self.disk.drop(self.path)


Staged = StagedBytes | StagedFile


class BlobStage:
    """Implements the contract's `Stage`."""

    def __init__(self, files: BlobFiles) -> None:
        self._files = files
        self._digest = hashlib.sha256()
        self._memory = bytearray()
        self._size = 0
        self._handle: int | None = None
        self._path: Path | None = None
        self._ended = False

    def write(self, piece: bytes | bytearray | memoryview) -> None:
        """Take the next piece; raises NotDurable when the disk does not."""
        if self._ended:
            raise StoreError("this blob has ended")
        self._digest.update(piece)
        self._size += memoryview(piece).nbytes
        if self._handle is None:
            self._memory += piece
            if self._size <= INLINE:
                return
            piece, self._memory = self._memory, bytearray()
            with self._disk():
                self._handle, self._path = self._files.begin()
        with self._disk():
            _write_all(self._files.disk, self._handle, piece)

    def finish(self) -> Staged:
        """Sync what was written (when it is a file) and give the blob to be added in a transaction."""
        if self._ended:
            raise StoreError("this blob has ended")
        blob = BlobHash(self._digest.hexdigest())
        if self._handle is None or self._path is None:
            self._ended = True
            return StagedBytes(blob, bytes(self._memory))
        with self._disk():
            self._files.disk.sync(self._handle)
        self._close()
        return StagedFile(blob, self._size, self._path, self._files.disk)

    def discard(self) -> None:
        """Drop everything received; harmless after `finish`."""
        if not self._ended:
            self._close()
            if self._path is not None:
                self._files.disk.drop(self._path)

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            with told():
                yield
        except NotDurable:
            # A failed sync may have dropped the pages and forgotten it: what was received cannot be trusted again.
            self.discard()
            raise

    def _close(self) -> None:
        self._ended = True
        self._memory.clear()
        if self._handle is not None:
            handle, self._handle = self._handle, None
            os.close(handle)


def stage_bytes(files: BlobFiles, content: bytes) -> Staged:
    """Stage content that is all there."""
    stage = BlobStage(files)
    stage.write(content)
    return stage.finish()


def _write_all(disk: Disk, handle: int, piece: bytes | bytearray | memoryview) -> None:
    rest = memoryview(piece).cast("B")
    while rest:
        rest = rest[disk.write(handle, rest) :]
