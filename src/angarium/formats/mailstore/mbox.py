"""Taking an mbox apart: pieces of octets in, one entry for each message out, in memory bounded by one message.

Only the file format may live here (RFC 4155 and its dialects). What we read and why:

* A message begins at a line `From SENDER DATE` that is the first of the file or stands after an empty line, and whose
  end is a date as `ctime` writes it (a zone before or after the year is allowed). Anything less is text of a message.
* The empty line before the next such line, and one at the end of the file, belong to the format, not to the message.
* `unquote` undoes mboxrd (`>From `, `>>From `, … each lose one `>`), which reads the older mboxo too, save that a line
  which really began with `>From ` loses its mark: in mboxo nobody can tell the two apart.
* `Content-Length` is not believed: in practice it is wrong more often than a dated line is no separator.
"""

import re
from calendar import timegm
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ZONES = {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "cet": 1, "cest": 2}
_FROM_LINE = re.compile(
    rb"From (?P<sender>[^\r\n]*?) ?\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? (?P<month>[A-Z][a-z][a-z]) +(?P<day>\d\d?)"
    rb" (?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d))?"
    rb"(?: (?P<zone>[A-Z]{1,5}|[+-]\d{4}))? (?P<year>\d{4})(?: (?P<after>[A-Z]{1,5}|[+-]\d{4}))?"
    rb"(?: remote from [^\r\n]*)?[ \t]*\r?\n?\Z",
    re.IGNORECASE,
)
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_SEPARATOR = b"\nFrom "
_LONGEST_LINE = 1000
_PLACEHOLDER = 1000684800_000  # git writes Mon Sep 17 00:00:00 2001 at the head of each patch: no date of the message


@dataclass(frozen=True, slots=True)
class FromLine:
    """The line that begins a message: the sender as it stands there, and epoch milliseconds when there is a date."""

    sender: str
    date: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of an mbox: its `From ` line, its octets still quoted, its size, and where it begins in the file.

    `octets` is None for a message that is larger than the limit.
    """

    start: FromLine
    octets: bytes | None
    size: int
    position: int


def from_line(line: bytes) -> FromLine | None:
    """What a dated `From ` line says; None for any other line."""
    found = _FROM_LINE.match(line)
    if not found or found["month"].decode().lower() not in _MONTHS:
        return None
    numbers = [int(found[name] or 0) for name in ("year", "day", "hour", "minute", "second")]
    year, day, hour, minute, second = numbers
    if not (1970 <= year and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 61):
        return None
    month = _MONTHS.index(found["month"].decode().lower()) + 1
    seconds = timegm((year, month, day, hour, minute, second)) - _offset(found["zone"] or found["after"])
    date = None if seconds * 1000 == _PLACEHOLDER else seconds * 1000
    return FromLine(found["sender"].decode("utf-8", "replace").strip(), date)


def unquote(octets: bytes) -> bytes:
    """A message without the marks that mboxrd puts before lines that begin with `From `."""
    return _QUOTED.sub(rb"\1", octets) if b">From " in octets else octets


def split(pieces: Iterable[bytes], limit: int) -> Iterator[Entry]:
    """The messages of an mbox whose octets come in pieces of any size; none above `limit` octets is kept.

    The first line counts as a `From ` line even without a date. Text before it, and a file without one, gives nothing.
    """
    reader = _Reader(limit)
    for piece in pieces:
        yield from reader.feed(piece)
    yield from reader.finish()


class _Reader:
    """The part of the file not yet given out, and how far it was searched."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._position = 0  # of the buffer in the file
        self._begun: tuple[FromLine, int] | None = None
        self._searched = 0
        self._dropped = 0

    def feed(self, piece: bytes) -> Iterator[Entry]:
        """Take the next piece and give every message that ended in it."""
        self._buffer += piece
        if self._begun is None and not self._begin():
            return
        start = 0
        while (end := self._end(start)) is not None:
            entry, start = self._entry(start, end)
            if start > 1 << 20:
                self._drop(start)
                start = 0
            yield entry
        self._drop(start)
        if len(self._buffer) > self._limit + _LONGEST_LINE:
            self._dropped += len(self._buffer) - _LONGEST_LINE
            self._drop(len(self._buffer) - _LONGEST_LINE)

    def finish(self) -> Iterator[Entry]:
        """Give the last message."""
        if self._begun is None and not self._begin(True):
            return
        size = len(self._buffer)
        for empty in (b"\r\n\r\n", b"\n\n"):
            if self._buffer.endswith(empty):
                size -= len(empty) // 2
                break
        yield self._entry(0, (size, size))[0]

    def _begin(self, last: bool = False) -> bool:
        """Read the first line of the file."""
        line_end = self._buffer.find(b"\n") + 1
        if not self._buffer.startswith(b"From ") or not (line_end or last):
            return False
        line_end = line_end or len(self._buffer)
        line = bytes(self._buffer[:line_end])
        self._begun = (from_line(line) or FromLine(line[5:].decode("utf-8", "replace").strip(), None), 0)
        self._drop(line_end)
        return True

    def _end(self, start: int) -> tuple[int, int] | None:
        """Where the message at `start` ends, and where the line begins that ends it; None when it goes on."""
        at = max(start - 1, self._searched)
        while True:
            at = self._buffer.find(_SEPARATOR, at)
            if at < 0:
                self._searched = max(start - 1, len(self._buffer) - len(_SEPARATOR), 0)
                return None
            line_end = self._buffer.find(b"\n", at + 1)
            if line_end < 0 and len(self._buffer) - at <= _LONGEST_LINE:
                self._searched = at
                return None
            if (size := self._before(start, at)) is not None and from_line(bytes(self._buffer[at + 1 : line_end + 1])):
                return size, at + 1
            at += 1

    def _before(self, start: int, at: int) -> int | None:
        """Where the message ends when the line end at `at` ends an empty line; None when it does not."""
        if at >= 1 and self._buffer[at - 1] == 0x0A or at == 0:
            return max(at, start)
        if at >= 2 and self._buffer[at - 2 : at] == b"\n\r":
            return max(at - 1, start)
        return start if at == start else None

    def _entry(self, start: int, end: tuple[int, int]) -> tuple[Entry, int]:
        """The message between two offsets, and where the next begins (after its `From ` line)."""
        assert self._begun is not None  # noqa: S101 - feed and finish begin before they take
        size = end[0] - start + self._dropped
        with memoryview(self._buffer) as view:
            octets = bytes(view[start : end[0]]) if size <= self._limit else None
        entry = Entry(self._begun[0], octets, size, self._begun[1])
        following = self._buffer.find(b"\n", end[1]) + 1
        if following:
            line = from_line(bytes(self._buffer[end[1] : following]))
            self._begun = (line, self._position + end[1]) if line else self._begun
        self._dropped = 0
        self._searched = max(following - 1, 0)
        return entry, following

    def _drop(self, count: int) -> None:
        """Let go of octets at the front."""
        del self._buffer[:count]
        self._position += count
        self._searched = max(self._searched - count, 0)


def _offset(zone: bytes | None) -> int:
    """Seconds east of UTC; a zone name that we do not know counts as UTC."""
    if not zone:
        return 0
    text = zone.decode().lower()
    if text[0] in "+-":
        seconds = int(text[1:3]) * 3600 + int(text[3:]) * 60
        return -seconds if text[0] == "-" else seconds
    return _ZONES.get(text, 0) * 3600
