"""What every part of an export shares: the account on one snapshot, the folder, and what became of it.

A kind of thing that can be exported (mail, cards) is one module with a `Part`, and one row in `run`.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from angarium.app.cli.progress import Progress
from angarium.datatypes.principals import User
from angarium.store.contract import BlobHash, Snapshot

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
    """The export of the account of a user into a folder; `progress` counts things."""

    snapshot: Snapshot
    user: User
    root: Path
    progress: Progress
    outcome: Exported


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


def whole_blob(snapshot: Snapshot, blob: BlobHash) -> bytes | None:
    """The octets of a blob; None when they are gone or are not those that were stored."""
    try:
        octets = bytes(snapshot.blobs.open(blob)[:])
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
