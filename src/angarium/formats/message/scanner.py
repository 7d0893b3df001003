"""The single pass over the octets of a message that finds its parts.

Only offsets come out; no body is copied. Two cursors move forward and never back, one to the next blank line, one to
the next line that begins with two hyphens, so the cost is linear in the input however parts are nested, and a
delimiter line is one dictionary look-up however deep it stands. RFC 2046 §5.1, RFC 5322 §2.1.

Limits: multiparts nest 100 deep, the next is a leaf; 1,000 parts are indexed, what follows is one opaque part. A
multipart without a delimiter line is shown as the plain text that its body is. Line ends are CRLF or LF; a message
without any LF is read with CR as its line end.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from angarium.formats.errors import FormatError
from angarium.formats.message.entity import IMPLICIT_CHARSET, OPAQUE, PLAIN, Entity, default_child_type, describe
from angarium.formats.message.header_block import LONGEST_BLOCK, split_fields
from angarium.formats.message.transfer import decoded_size
from angarium.formats.message.values import Encoding, Header, Message, Octets, Part

DEEPEST: Final = 100
MOST_PARTS: Final = 1_000
_BLANK_LINE: Final = re.compile(rb"\n\r?\n")
_LEADING: Final = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n]*+")
_LINE_FEED: Final = re.compile(rb"\n")
_CARRIAGE_RETURN: Final = 0x0D
_LONGEST_LINE: Final = 1_200  # of a delimiter line; more than the longest boundary
_PATIENCE: Final = 500  # lines that begin like a delimiter and are none
_OPAQUE_REST: Final = Entity(OPAQUE, None, None, Encoding.IDENTITY, False, None, None, None, None, None)


def parse(data: Octets) -> Message:
    """Read a message (RFC 5322) into headers and MIME structure; offsets count octets of `data`.

    Raises FormatError only when there is no header field at all.
    """
    scan = _Scan(_with_line_feeds(data))
    structure = scan.run()
    return Message(structure.headers, structure, len(data))


def read_headers(data: Octets, header_range: tuple[int, int]) -> tuple[Header, ...]:
    """Read again the fields of a part of which only the range was kept."""
    start, end = header_range
    return split_fields(bytes(_with_line_feeds(data)[start : min(end, start + LONGEST_BLOCK + 1)]))[0]


def _with_line_feeds(data: Octets) -> Octets:
    if _LINE_FEED.search(data) is None and b"\r" in bytes(data[:LONGEST_BLOCK]):
        return bytes(data).replace(b"\r", b"\n")
    return data


@dataclass(slots=True)
class _Open:
    """A part whose end is not yet known."""

    number: str | None
    entity: Entity
    headers: tuple[Header, ...]
    header_range: tuple[int, int]
    body_start: int
    boundary: bytes | None = None  # while its delimiters are looked for
    shadowed: int | None = None  # the depth of an outer multipart with the same boundary
    is_too_deep: bool = False
    had_delimiter: bool = False
    sub_parts: list[Part] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Delimiter:
    content_end: int  # the line end before a delimiter belongs to it (RFC 2046 §5.1.1)
    at: int
    next_line: int
    depth: int
    is_close: bool


def _finder(data: Octets) -> Callable[[bytes, int, int], int]:
    if not isinstance(data, memoryview):
        return data.find

    def find(wanted: bytes, start: int, end: int) -> int:
        found = re.compile(re.escape(wanted)).search(data, start, end)
        return found.start() if found else -1

    return find


def _screen(boundaries: Iterable[bytes]) -> re.Pattern[bytes]:
    """Make an expression for the delimiter lines of `boundaries`, for bodies full of lines that only look like some.

    Compiling costs far more than looking at a few hundred lines, so this waits until that many were in vain.
    """
    endings = (rb"(?=\s|\Z)", rb"[ \t\r\v\f]*+(?:\n|\Z)")  # noise may only follow a boundary without white space in it
    lines = (re.escape(boundary) + rb"(?:[ \t]*+--)?" + endings[len(boundary.split()) > 1] for boundary in boundaries)
    return re.compile(rb"\n--(?:" + b"|".join(lines) + rb")")


class _Scan:
    """One run over one message."""

    def __init__(self, data: Octets) -> None:
        self._data = data
        self._end = len(data)
        self._find = _finder(data)
        self._blank: tuple[int, int] | None = None
        self._open: list[_Open] = []
        self._depths: dict[bytes, int] = {}
        self._screen: re.Pattern[bytes] | None = None
        self._misses = 0
        self._parts = 0

    def run(self) -> Part:
        leading = _LEADING.match(self._data)
        start = leading.end() if leading else 0
        root = self._enter(start, PLAIN, None)
        if not root.headers:
            raise FormatError("no header field", start)
        at = root.body_start - 1
        while (delimiter := self._delimiter(at, self._end)) is not None:
            self._leave(delimiter.depth, delimiter.content_end)
            at = self._meet(delimiter)
            if self._parts >= MOST_PARTS:
                break
        while len(self._open) > 1:
            self._close_last(self._end)
        return self._finish(self._open.pop(), self._end)

    def _meet(self, delimiter: _Delimiter) -> int:
        """Act on a delimiter of the multipart that is now innermost; give where to search on."""
        owner = self._open[-1]
        owner.had_delimiter = True
        if delimiter.is_close:  # what follows is epilogue
            self._forget(owner)
            return delimiter.next_line - 1
        place = f"{len(owner.sub_parts) + 1}"
        number = place if owner.number is None else f"{owner.number}.{place}"
        if self._parts >= MOST_PARTS - 1:
            rest = (delimiter.next_line, delimiter.next_line)
            self._open.append(_Open(number, _OPAQUE_REST, (), rest, delimiter.next_line))
            self._parts += 1
            return self._end
        return self._enter(delimiter.next_line, default_child_type(owner.entity.type), number).body_start - 1

    def _enter(self, start: int, default_type: str, number: str | None) -> _Open:
        """Read the header block at `start` and open the part it begins."""
        block_end, body_start = self._header_end(start)
        block = bytes(self._data[start : min(block_end, start + LONGEST_BLOCK + 1)])
        headers, used = split_fields(block)
        if used < len(block):
            block_end = body_start = start + used
        opened = _Open(number, describe(headers, default_type), headers, (start, block_end), body_start)
        self._expect(opened)
        self._open.append(opened)
        self._parts += 1
        return opened

    def _expect(self, opened: _Open) -> None:
        boundary = opened.entity.boundary
        if boundary is None:
            return
        if len(self._open) >= DEEPEST:
            opened.is_too_deep = True
            return
        self._screen, self._misses = None, 0
        opened.boundary = boundary
        opened.shadowed = self._depths.get(boundary)
        self._depths[boundary] = len(self._open)

    def _header_end(self, start: int) -> tuple[int, int]:
        """Find where the header block at `start` ends and where the body after it begins."""
        blank_at, body_start = self._next_blank(start - 1 if self._open else start)
        delimiter = self._delimiter(start - 1, body_start) if self._depths else None
        if delimiter is not None and delimiter.at <= blank_at:
            end = max(start, delimiter.content_end)
            return end, max(start, delimiter.at)
        return min(max(start, blank_at + 1), self._end), body_start

    def _next_blank(self, at: int) -> tuple[int, int]:
        if self._blank is None or self._blank[0] < at:
            found = _BLANK_LINE.search(self._data, max(at, 0))
            self._blank = found.span() if found else (self._end, self._end)
        return self._blank

    def _delimiter(self, at: int, until: int) -> _Delimiter | None:
        """Find the next delimiter line of any open multipart whose line feed stands in `at` to `until`."""
        if not self._depths:
            return None
        while True:
            at = self._candidate(max(at, 0), until)
            if at < 0:
                return None
            line_end = self._find(b"\n", at + 3, self._end)
            line_end = self._end if line_end < 0 else line_end
            line = bytes(self._data[at + 3 : min(line_end, at + _LONGEST_LINE)])
            owner = self._owner(line)
            if owner is not None:
                content_end = at - 1 if at and self._data[at - 1] == _CARRIAGE_RETURN else at
                return _Delimiter(content_end, at, min(line_end + 1, self._end), *owner)
            self._misses += 1
            at = line_end

    def _candidate(self, at: int, until: int) -> int:
        """Find the next line that may be a delimiter; -1 when there is none."""
        if self._screen is None:
            if self._misses < _PATIENCE or self._misses < sum(map(len, self._depths)):
                return self._find(b"\n--", at, until)
            self._screen = _screen(self._depths)
        found = self._screen.search(self._data, at, until)
        return found.start() if found else -1

    def _owner(self, line: bytes) -> tuple[int, bool] | None:
        """Tell whose delimiter a line is, and whether the closing one; what follows white space is ignored."""
        whole = line.rstrip()
        words = whole.split(None, 1)
        for key in (whole, words[0]) if len(words) > 1 else (whole,):
            depth = self._depths.get(key)
            if depth is not None:
                return depth, False
            if key.endswith(b"--") and (depth := self._depths.get(key[:-2].rstrip())) is not None:
                return depth, True
        return None

    def _leave(self, depth: int, content_end: int) -> None:
        while len(self._open) > depth + 1:
            self._close_last(content_end)

    def _close_last(self, content_end: int) -> None:
        ended = self._open.pop()
        self._forget(ended)
        self._open[-1].sub_parts.append(self._finish(ended, content_end))

    def _forget(self, ended: _Open) -> None:
        if ended.boundary is None:
            return
        if ended.shadowed is not None:
            self._depths[ended.boundary] = ended.shadowed
        else:
            del self._depths[ended.boundary]
        ended.boundary = None

    def _finish(self, ended: _Open, content_end: int) -> Part:
        entity = ended.entity
        start, end = ended.body_start, max(ended.body_start, content_end)
        media_type, charset, encoding = entity.type, entity.charset, entity.encoding
        is_multipart = media_type.startswith("multipart/") and ended.had_delimiter
        if is_multipart:
            encoding = Encoding.IDENTITY  # RFC 2045 §6.4 allows no other; senders that name one did not apply it
        elif media_type.startswith("multipart/"):
            media_type, charset = (OPAQUE, None) if ended.is_too_deep else (PLAIN, IMPLICIT_CHARSET)
        return Part(
            part_id=None if is_multipart else ended.number or "1",
            headers=ended.headers,
            header_range=ended.header_range,
            body_range=(start, end),
            encoding=encoding,
            size=decoded_size(self._data, start, end, encoding),
            name=entity.name,
            type=media_type,
            charset=charset,
            disposition=entity.disposition,
            cid=entity.cid,
            language=entity.language,
            location=entity.location,
            sub_parts=tuple(ended.sub_parts),
            is_encoding_problem=entity.is_encoding_problem,
        )
