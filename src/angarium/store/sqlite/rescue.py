"""What can be got out of a damaged store though its trees are broken: emails, contents and records, by their shape.

A content is believed when it is what its name says. Of an email or record that stands in several places, as the pages
that a database has done with may still hold old ones, the one that was changed last counts; what left a tombstone is
left out.
"""

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Final, TypeVar, cast

import orjson

from angarium.store.contract import AccountKey, BlobHash, Content, Snapshot, Stored, StoreError
from angarium.store.sqlite.blobfiles import BlobFiles
from angarium.store.sqlite.database import FILE
from angarium.store.sqlite.pages import Damaged, Pages, Row

T = TypeVar("T")

_HASH: Final = re.compile(r"[0-9a-f]{64}")
_EMAIL: Final = (int, int, int, int, str, int, int, (int, type(None)), int, int, str, str, str, str, str)
_RECORD: Final = (int, str, int, str, int, int, bytes)
_TOMBSTONE: Final = (int, str, int, int, str, (int, type(None)), int)
_BLOB: Final = (type(None), str, int, (bytes, type(None)))


class Rescue:
    """Implements the contract's `Rescue`; reads all pages once, when it is first asked."""

    def __init__(self, folder: Path) -> None:
        self._pages = Pages(folder / FILE)
        self._files = BlobFiles(folder)
        self._emails: dict[tuple[int, int], Row] = {}
        self._records: dict[tuple[int, str, int], Row] = {}
        self._gone: set[tuple[int, str, int]] = set()
        self._contents: dict[str, list[tuple[int, int]]] = {}

    def close(self) -> None:
        """Let go of the file."""
        self._pages.close()

    def emails(self, account: AccountKey) -> dict[str, Stored]:
        """The emails of an account that can be read, by id."""
        self._whole  # noqa: B018 (reads)
        found = {}
        for (owner, number), row in sorted(self._emails.items()):
            if owner == account and (account, "Email", number) not in self._gone:
                stored = _stored(row)
                if stored is not None:
                    found[stored.id] = stored
        return found

    def records(self, account: AccountKey, kind: str) -> dict[str, bytes]:
        """The records of a kind that can be read, by id."""
        self._whole  # noqa: B018 (reads)
        return {
            cast(str, row[3]): cast(bytes, row[6])
            for (owner, named, number), row in sorted(self._records.items())
            if (owner, named) == (account, kind) and (account, kind, number) not in self._gone
        }

    def content(self, blob: BlobHash) -> Content:
        """A content that is what its name says; KeyError when there is none."""
        self._whole  # noqa: B018 (reads)
        for number, place in self._contents.get(blob, []):
            try:
                content = self._pages.row(number, place)[3]
            except (Damaged, OSError):
                continue
            if isinstance(content, bytes) and sha256(content).hexdigest() == blob:
                return content
        try:
            return self._files.map(blob)  # whoever reads it compares it
        except OSError:
            raise KeyError(blob) from None

    @cached_property
    def _whole(self) -> bool:
        """Read everything; large contents are only remembered by where they are."""
        for number, place, row in self._pages.rows():
            if _is(row, _EMAIL) and _HASH.fullmatch(cast(str, row[4])):
                self._keep_email(row)
            elif _is(row, _RECORD) and cast(str, row[3])[1:] == str(row[2]):
                key = (cast(int, row[0]), cast(str, row[1]), cast(int, row[2]))
                if key not in self._records or cast(int, self._records[key][4]) < cast(int, row[4]):
                    self._records[key] = row
            elif _is(row, _TOMBSTONE):
                self._gone.add((cast(int, row[0]), cast(str, row[1]), cast(int, row[3])))
            elif _is(row, _BLOB) and _HASH.fullmatch(cast(str, row[1])):
                self._contents.setdefault(cast(str, row[1]), []).append((number, place))
        return True

    def _keep_email(self, row: Row) -> None:
        key = (cast(int, row[0]), cast(int, row[1]))
        if key not in self._emails or cast(int, self._emails[key][2]) < cast(int, row[2]):
            self._emails[key] = row


def _is(row: Row, shape: Sequence[type | tuple[type, ...]]) -> bool:
    return len(row) == len(shape) and all(map(isinstance, row, shape))


def _stored(row: Row) -> Stored | None:
    try:
        keywords, mailboxes = (frozenset(orjson.loads(cast(str, text))) for text in row[10:12])
    except (orjson.JSONDecodeError, TypeError):
        return None
    number, thread, size, received = (cast(int, row[at]) for at in (1, 3, 5, 6))
    return Stored(f"M{number}", f"T{thread}", BlobHash(cast(str, row[4])), size, received, keywords, mailboxes)


class Wreck:
    """Stands for a store that cannot be opened at all: every way of reading fails but `rescue`."""

    def __init__(self, folder: Path, why: StoreError) -> None:
        self._why = why
        self._rescue = Rescue(folder)

    def read(self, job: Callable[[Snapshot], T], deadline: float | None = None) -> T:  # noqa: ARG002
        """Run a job on a snapshot that gives nothing but the reason why it does not."""
        return job(cast(Snapshot, _Nothing(self._why)))

    def rescue(self) -> Rescue:
        """What can be read all the same."""
        return self._rescue

    def close(self) -> None:
        """Let go of the file."""
        self._rescue.close()


class _Nothing:
    def __init__(self, why: StoreError) -> None:
        self._why = why

    def __getattr__(self, name: str) -> object:
        raise self._why
