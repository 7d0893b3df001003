"""The rows of a damaged database file, read from its pages one by one, without the trees that lead to them.

A page that is damaged gives nothing; every other leaf still holds its rows, and what flows over from them, whether or
not the way to it is lost. Rows come without the name of their table: `rescue` knows them by their shape. The format is
that of https://sqlite.org/fileformat2.html; pages of the WAL that are committed stand in for those of the file.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeAlias

Value: TypeAlias = int | float | str | bytes | None
Row: TypeAlias = tuple[Value, ...]

_TABLE_LEAF: Final = 0x0D
_INDEX_LEAF: Final = 0x0A
_INDEX_INTERIOR: Final = 0x02
_HEADER: Final = {_TABLE_LEAF: 8, _INDEX_LEAF: 8, _INDEX_INTERIOR: 12}
_MOST_COLUMNS: Final = 200
_SIZES: Final = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)
_MAGIC: Final = b"SQLite format 3\0"
_USUAL: Final = 4096
_WAL_HEADER, _FRAME_HEADER = 32, 24


class Damaged(Exception):
    """What is read is no page, cell or record."""


class Pages:
    """The pages of a database file and its WAL; numbers begin with 1."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        first = self._file.read(100)
        size = struct.unpack(">H", first[16:18])[0] if first.startswith(_MAGIC) else _USUAL
        self.size = 65536 if size == 1 else size if size in (512 << n for n in range(8)) else _USUAL
        self._newer = dict(_committed(path.with_name(path.name + "-wal"), self.size))
        self.count = max([path.stat().st_size // self.size, *self._newer])

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def page(self, number: int) -> bytes:
        """One page; Damaged when there is none of that number."""
        if not 1 <= number <= self.count:
            raise Damaged
        if number in self._newer:
            return self._newer[number]
        self._file.seek((number - 1) * self.size)
        octets = self._file.read(self.size)
        if len(octets) < self.size:
            raise Damaged
        return octets

    def rows(self) -> Iterator[tuple[int, int, Row]]:
        """Every row that can be read, with the number of its page and its place there."""
        for number in range(1, self.count + 1):
            try:
                places = self.places(number)
            except (Damaged, OSError):
                continue
            for place in places:
                try:
                    yield number, place, self.row(number, place)
                except (Damaged, OSError, IndexError, struct.error, UnicodeDecodeError):
                    continue

    def places(self, number: int) -> list[int]:
        """Where the cells of a page begin."""
        page, start = self.page(number), 100 if number == 1 else 0
        header = _HEADER.get(page[start])
        if header is None:
            raise Damaged
        cells = int.from_bytes(page[start + 3 : start + 5], "big")
        if cells > self.size // 4:
            raise Damaged
        pointers = start + header
        return [int.from_bytes(page[at : at + 2], "big") for at in range(pointers, pointers + 2 * cells, 2)]

    def row(self, number: int, place: int) -> Row:
        """The row of a cell; Damaged when it is none."""
        page = self.page(number)
        kind = page[100 if number == 1 else 0]
        at = place + 4 if kind == _INDEX_INTERIOR else place
        length, at = _varint(page, at)
        if kind == _TABLE_LEAF:
            _, at = _varint(page, at)
        local = self._local(length, kind == _TABLE_LEAF)
        payload = page[at : at + local]
        if local < length:
            payload += self._overflow(int.from_bytes(page[at + local : at + local + 4], "big"), length - local)
        if len(payload) != length:
            raise Damaged
        return _record(payload)

    def _local(self, length: int, is_table: bool) -> int:
        """Octets of a payload that stand in its page."""
        most = self.size - 35 if is_table else (self.size - 12) * 64 // 255 - 23
        if length <= most:
            return length
        least = (self.size - 12) * 32 // 255 - 23
        local = least + (length - least) % (self.size - 4)
        return local if local <= most else least

    def _overflow(self, number: int, length: int) -> bytes:
        pieces, left = [], length
        if length > self.count * self.size:
            raise Damaged
        while left > 0:
            page = self.page(number)
            piece = page[4 : 4 + left]
            pieces.append(piece)
            left -= len(piece)
            number = int.from_bytes(page[:4], "big")
        return b"".join(pieces)


def _committed(path: Path, size: int) -> Iterator[tuple[int, bytes]]:
    """Pages of the WAL up to its last whole transaction, later ones after earlier ones."""
    try:
        octets = path.read_bytes()
    except FileNotFoundError:
        return
    salts, found, whole = octets[16:24], [], 0
    for at in range(_WAL_HEADER, len(octets) - size - _FRAME_HEADER + 1, size + _FRAME_HEADER):
        number, ends = struct.unpack(">II", octets[at : at + 8])
        if octets[at + 8 : at + 16] != salts:
            break
        found.append((number, octets[at + _FRAME_HEADER : at + _FRAME_HEADER + size]))
        whole = len(found) if ends else whole
    yield from found[:whole]


def _varint(octets: bytes, at: int) -> tuple[int, int]:
    value = 0
    for _ in range(8):
        octet = octets[at]
        at += 1
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            return value, at
    return value << 8 | octets[at], at + 1


def _record(payload: bytes) -> Row:
    header, at = _varint(payload, 0)
    place, values = header, list[Value]()
    while at < header:
        kind, at = _varint(payload, at)
        size = _SIZES[kind] if kind < len(_SIZES) else (kind - 12) // 2
        if size < 0 or place + size > len(payload) or len(values) > _MOST_COLUMNS:
            raise Damaged
        values.append(_value(kind, payload[place : place + size]))
        place += size
    if place != len(payload):
        raise Damaged
    return tuple(values)


def _value(kind: int, octets: bytes) -> Value:
    if kind >= 12:
        return octets.decode() if kind % 2 else octets
    match kind:
        case 0:
            return None
        case 7:
            found: float = struct.unpack(">d", octets)[0]
            return found
        case 8 | 9:
            return kind - 8
        case 10 | 11:
            raise Damaged
    return int.from_bytes(octets, "big", signed=True)
