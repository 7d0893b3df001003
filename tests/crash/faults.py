"""Named points at which a store can be made to fail or to die: before and after every step that it takes on the disk.

A point is `before sync blob`: a moment, an operation, and the place of the file in the data folder. `Faults` is a
disk and a file layer of SQLite in one; its hook hears each point as it is reached, and an OSError that it raises
becomes the failure of that very step.
"""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from angarium.store.sqlite.database import FILE
from angarium.store.sqlite.disk import Disk

Hook = Callable[[str], None]

_STEPS = {
    "create": ("received",),
    "write": ("received", "database", "wal", "commit", "journal", "copy"),
    "sync": ("received", "database", "wal", "journal", "copy", "archive", "shelf", "blobs", "folder", "parent"),
    "make": ("incoming", "blobs", "shelf"),
    "rename": ("blob", "kept copy", "archive"),
    "remove": ("received", "blob", "wal", "journal", "copy", "kept copy", "archive"),
    "truncate": ("database",),
    "lengthen": ("wal",),
    "renew": ("wal",),
    "open": ("database", "wal", "journal", "copy"),
}
POINTS = tuple(
    f"{moment} {operation} {place}"
    for operation, places in _STEPS.items()
    for place in places
    for moment in ("before", "after")
)
"""All of them."""

_FRAME_HEADER = 24
_OFTEN = ("write wal", "sync wal", "commit", "write database")
_BIRTH = ("journal", "make incoming", "make blobs", "parent")


def is_at_birth(point: str) -> bool:
    """Whether only a new store comes there."""
    return any(word in point for word in _BIRTH)


def is_often(point: str) -> bool:
    """Whether any life comes there many times."""
    return any(word in point for word in _OFTEN)


def is_in_migration(point: str) -> bool:
    """Whether only a migration comes there."""
    return "copy" in point or point.endswith("sync folder")


def place_of(folder: Path, path: Path) -> str:
    """What a file or folder is to the store."""
    if path in (folder, folder.parent):
        return "folder" if path == folder else "parent"
    parts = path.relative_to(folder).parts if path.is_relative_to(folder) else ()
    match parts:
        case ("incoming", *rest):
            return "received" if rest else "incoming"
        case ("blobs", *rest):
            return ("blobs", "shelf", "blob")[len(rest)]
        case (name,) if name.startswith(FILE):
            ending = name.removeprefix(FILE)
            if ending.startswith(".v"):
                return "kept copy"
            return {"": "database", "-wal": "wal", "-journal": "journal"}.get(ending, "copy")
    return "archive"


class Faults(Disk):
    """`vfs` is the name to hand to SQLite, while `registered`; what does not fail goes on to `disk` (the real one).

    `disk` may be a file layer of SQLite too, of the name `below`. `failed` hears of the operation on the file that is
    to fail.
    """

    def __init__(
        self,
        folder: Path,
        hook: Hook,
        vfs: str = "faults",
        disk: Disk | None = None,
        below: str = "",
        failed: Callable[[str, Path], None] = lambda operation, path: None,
    ) -> None:
        self.folder = folder
        self.hook = hook
        self.vfs = vfs
        self.below = below
        self._disk = disk or Disk()
        self._failed = failed
        self._paths: dict[int, Path] = {}

    @contextmanager
    def registered(self) -> Iterator[None]:
        """While SQLite knows of it."""
        layer = _Layer(self)
        try:
            yield
        finally:
            layer.unregister()

    @contextmanager
    def at(self, operation: str, path: Path, place: str = "") -> Iterator[None]:
        """Around a step."""
        place = place or place_of(self.folder, path)
        try:
            self.hook(f"before {operation} {place}")
        except OSError:
            self._failed(operation, path)
            raise
        yield
        self.hook(f"after {operation} {place}")

    def create(self, folder: Path) -> tuple[int, Path]:
        with self.at("create", folder / "new"):
            handle, path = self._disk.create(folder)
            self._paths[handle] = path
            return handle, path

    def write(self, handle: int, octets: memoryview) -> int:
        with self.at("write", self._paths[handle]):
            return self._disk.write(handle, octets)

    def sync(self, handle: int) -> None:
        with self.at("sync", self._paths[handle]):
            self._disk.sync(handle)

    def sync_file(self, path: Path) -> None:
        with self.at("sync", path):
            self._disk.sync_file(path)

    def sync_folder(self, path: Path) -> None:
        with self.at("sync", path):
            self._disk.sync_folder(path)

    def lengthen(self, path: Path, least: int, octets: int) -> int:
        with self.at("lengthen", path):
            return self._disk.lengthen(path, least, octets)

    def renew(self, path: Path) -> None:
        with self.at("renew", path):
            self._disk.renew(path)

    def make_folder(self, path: Path) -> None:
        with self.at("make", path):
            self._disk.make_folder(path)

    def rename(self, source: Path, target: Path) -> None:
        with self.at("rename", target):
            self._disk.rename(source, target)

    def remove(self, path: Path) -> None:
        with self.at("remove", path):
            self._disk.remove(path)


class _Layer(apsw.VFS):
    """The half that SQLite calls."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        super().__init__(faults.vfs, faults.below)

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 (of apsw)
        path = Path(str(name.filename() if isinstance(name, apsw.URIFilename) else name))
        with told(), self._faults.at("open", path):
            return _File(self._faults, path, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 (of apsw)
        with told(), self._faults.at("remove", Path(filename)):
            super().xDelete(filename, syncdir)


class _File(apsw.VFSFile):
    def __init__(self, faults: Faults, path: Path, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        super().__init__(faults.below, name, flags)
        self._faults = faults
        self._path = path

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 (of apsw)
        # The header of a frame says how large the database is after it when the frame is the last of a transaction.
        ends = self._path.name.endswith("-wal") and len(data) == _FRAME_HEADER and any(data[4:8])
        with told(), self._faults.at("write", self._path, "commit" if ends else ""):
            super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802 (of apsw)
        with told(), self._faults.at("sync", self._path):
            super().xSync(flags)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 (of apsw)
        with told(), self._faults.at("truncate", self._path):
            super().xTruncate(newsize)


@contextmanager
def told() -> Iterator[None]:
    """Errors of the system as SQLite's own file layer would tell them."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise apsw.FullError("no space left") from error
        raise apsw.IOError(str(error)) from error
