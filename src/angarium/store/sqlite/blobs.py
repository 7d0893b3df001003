"""Blobs in SQLite: small content in a row, large content in a file, one row each; references decide who may read.

What nothing references any more is found through the table `loose`, where triggers note every reference let go.
"""

# ruff: noqa: S608 (every piece of SQL is a constant of ours)

from collections.abc import Sequence
from hashlib import sha256
from math import inf
from typing import cast

import apsw
import orjson

from angarium.store.contract import AccountKey, BlobHash, Content, StagedBlob, TooSlow
from angarium.store.sqlite.blobfiles import BlobFiles
from angarium.store.sqlite.disk import told
from angarium.store.sqlite.stage import INLINE, StagedBytes, StagedFile, stage_bytes

UPLOAD_SECONDS = 3600
HEAD = 1_000_000
"""Octets that a header block has at most, as far as anyone looks."""

_READABLE = """
SELECT EXISTS (SELECT 1 FROM email WHERE account = :account AND blob = :blob)
    OR EXISTS (SELECT 1 FROM record_blob WHERE account = :account AND blob = :blob)
    OR EXISTS (SELECT 1 FROM upload WHERE account = :account AND blob = :blob AND user = :user)
"""

_REFERENCES = """
SELECT 'Email', 'M' || id FROM email WHERE account = :account AND blob = :blob
UNION ALL SELECT kind, record FROM record_blob WHERE account = :account AND blob = :blob
"""

_UNREFERENCED = """
NOT EXISTS (SELECT 1 FROM email WHERE email.blob = blob.hash)
AND NOT EXISTS (SELECT 1 FROM record_blob WHERE record_blob.blob = blob.hash)
AND NOT EXISTS (SELECT 1 FROM upload WHERE upload.blob = blob.hash)
"""

# The user's uploads from the newest on, as long as they fit; the newest of all always stays.
_EVICT = """
DELETE FROM upload WHERE id IN (
    SELECT id FROM (SELECT id, sum(size) OVER (ORDER BY id DESC) AS held FROM upload WHERE user = :user)
    WHERE held > :allowance AND id <> (SELECT max(id) FROM upload WHERE user = :user)
)
"""


class BlobsReader:
    """Implements the contract's `Blobs`."""

    def __init__(self, connection: apsw.Connection, files: BlobFiles) -> None:
        self._connection = connection
        self._files = files
        self.octets_left: float = inf
        """What may still be opened; TooSlow beyond."""

    def size(self, blob: BlobHash) -> int | None:
        """Octets of a blob that exists, whoever may see it."""
        size: int | None = self._connection.execute("SELECT size FROM blob WHERE hash = ?", (blob,)).get
        return size

    def readable(self, account: AccountKey, user: str, blob: BlobHash) -> bool:
        """Whether this user may read the blob through this account (a reference, or the user's own upload there)."""
        return bool(self._connection.execute(_READABLE, {"account": account, "user": user, "blob": blob}).get)

    def open(self, blob: BlobHash) -> Content:
        """The content; raises KeyError when there is none.

        A file that goes while another process reads an older snapshot counts as none.
        """
        rows = self._connection.execute("SELECT content, size FROM blob WHERE hash = ?", (blob,)).fetchall()
        if not rows:
            raise KeyError(blob)
        content, size = cast("tuple[bytes | None, int]", rows[0])
        self.octets_left -= size
        if self.octets_left < 0:
            raise TooSlow("more octets are opened than a glance may take")
        if isinstance(content, bytes):
            return content
        try:
            return self._files.map(blob)
        except FileNotFoundError:
            raise KeyError(blob) from None

    def head(self, blob: BlobHash) -> bytes:
        """The first octets, where the header of a message is; none when the blob is gone."""
        try:
            return self.open(blob)[:HEAD]
        except KeyError:
            return b""

    def names(self, after: BlobHash | None = None, limit: int = 1000) -> list[BlobHash]:
        """The names of all blobs in their order, a page that begins after a name; nothing at the end."""
        rows = self._connection.execute(
            "SELECT hash FROM blob WHERE hash > ? ORDER BY hash LIMIT ?", (after or "", limit)
        )
        return [BlobHash(name) for (name,) in rows]

    def references(self, account: AccountKey, blob: BlobHash) -> Sequence[tuple[str, str]]:
        """(type, id) of the account's objects that reference the blob (RFC 9404 §4.3)."""
        rows = self._connection.execute(_REFERENCES, {"account": account, "blob": blob}).fetchall()
        return cast(list[tuple[str, str]], rows)


class BlobsTransaction(BlobsReader):
    """Implements the contract's `BlobsWriter`."""

    def __init__(self, connection: apsw.Connection, files: BlobFiles) -> None:
        super().__init__(connection, files)
        self._added: list[BlobHash] = []
        self._referenced: set[BlobHash] = set()
        self.doomed: list[BlobHash] = []
        """Files to remove once the commit is on disk, unless a blob of that content exists then."""
        self.spent: list[StagedFile] = []
        """Received files that the store already has, to discard once the commit is on disk."""

    def add(self, blob: StagedBlob | bytes) -> BlobHash:
        """Keep content; it must be referenced or recorded as an upload in the same transaction."""
        if isinstance(blob, bytes) and len(blob) > INLINE:  # no file is written for what is here already
            name = BlobHash(sha256(blob).hexdigest())
            if self._holds(name):
                return name
        staged: StagedBlob = stage_bytes(self._files, blob) if isinstance(blob, bytes) else blob
        match staged:
            case StagedBytes():
                self._insert(staged, staged.content)
            case StagedFile() if self._holds(staged.hash):
                self.spent.append(staged)
            case StagedFile():
                with told():
                    self._files.place(staged.path, staged.hash)
                self._insert(staged, None)
            case _:
                raise TypeError("this blob was staged by another store")
        return staged.hash

    def _holds(self, blob: BlobHash) -> bool:
        """Whether the blob is here; not when damage took its file or a part of it, which what comes now makes good."""
        row: tuple[int, int] | None = self._connection.execute(
            "SELECT size, content IS NULL FROM blob WHERE hash = ?", (blob,)
        ).get
        return row is not None and (not row[1] or self._files.has(blob, row[0]))

    def _insert(self, staged: StagedBytes | StagedFile, content: bytes | None) -> None:
        self._connection.execute(
            "INSERT INTO blob (hash, size, content) VALUES (?, ?, ?) ON CONFLICT (hash) DO NOTHING",
            (staged.hash, staged.size, content),
        )
        if self._connection.changes():
            self._added.append(staged.hash)

    def upload(self, account: AccountKey, user: str, blob: BlobHash, now: int, allowance: int) -> None:
        """Record that the user uploaded this; past the allowance (octets) the user's oldest uploads go first.

        The allowance is for the user in all accounts together. Raises KeyError when the blob does not exist.
        """
        self._connection.execute(
            "INSERT OR REPLACE INTO upload (account, user, blob, size, uploaded) "
            "SELECT ?, ?, hash, size, ? FROM blob WHERE hash = ?",
            (account, user, now, blob),
        )
        if not self._connection.changes():
            raise KeyError(blob)
        self.refer(blob)
        held: float = self._connection.execute("SELECT total(size) FROM upload WHERE user = ?", (user,)).get
        if held > allowance:
            self._connection.execute(_EVICT, {"user": user, "allowance": allowance})

    def pin(self, account: AccountKey, kind: str, record: str, blobs: Sequence[BlobHash]) -> None:
        """The record references exactly these blobs from now on (none to let go)."""
        key, wanted = (account, kind, record), orjson.dumps(list(blobs)).decode()
        self._connection.execute(
            "DELETE FROM record_blob WHERE account = ? AND kind = ? AND record = ? "
            "AND blob NOT IN (SELECT value FROM json_each(?))",
            (*key, wanted),
        )
        self._connection.execute(
            "INSERT OR IGNORE INTO record_blob (account, kind, record, blob) SELECT ?, ?, ?, value FROM json_each(?)",
            (*key, wanted),
        )
        for blob in blobs:
            self.refer(blob)

    def refer(self, blob: BlobHash) -> None:
        """A row that was written just now references the blob; that it ever lets go of it, triggers tell."""
        self._referenced.add(blob)

    def go_back(self) -> None:
        """Some rows were taken back: forget what is referenced, so that `finish` looks."""
        self._referenced.clear()

    def collect(self, now: int, limit: int = 1000) -> int:
        """Forget uploads older than an hour and remove blobs that nothing references; how many blobs went.

        Looks at `limit` candidates and at `limit` files, in turn all of them, for such as a crash left behind.
        """
        self._connection.execute("DELETE FROM upload WHERE uploaded < ?", (now - UPLOAD_SECONDS,))
        batch: str = self._connection.execute(
            "SELECT json_group_array(blob) FROM (SELECT blob FROM loose LIMIT ?)", (limit,)
        ).get
        gone = self._connection.execute(
            "DELETE FROM blob WHERE hash IN (SELECT value FROM json_each(?)) "
            f"AND {_UNREFERENCED} RETURNING hash, content IS NULL",
            (batch,),
        ).fetchall()
        self._connection.execute("DELETE FROM loose WHERE blob IN (SELECT value FROM json_each(?))", (batch,))
        for blob, in_file in cast(list[tuple[BlobHash, int]], gone):
            if in_file:
                self.doomed.append(blob)
        for blob in self._files.sweep(limit):
            if self.size(blob) is None:
                self.doomed.append(blob)
        return len(gone)

    def begin(self) -> None:
        """Forget the job before."""
        self._added, self.doomed, self.spent = [], [], []
        self._referenced.clear()

    def finish(self) -> None:
        """Note what was added and is not referenced, so that no mistake of a caller keeps it for ever."""
        doubtful = [(blob,) for blob in self._added if blob not in self._referenced]
        if doubtful:
            self._connection.executemany(
                f"INSERT OR IGNORE INTO loose (blob) SELECT hash FROM blob WHERE hash = ? AND {_UNREFERENCED}", doubtful
            )
