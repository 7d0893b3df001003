"""A disk that keeps a record of everything, and the states in which a power cut could have left it.

A cut takes what no sync had made safe: of each file's writes since its last sync some are there and some are not, in
any order, and one may be there in part, sector by sector; the same goes for names since the last sync of their folder.
A sync that fails leaves its file in such a state too, and no later one makes that good: systems forget what they could
not write, though all who read the file see it until the power goes.
"""

import os
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import TypeAlias

import apsw

from angarium.store.sqlite.disk import Disk
from tests.crash.ledger import Event

SECTOR = 512
_SIDE_FILES = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL


@dataclass(frozen=True, slots=True)
class Write:
    """Octets into a file; a file is a number."""

    file: int
    offset: int
    octets: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    """A file is so long from now on."""

    file: int
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    """The content of a file is safe."""

    file: int


@dataclass(frozen=True, slots=True)
class Forget:
    """A sync of a file failed: what waited for it counts as written, whether it is there or not."""

    file: int


@dataclass(frozen=True, slots=True)
class Name:
    """A name means this file from now on (None: nothing); `old` means nothing from then on."""

    path: Path
    file: int | None
    old: Path | None = None

    def touches(self, folder: Path) -> bool:
        """Whether the folder's names changed."""
        return folder == self.path.parent or (self.old is not None and folder == self.old.parent)


@dataclass(frozen=True, slots=True)
class SyncNames:
    """The names in a folder are safe."""

    folder: Path


Step: TypeAlias = Write | Truncate | Sync | Forget | Name | SyncNames | Event
FOLDER = -1


class Recorder(Disk):
    """A disk and a file layer of SQLite that write down what they do, with paths relative to the data folder."""

    def __init__(self, folder: Path, vfs: str) -> None:
        self.vfs = vfs
        self.steps: list[Step] = []
        self.spoilt: int | None = None
        """How many steps there were when the first one failed."""
        self._folder = folder
        self._names: dict[Path, int] = {}
        self._handles: dict[int, int] = {}
        self._files = 0
        self._gate = threading.RLock()

    @contextmanager
    def registered(self) -> Iterator[None]:
        """While SQLite knows of it."""
        layer = _Layer(self)
        try:
            yield
        finally:
            layer.unregister()

    @contextmanager
    def step(self) -> Iterator[None]:
        """One at a time, in the order in which they are written down."""
        with self._gate:
            yield

    def tell(self, event: Event) -> None:
        """Somebody heard of this by now."""
        with self._gate:
            self.steps.append(event)

    def failed(self, operation: str, path: Path) -> None:
        """Hear of a step that failed above this disk."""
        with self._gate:
            if self.spoilt is None:
                self.spoilt = len(self.steps)
            if operation == "sync" and path.is_relative_to(self._folder) and not path.is_dir():
                self.steps.append(Forget(self.file(path)))

    def file(self, path: Path) -> int:
        """The number of the file of that name, which is made when there is none."""
        place = path.relative_to(self._folder)
        if place not in self._names:
            self._files += 1
            self._names[place] = self._files
            self.steps.append(Name(place, self._files))
        return self._names[place]

    def create(self, folder: Path) -> tuple[int, Path]:
        with self._gate:
            handle, path = super().create(folder)
            self._handles[handle] = self.file(path)
            return handle, path

    def write(self, handle: int, octets: memoryview) -> int:
        with self._gate:
            count = super().write(handle, octets)
            file = self._handles[handle]
            self.steps.append(Write(file, os.lseek(handle, 0, os.SEEK_CUR) - count, bytes(octets[:count])))
            return count

    def sync(self, handle: int) -> None:
        with self._gate:
            self.steps.append(Sync(self._handles[handle]))

    def sync_file(self, path: Path) -> None:
        with self._gate:
            if path.is_relative_to(self._folder):
                self.steps.append(Sync(self.file(path)))

    def sync_folder(self, path: Path) -> None:
        with self._gate:
            if path.is_relative_to(self._folder):
                self.steps.append(SyncNames(path.relative_to(self._folder)))

    def lengthen(self, path: Path, least: int, octets: int) -> int:
        with self._gate:
            before = path.stat().st_size
            length = super().lengthen(path, least, octets)
            if length > before:
                file = self.file(path)
                self.steps += (Write(file, before, bytes(length - before)), Sync(file))
            return length

    def renew(self, path: Path) -> None:
        with self._gate:
            super().renew(path)
            file = self.file(path)
            self.steps += (Write(file, 0, path.read_bytes()), Sync(file))

    def make_folder(self, path: Path) -> None:
        with self._gate:
            super().make_folder(path)
            if path.is_relative_to(self._folder) and path.relative_to(self._folder) not in self._names:
                self._names[path.relative_to(self._folder)] = FOLDER
                self.steps.append(Name(path.relative_to(self._folder), FOLDER))

    def rename(self, source: Path, target: Path) -> None:
        with self._gate:
            super().rename(source, target)
            if target.is_relative_to(self._folder):
                old, new = source.relative_to(self._folder), target.relative_to(self._folder)
                file = self._names[new] = self._names.pop(old)
                self.steps.append(Name(new, file, old))

    def remove(self, path: Path) -> None:
        with self._gate:
            super().remove(path)
            if path.is_relative_to(self._folder) and self._names.pop(path.relative_to(self._folder), 0):
                self.steps.append(Name(path.relative_to(self._folder), None))


class _Layer(apsw.VFS):
    """The half that SQLite calls."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        super().__init__(recorder.vfs, "")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 (of apsw)
        path = Path(str(name.filename() if isinstance(name, apsw.URIFilename) else name))
        with self._recorder.step():
            return _File(self._recorder, path, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 (of apsw)
        with self._recorder.step():
            super().xDelete(filename, syncdir)
            self._recorder.remove(Path(filename))
            if syncdir:
                self._recorder.sync_folder(Path(filename).parent)


class _File(apsw.VFSFile):
    def __init__(self, recorder: Recorder, path: Path, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        # SQLite syncs the folder with the first sync of a file beside the database that it may have made.
        self._names_too = bool(flags[0] & apsw.SQLITE_OPEN_CREATE and flags[0] & _SIDE_FILES)
        super().__init__("", name, flags)
        self._recorder = recorder
        self._path = path
        self._number = recorder.file(path)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 (of apsw)
        with self._recorder.step():
            super().xWrite(data, offset)
            self._recorder.steps.append(Write(self._number, offset, bytes(data)))

    def xSync(self, flags: int) -> None:  # noqa: N802 (of apsw)
        with self._recorder.step():
            self._recorder.steps.append(Sync(self._number))
            if self._names_too:
                self._recorder.sync_folder(self._path.parent)
                self._names_too = False

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 (of apsw)
        with self._recorder.step():
            super().xTruncate(newsize)
            self._recorder.steps.append(Truncate(self._number, newsize))


class Fate(Enum):
    """What becomes of things that nothing had made safe."""

    LOST = auto()
    KEPT = auto()
    SOME = auto()
    TORN = auto()


@dataclass(slots=True)
class Platter:
    """What is safe on the disk, and what has only been asked for since."""

    chance: random.Random = field(default_factory=random.Random)
    contents: dict[int, bytearray] = field(default_factory=dict)
    waiting: dict[int, list[Write | Truncate]] = field(default_factory=dict)
    names: dict[Path, int] = field(default_factory=dict)
    renamed: list[Name] = field(default_factory=list)

    def take(self, step: Step) -> None:
        """Let a step happen."""
        match step:
            case Write(file) | Truncate(file):
                self.waiting.setdefault(file, []).append(step)
            case Sync(file):
                content = self.contents.setdefault(file, bytearray())
                for one in self.waiting.pop(file, []):
                    _apply(content, one)
            case Forget(file):
                self.contents[file] = bytearray(self._left_of(file, self.chance))
                self.waiting.pop(file, None)
            case Name():
                self.renamed.append(step)
            case SyncNames(folder):
                for name in [name for name in self.renamed if name.touches(folder)]:
                    _name(self.names, name)
                self.renamed = [name for name in self.renamed if not name.touches(folder)]

    def cut(self, folder: Path, chance: random.Random) -> None:
        """Write into a folder what a power cut could leave."""
        names, fate = dict(self.names), chance.choice((Fate.LOST, Fate.KEPT, Fate.SOME, Fate.TORN))
        until = chance.randint(0, len(self.renamed))  # TORN of names: the first ones only, as a journal would keep them
        for at, name in enumerate(self.renamed):
            if fate is Fate.KEPT or (fate is Fate.SOME and chance.random() < 0.5) or (fate is Fate.TORN and at < until):
                _name(names, name)
        folder.mkdir(parents=True)
        for path in sorted(path for path, file in names.items() if file == FOLDER):
            (folder / path).mkdir(exist_ok=True)
        for path, file in names.items():
            if file != FOLDER and (folder / path).parent.is_dir():
                (folder / path).write_bytes(self._left_of(file, chance))

    def _left_of(self, file: int, chance: random.Random) -> bytes:
        content, waiting = bytearray(self.contents.get(file, b"")), self.waiting.get(file, [])
        fate = chance.choice(list(Fate))
        torn = chance.randrange(len(waiting)) if waiting else 0
        kept = {Fate.LOST: 0.0, Fate.KEPT: 1.0, Fate.SOME: 0.5, Fate.TORN: 0.5}[fate]
        for at, step in enumerate(waiting):
            if fate is Fate.TORN and at == torn and isinstance(step, Write):
                _tear(content, step, chance)
            elif chance.random() < kept:
                _apply(content, step)
        return bytes(content)


def _name(names: dict[Path, int], step: Name) -> None:
    if step.old is not None:
        names.pop(step.old, None)
    if step.file is None:
        names.pop(step.path, None)
    else:
        names[step.path] = step.file


def _apply(content: bytearray, step: Write | Truncate) -> None:
    if isinstance(step, Truncate):
        del content[step.size :]
        content.extend(bytes(step.size - len(content)))
        return
    content.extend(bytes(max(0, step.offset - len(content))))
    content[step.offset : step.offset + len(step.octets)] = step.octets


def _tear(content: bytearray, step: Write, chance: random.Random) -> None:
    """Some of the sectors of a write."""
    at, end = step.offset, step.offset + len(step.octets)
    while at < end:
        stop = min(end, (at // SECTOR + 1) * SECTOR)
        if chance.random() < 0.5:
            _apply(content, Write(step.file, at, step.octets[at - step.offset : stop - step.offset]))
        at = stop
