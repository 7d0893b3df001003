"""A file layer for SQLite that fails when told to, full or at a sync, and tells of each sync before and after it."""

from collections.abc import Callable

import apsw


class FaultyDisk(apsw.VFS):
    """Registered under `name` while it lives; the fields say what fails from now on."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.full = False
        self.sync_fails = False
        self.at_sync: Callable[[], None] = lambda: None
        super().__init__(name, "")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 (of apsw)
        return _File(self, name, flags)


class _File(apsw.VFSFile):
    def __init__(self, disk: FaultyDisk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._disk = disk

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 (of apsw)
        if self._disk.full:
            raise apsw.FullError("no space left")
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802 (of apsw)
        if self._disk.sync_fails:
            raise apsw.IOError("sync failed")
        self._disk.at_sync()
        super().xSync(flags)
        self._disk.at_sync()
