"""What a process and those that it started say to each other: pieces of octets, each behind its length."""

import struct
from typing import IO, Final

LENGTH: Final = struct.Struct(">I")


def framed(piece: bytes) -> bytes:
    """A piece as it travels."""
    return LENGTH.pack(len(piece)) + piece


def next_piece(stream: IO[bytes]) -> bytes | None:
    """The next piece; None when there is no whole one any more."""
    length = stream.read(LENGTH.size)
    if len(length) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(length)
    piece = stream.read(size)
    return piece if len(piece) == size else None
