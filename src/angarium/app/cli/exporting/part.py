"""What every part of an export shares: the account on one snapshot, the folder, and what became of it.

A kind of thing that can be exported (mail, cards) is one module with a `Part`, and one row in `run`.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from angarium.app.cli.progress import Progress
from angarium.datatypes.principals import User
from angarium.store.contract import BlobHash, Content, Rescue, Snapshot, Window

_TOGETHER: Final = 200
_LONGEST: Final = 200
"""Octets of the name of a file; file systems take 255."""

_UNSAFE: Final = re.compile(r"[^\w \-]+|^\s+|\s+$")


@dataclass(slots=True)
class Exported:
    """How many things of each part were written, and the name and reason of what could not be."""

    written: dict[str, int] = field(default_factory=dict)
    failed: list[tuple[str, str]] = field(default_factory=list)

    def fail(self, label: str, error: Exception | str) -> None:
        """Something could not be written."""
        self.failed.append((label, str(error) or type(error).__name__))


@dataclass(frozen=True, slots=True)
class Task:
    """The export of the account of a user into a folder; `progress` counts things.

    What cannot be read as it should be is looked for in `rescue`, and the reason is told.
    """

    snapshot: Snapshot
    user: User
    root: Path
    progress: Progress
    outcome: Exported
    rescue: Callable[[], Rescue]

    def records(self, kind: str) -> dict[str, bytes]:
        """Every record of a kind in the account, by id."""
        try:
            return self.snapshot.records.get(self.user.account, kind)
        except Exception as error:  # a damaged store may raise anything
            self.outcome.fail(f"the records of {kind}, but for those that were found all the same", error)
            return self.rescue().records(self.user.account, kind)

    def batches(self, kind: str) -> Iterator[dict[str, bytes]]:
        """The same, some at a time."""
        try:
            read = self.snapshot.records
            ids = read.query(self.user.account, kind, None, (), Window()).ids
            parts = [ids[start : start + _TOGETHER] for start in range(0, len(ids), _TOGETHER)]
            for part in parts:
                read.get(self.user.account, kind, part)
        except Exception:  # a damaged store may raise anything
            yield self.records(kind)
            return
        for part in parts:
            yield read.get(self.user.account, kind, part)

    def content(self, blob: BlobHash) -> Content:
        """A content; KeyError when there is none. Whoever reads it must compare it with its name."""
        try:
            return self.snapshot.blobs.open(blob)
        except Exception:  # a damaged store may raise anything
            return self.rescue().content(blob)


class Part(Protocol):
    """Things of one kind on their way into a folder; `name` is what they are called together."""

    @property
    def name(self) -> str:
        """`mails`, `cards`."""
        ...

    def count(self) -> int:
        """How many there are."""
        ...

    def write(self) -> int:
        """Write them; how many could be. What cannot be read is told to the outcome and spoils no other."""
        ...


def whole_blob(task: Task, blob: BlobHash) -> bytes | None:
    """The octets of a blob; None when they are gone or are not those that were stored."""
    try:
        octets = bytes(task.content(blob)[:])
    except (KeyError, OSError):
        return None
    return octets if hashlib.sha256(octets).hexdigest() == blob else None


def file_names(names: Sequence[str], suffix: str) -> list[str]:
    """A file for each container, by its name as far as file systems take it; no two are alike whatever their case."""
    taken: set[str] = set()
    found = []
    for name in names:
        plain = _UNSAFE.sub("_", name).encode()[:_LONGEST].decode("utf-8", "ignore")
        file, number = f"{plain}{suffix}", 1
        while file.casefold() in taken:
            number += 1
            file = f"{plain} {number}{suffix}"
        taken.add(file.casefold())
        found.append(file)
    return found
