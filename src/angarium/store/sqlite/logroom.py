"""Room in the write-ahead log: its file is kept longer than what it holds, so that commits write over what is there.

A commit that makes a file longer waits for the file system's journal besides its own octets. Zeros are no frame, so
SQLite's recovery ends where they begin (https://www.sqlite.org/fileformat2.html §4.1 and §4.4).
"""

import os
from math import inf
from typing import Final

_HEADER: Final = 32
_FRAME_HEADER: Final = 24

_USED: Final = 128
"""Pages from which a log is worth the room; making a store takes half of them, and many see few changes more."""

_AHEAD: Final = 64
"""Pages that are to be free after a commit; most groups write fewer."""

_STEP: Final = 256


class LogRoom:
    """Lengthens the log of one database; used by the thread that writes to it, between two transactions."""

    def __init__(self, path: str, page_size: int) -> None:
        self._path = path
        self._frame = _FRAME_HEADER + page_size
        self._length: float = 0

    def keep(self, pages: int) -> None:
        """See to the room behind so many pages; a disk that does not give it is not asked again."""
        if pages < _USED or self._end_of(pages + _AHEAD) <= self._length:
            return
        try:
            self._length = self._lengthened(pages)
        except OSError:
            self._length = inf

    def _lengthened(self, pages: int) -> int:
        """The length of the file, now that it has the room."""
        handle = os.open(self._path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            length = os.fstat(handle).st_size
            if self._end_of(pages + _AHEAD) > length:
                length += os.pwrite(handle, bytes(_STEP * self._frame), length)
                os.fsync(handle)
            return length
        finally:
            os.close(handle)

    def _end_of(self, pages: int) -> int:
        return _HEADER + pages * self._frame
