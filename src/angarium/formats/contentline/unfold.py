"""From octets to logical lines: line ends, folds, soft line breaks, charsets.

Folds are undone on octets, because writers cut inside characters. RFC 5545 §3.1, RFC 6350 §3.1 and §3.2; vCard 2.1 for
quoted-printable and CHARSET.
"""

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from angarium.formats.errors import FormatError
from angarium.formats.message.charsets import codec_of, decode, guess, without_nul

MOST_LINES: Final = 500_000
_BLANK_LINES: Final = re.compile(rb"\n\n++")
_SOFT: Final = re.compile(rb"[^:]*;(?:ENCODING=)?QUOTED-PRINTABLE[;:]", re.IGNORECASE)
_NAMED: Final = re.compile(r"[^:]*;CHARSET=\"?([^:;\"]+)", re.IGNORECASE)
_EDGE: Final = re.compile(rb"(?:BEGIN|END):", re.IGNORECASE)
_SLOW: Final = (b"QUOTED-PRINTABLE", b";CHARSET=", b"\r\r\n")
_MARKS: Final = MappingProxyType({b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"})
_UTF_8_MARK: Final = b"\xef\xbb\xbf"
_FOLD: Final = (b" ", b"\t")
_WIDE: Final = ("utf_16", "utf_32")


def logical_lines(octets: bytes, most: int = MOST_LINES) -> list[str]:
    """The lines of a file, unfolded and decoded, without their ends.

    Ends are CRLF, LF, or CR where there is no LF; blank lines are left out, also inside folds. A value in
    quoted-printable goes on after a soft line break; its escapes stay. Raises FormatError for more than `most` lines.
    """
    octets = as_utf_8(octets)
    upper = octets.upper()
    if any(mark in upper for mark in _SLOW) or b"\n" not in octets:
        return [_text(line) for _, line in pieces(octets, most)]
    octets = octets.replace(b"\r\n", b"\n")
    if b"\n\n" in octets:
        octets = _BLANK_LINES.sub(b"\n", octets)
    octets = octets.rstrip(b"\r\n").lstrip(b"\n").replace(b"\n ", b"").replace(b"\n\t", b"")
    if octets.count(b"\n") >= most:
        raise _too_many(most)
    try:
        return without_nul(octets.decode()).split("\n")
    except UnicodeDecodeError:
        return [_text(line) for line in octets.split(b"\n")]


def as_utf_8(octets: bytes) -> bytes:
    """The same text without byte order mark, and in UTF-8 when it was UTF-16; any other charset stays as it is."""
    codec = _MARKS.get(octets[:2])
    if codec:
        return octets[2:].decode(codec, "replace").encode("utf-8", "replace")
    return octets.removeprefix(_UTF_8_MARK)


def pieces(octets: bytes, most: int = MOST_LINES) -> Iterator[tuple[int, bytes]]:
    """Each logical line with the offset where it begins: the lines of `logical_lines`, not yet decoded."""
    end = b"\n" if b"\n" in octets else b"\r"
    position = count = start = 0
    line: list[bytes] = []
    quoted = soft = False
    for physical in octets.split(end):
        content = physical.rstrip(b"\r")
        if soft and not _EDGE.match(content):
            line[-1] = line[-1][:-1]
            line.append(content)
            soft = content.endswith(b"=")
        elif line and content.startswith(_FOLD):
            line.append(content[1:])
            soft = quoted and content.endswith(b"=")
        elif content:
            if line:
                yield start, b"".join(line)
            start, line, count = position, [content], count + 1
            quoted = _SOFT.match(content) is not None
            soft = quoted and content.endswith(b"=")
            if count > most:
                raise _too_many(most)
        position += len(physical) + 1
    yield start, b"".join(line)


def _text(line: bytes) -> str:
    """The characters of one line: those of its CHARSET, where it is not plainly UTF-8; else of the likeliest."""
    text = guess(line)
    named = _NAMED.match(text)
    codec = codec_of(named[1]) if named else None
    if named and codec and not codec.startswith(_WIDE) and (line.isascii() or not _is_utf_8(line)):
        found = decode(line, named[1])
        return text if found is None else found[0]
    return text


def _is_utf_8(octets: bytes) -> bool:
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return True


def _too_many(most: int) -> FormatError:
    return FormatError(f"more than {most} lines")
