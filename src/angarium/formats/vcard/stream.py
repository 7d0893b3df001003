"""One vCard at a time out of a file of any length.

Holds no more than one card, and none larger than a limit. RFC 6350 §3.3 allows many in one file; real files lack an END
now and then, and vCard 2.1 has cards inside cards (AGENT).
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from types import MappingProxyType
from typing import Final, NamedTuple

from angarium.formats.contentline import Problem

MOST_OCTETS: Final = 20_000_000
_EDGE: Final = re.compile(rb"^([ \t]*)(BEGIN|END)[ \t]*:[ \t]*VCARD[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
_AGENT: Final = re.compile(rb"(?:^|\n)(?:[\w-]+\.)?AGENT[^\n]*:\s*\Z", re.IGNORECASE)
_MARKS: Final = MappingProxyType({codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"})
_LINE_BEFORE: Final = 300


class Piece(NamedTuple):
    """The octets of one card and where they began; no octets, but a problem, where there was none to be had."""

    octets: bytes
    position: int
    problem: Problem | None = None


def pieces(chunks: Iterable[bytes], most: int = MOST_OCTETS) -> Iterator[Piece]:
    """The cards of a file that comes in chunks (of a megabyte or less, best), and what stands where no card is.

    A card larger than `most` octets is left out and named. Positions count in octets (of the UTF-8 form of UTF-16).
    """
    cutter = _Cutter(most)
    for chunk in _as_utf_8(chunks):
        yield from cutter.take(chunk)
    yield from cutter.end()


def _as_utf_8(chunks: Iterable[bytes]) -> Iterator[bytes]:
    decoder = None
    first = True
    for chunk in chunks:
        if first and chunk:
            first = False
            codec = _MARKS.get(chunk[:2])
            decoder = codecs.getincrementaldecoder(codec)("replace") if codec else None
            chunk = chunk[2:] if codec else chunk.removeprefix(codecs.BOM_UTF8)
        yield decoder.decode(chunk).encode("utf-8", "replace") if decoder else chunk


class _Cutter:
    """Cuts at BEGIN and END."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._buffer = bytearray()
        self._offset = 0
        """Where the buffer begins in the file."""
        self._start = 0
        """Where what is not given out yet begins in the buffer: a card, or what is between two."""
        self._scanned = 0
        self._depth = 0
        self._too_large = False
        self._line_feeds: bool | None = None

    def take(self, chunk: bytes) -> Iterator[Piece]:
        if self._line_feeds is None and chunk:
            self._line_feeds = b"\n" in chunk or b"\r" not in chunk
        chunk = chunk if self._line_feeds else chunk.replace(b"\r", b"\n")
        whole_lines = len(self._buffer) + chunk.rfind(b"\n") + 1 if b"\n" in chunk else self._scanned
        self._buffer += chunk
        yield from self._scan(whole_lines)
        yield from self._trim()

    def end(self) -> Iterator[Piece]:
        yield from self._scan(len(self._buffer))
        if self._depth and not self._too_large:
            yield self._cut(len(self._buffer))
        elif self._depth == 0:
            yield from self._between(len(self._buffer))

    def _scan(self, limit: int) -> Iterator[Piece]:
        edges = list(_EDGE.finditer(self._buffer, self._scanned, limit))
        self._scanned = max(self._scanned, limit)
        for edge in edges:
            start, indent, word = edge.start(), *edge.groups()
            if indent and self._depth:
                continue  # RFC 6350 §3.2: it goes on with the line before it
            if word.upper() == b"END":
                yield from self._close(edge.end())
            elif self._depth and _AGENT.search(self._buffer[max(self._start, start - _LINE_BEFORE) : start]):
                self._depth += 1
            else:
                yield from self._open(start)

    def _open(self, start: int) -> Iterator[Piece]:
        if self._depth and not self._too_large:
            yield self._cut(start)  # a card without END
        elif self._depth == 0:
            yield from self._between(start)
        self._start, self._depth, self._too_large = start, 1, False

    def _close(self, end: int) -> Iterator[Piece]:
        if self._depth > 1:
            self._depth -= 1
        elif self._depth == 1:
            if not self._too_large:
                yield self._cut(end)
            self._start, self._depth, self._too_large = end, 0, False

    def _cut(self, end: int) -> Piece:
        position = self._offset + self._start
        if end - self._start > self._most:
            return Piece(b"", position, Problem(position, f"a card is larger than {self._most} octets"))
        return Piece(bytes(self._buffer[self._start : end]), position)

    def _between(self, end: int) -> Iterator[Piece]:
        between = self._buffer[self._start : end]
        if between.strip():
            position = self._offset + self._start + len(between) - len(between.lstrip())
            yield Piece(b"", position, Problem(position, "this stands outside of any card"))
        self._start = end

    def _trim(self) -> Iterator[Piece]:
        """Forget what was given out, the inside of a card that is too large, and much that is in no card."""
        is_much = len(self._buffer) - self._start > self._most
        # A line so long that it alone is too much goes without its end being seen.
        sure = len(self._buffer) if len(self._buffer) - self._scanned > self._most else self._scanned
        if is_much and self._depth == 0:
            yield from self._between(sure)
        elif is_much and not self._too_large:
            yield self._cut(len(self._buffer))
            self._too_large = True
        gone = sure if self._too_large else min(self._start, sure)
        del self._buffer[:gone]
        self._offset += gone
        self._start = max(0, self._start - gone)
        self._scanned = max(0, self._scanned - gone)
