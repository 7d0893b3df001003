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
from io import BytesIO

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
_LONGEST_LINE = 1000
_KEPT = 1 << 20  # octets that may be held beyond what is needed
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
    if not (year >= 1970 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 61):
        return None
    month = _MONTHS.index(found["month"].decode().lower()) + 1
    seconds = timegm((year, month, day, hour, minute, second)) - _offset(found["zone"] or found["after"])
    date = None if seconds * 1000 == _PLACEHOLDER else seconds * 1000
    return FromLine(found["sender"].decode("utf-8", "replace").strip(), date)


def unquote(octets: bytes) -> bytes:
    """A message without the marks that mboxrd puts before lines that begin with `From `."""
    if b">From " not in octets:
        return octets
    plain, at = BytesIO(), 0
    while at < len(octets):  # a substitution keeps every piece until its end: it must not see too many at once
        end = octets.find(b"\n", at + _KEPT) + 1 or len(octets)
        plain.write(_QUOTED.sub(rb"\1", octets[at:end]))
        at = end
    return plain.getvalue()


def split(pieces: Iterable[bytes], limit: int) -> Iterator[Entry]:
    """The messages of an mbox whose octets come in pieces of any size; none above `limit` octets is kept.

    The first line counts as a `From ` line even without a date. Text before it, and a file without one, gives nothing.
    """
    reader = _Reader(limit)
    for piece in pieces:
        yield from reader.feed(piece)
    yield from reader.finish()


class _Reader:
    """The part of the file not yet given out.

    While a message is being read, `_start` is where it begins in the buffer and the octet before it is the line end of
    its `From ` line; `_position` is where the buffer begins in the file.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._position = 0
        self._line: FromLine | None = None
        self._line_position = 0
        self._start = 0
        self._searched = 0
        self._dropped = 0

    def feed(self, piece: bytes) -> Iterator[Entry]:
        """Take the next piece and give every message that ended in it."""
        self._buffer += piece
        if self._line is None and not self._begin():
            return
        while (found := self._boundary()) is not None:
            end, following, line = found
            ended = [self._entry(end)]  # emptied in giving, so that nothing here holds it while it is used
            self._line, self._line_position = line, self._position + self._buffer.rfind(b"\nFrom ", 0, following) + 1
            self._start = self._searched = following
            if following > _KEPT:
                self._forget(following - 1)
            yield ended.pop()
        self._forget(self._start - 1)
        if len(self._buffer) > self._limit + 2 * _LONGEST_LINE:
            self._dropped += len(self._buffer) - _LONGEST_LINE - self._start
            self._forget(len(self._buffer) - _LONGEST_LINE - 1)
            self._start = 1

    def finish(self) -> Iterator[Entry]:
        """Give the last message."""
        if self._line is None and not self._begin(whole=True):
            return
        empty = next((ending for ending in (b"\n\r\n", b"\n\n") if self._buffer.endswith(ending)), b"\n")
        ended = [self._entry(max(len(self._buffer) - len(empty) + 1, self._start))]
        self._buffer = bytearray()
        yield ended.pop()

    def _begin(self, whole: bool = False) -> bool:
        """Read the first line of the file; it is enough that it begins with `From `."""
        end = self._buffer.find(b"\n") + 1
        if not end and whole:
            self._buffer += b"\n"
            end = len(self._buffer)
        if not end or not self._buffer.startswith(b"From "):
            return False
        line = bytes(self._buffer[:end])
        self._line = from_line(line) or FromLine(line[5:].decode("utf-8", "replace").strip(), None)
        self._start = self._searched = end
        return True

    def _boundary(self) -> tuple[int, int, FromLine] | None:
        """Where the message ends, where the next begins, and the line between them; None when it goes on."""
        at = self._searched
        while (at := self._buffer.find(b"\nFrom ", at)) >= 0:
            following = self._buffer.find(b"\n", at + 1) + 1
            if not following and len(self._buffer) - at <= _LONGEST_LINE:
                break  # the rest of the line has not come yet
            end = self._end(at)
            line = from_line(bytes(self._buffer[at + 1 : following])) if end and following else None
            if end and line:
                return end, following, line
            at += 1
        self._searched = at if at >= 0 else max(self._start, len(self._buffer) - 5)
        return None

    def _end(self, at: int) -> int | None:
        """Where a message ends whose last line end is before the empty line that ends at `at`; None when none does."""
        if self._buffer[at - 1] == 0x0A:
            return at
        if at >= 2 and self._buffer[at - 2 : at] == b"\n\r":
            return at - 1
        return None

    def _entry(self, end: int) -> Entry:
        """The message that ends at an offset of the buffer."""
        assert self._line is not None  # noqa: S101 - a message is only ended after it was begun
        size = end - self._start + self._dropped
        with memoryview(self._buffer) as view:
            octets = bytes(view[self._start : end]) if size <= self._limit else None
        self._dropped = 0
        return Entry(self._line, octets, size, self._line_position)

    def _forget(self, count: int) -> None:
        """Let go of octets at the front."""
        del self._buffer[:count]
        self._position += count
        self._start -= count
        self._searched = max(self._searched - count, 1)


def _offset(zone: bytes | None) -> int:
    """Seconds east of UTC; a zone name that we do not know counts as UTC."""
    if not zone:
        return 0
    text = zone.decode().lower()
    if text[0] in "+-":
        seconds = int(text[1:3]) * 3600 + int(text[3:]) * 60
        return -seconds if text[0] == "-" else seconds
    return _ZONES.get(text, 0) * 3600
