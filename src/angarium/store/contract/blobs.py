"""Blobs: content-addressed octets, kept once however many accounts reference them.

Who may read a blob follows from references: an account that references it, or the user who uploaded it to that
account. A blob that nothing references any more is removed by the collector.
"""

from collections.abc import Sequence
from typing import Protocol

from angarium.store.contract.values import AccountKey, BlobHash


class Content(Protocol):
    """The octets of one blob: sliceable without loading them all (bytes, or a mapped file)."""

    def __len__(self) -> int:
        """Octets."""
        ...

    def __getitem__(self, part: slice, /) -> bytes:
        """A range of octets."""
        ...


class StagedBlob(Protocol):
    """Octets already received, not yet part of the store; large ones are on disk and synced."""

    @property
    def hash(self) -> BlobHash:
        """The name of the content."""
        ...

    @property
    def size(self) -> int:
        """Octets."""
        ...

    def open(self) -> Content:
        """The content, to be read before the blob is added; a large blob is a read-only map."""
        ...

    def discard(self) -> None:
        """Drop what was staged; harmless after the blob was added."""
        ...


class Stage(Protocol):
    """Receives a blob piece by piece with bounded memory; called outside the writer, from any one thread."""

    def write(self, piece: bytes | bytearray | memoryview) -> None:
        """Take the next piece."""
        ...

    def finish(self) -> StagedBlob:
        """Sync what was written (when it is a file) and give the blob to be added in a transaction."""
        ...

    def discard(self) -> None:
        """Drop everything received; harmless after `finish`."""
        ...


class Blobs(Protocol):
    """Reading blobs."""

    def size(self, blob: BlobHash) -> int | None:
        """Octets of a blob that exists, whoever may see it."""
        ...

    def readable(self, account: AccountKey, user: str, blob: BlobHash) -> bool:
        """Whether this user may read the blob through this account (a reference, or the user's own upload there)."""
        ...

    def open(self, blob: BlobHash) -> Content:
        """The content; raises KeyError when there is none. A large blob is a read-only map, valid in this snapshot."""
        ...

    def names(self, after: BlobHash | None = None, limit: int = 1000) -> list[BlobHash]:
        """The names of all blobs in their order, a page that begins after a name; nothing at the end."""
        ...

    def references(self, account: AccountKey, blob: BlobHash) -> Sequence[tuple[str, str]]:
        """(type, id) of the account's objects that reference the blob, `("Email", "M12")` (RFC 9404 §4.3)."""
        ...


class BlobsWriter(Blobs, Protocol):
    """Adding and removing blobs."""

    def add(self, blob: StagedBlob | bytes) -> BlobHash:
        """Keep content; it must be referenced or recorded as an upload in the same transaction."""
        ...

    def upload(self, account: AccountKey, user: str, blob: BlobHash, now: int, allowance: int) -> None:
        """Record that the user uploaded this; past the allowance (octets) the user's oldest uploads go first.

        Uploads younger than an hour that are within the allowance always stay. The same content again renews it.
        """
        ...

    def pin(self, account: AccountKey, kind: str, record: str, blobs: Sequence[BlobHash]) -> None:
        """The record references exactly these blobs from now on (none to let go). Emails reference by themselves."""
        ...

    def collect(self, now: int, limit: int = 1000) -> int:
        """Forget uploads older than an hour and remove blobs that nothing references; how many blobs went."""
        ...
