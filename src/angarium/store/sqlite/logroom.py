"""Room in the write-ahead log: its file is kept longer than what it holds, so that commits write over what is there.

A commit that makes a file longer waits for the file system's journal besides its own octets. Zeros are no frame, so
SQLite's recovery ends where they begin (https://www.sqlite.org/fileformat2.html §4.1 and §4.4).
"""

from math import inf
from pathlib import Path
from typing import Final

from angarium.store.sqlite.disk import Disk

_HEADER: Final = 32
_FRAME_HEADER: Final = 24

_USED: Final = 128
"""Pages from which a log is worth the room; making a store takes half of them, and many see few changes more."""

_AHEAD: Final = 64
"""Pages that are to be free after a commit; most groups write fewer."""

_STEP: Final = 256


class LogRoom:
    """Lengthens the log of one database; used by the thread that writes to it, between two transactions."""

    def __init__(self, path: Path, page_size: int, disk: Disk) -> None:
        self._path = path
        self._frame = _FRAME_HEADER + page_size
        self._disk = disk
        self._length: float = 0

    def is_short(self, pages: int) -> bool:
        """Whether there is less room behind so many pages than there should be."""
        return pages >= _USED and self._least(pages) > self._length

    def keep(self, pages: int) -> None:
        """See to the room behind so many pages; a disk that does not give it is not asked again."""
        if not self.is_short(pages):
            return
        try:
            self._length = self._disk.lengthen(self._path, self._least(pages), _STEP * self._frame)
        except OSError:
            self._length = inf

    def _least(self, pages: int) -> int:
        return _HEADER + (pages + _AHEAD) * self._frame
