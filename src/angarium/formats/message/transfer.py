"""Undoing content transfer encodings, whatever the sender made of them.

Nothing here raises, every pass is linear, and the size of a decoded body is counted without keeping it. RFC 2045 §6,
and the uuencoding of POSIX.
"""

import binascii
import re
from types import MappingProxyType
from typing import Final

from angarium.formats.message.values import Encoding, Octets, Part

_BY_NAME: Final = MappingProxyType(
    {
        "7bit": Encoding.IDENTITY,
        "8bit": Encoding.IDENTITY,
        "binary": Encoding.IDENTITY,
        "base64": Encoding.BASE64,
        "quoted-printable": Encoding.QUOTED_PRINTABLE,
        "uuencode": Encoding.UUENCODE,
        "x-uuencode": Encoding.UUENCODE,
        "x-uue": Encoding.UUENCODE,
        "uue": Encoding.UUENCODE,
    }
)
_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64: Final = bytes(set(range(256)) - set(_ALPHABET) - {ord("=")})
_OCTETS_OF_REST: Final = (0, 0, 1, 2)  # what 0 to 3 characters after the last full quantum are worth
_MOST_SEGMENTS: Final = 1_000
_TRAILING_SPACE: Final = re.compile(rb"(?<![ \t])[ \t]++(?=\r?\n|\Z)")
_SPACE_BEFORE_BREAK: Final = (b" \n", b" \r\n", b"\t\n", b"\t\r\n")
_SOFT_BREAK_CR: Final = re.compile(rb"=\r(?!\n)")
_BEGIN: Final = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} [^\n]*\n", re.M)
_STEP: Final = 1 << 18


def encoding_of(name: str) -> Encoding | None:
    """Name the encoding for a Content-Transfer-Encoding value, or None for one that we cannot undo."""
    return _BY_NAME.get(name.strip().lower())


def decode_transfer(data: Octets, encoding: Encoding) -> bytes:
    """Undo `encoding`; what cannot be decoded is left out or left as it is. Never raises."""
    octets = bytes(data)
    if encoding is Encoding.BASE64:
        return _base64(octets)
    if encoding is Encoding.QUOTED_PRINTABLE:
        return _quoted_printable(octets)
    if encoding is Encoding.UUENCODE:
        return _uuencode(octets)
    return octets


def decode_body(data: Octets, part: Part) -> bytes:
    """Cut the content of `part` out of its message `data` and undo its transfer encoding."""
    start, end = part.body_range
    return decode_transfer(data[start:end], part.encoding)


def decode_prefix(data: Octets, part: Part, most: int) -> bytes:
    """Decode no more than the first `most` still-encoded octets of `part`."""
    start, end = part.body_range
    return decode_transfer(data[start : min(end, start + most)], part.encoding)


def decoded_size(data: Octets, start: int, end: int, encoding: Encoding) -> int:
    """Count the octets that decoding `data[start:end]` would give, in bounded memory where the encoding allows."""
    if encoding is Encoding.IDENTITY:
        return end - start
    if encoding is Encoding.BASE64:
        return _base64_size(data, start, end)
    if encoding is Encoding.QUOTED_PRINTABLE:
        return _quoted_printable_size(data, start, end)
    return len(decode_transfer(data[start:end], encoding))


def _base64(octets: bytes) -> bytes:
    try:
        return binascii.a2b_base64(octets, strict_mode=True)
    except binascii.Error:
        kept = octets.translate(None, _NOT_BASE64)
    body = kept.rstrip(b"=")
    if b"=" not in body:
        return _quanta(body)
    # Pieces encoded one by one and put together. Bounded, so that "A=A=A=" stays cheap.
    *pieces, last = body.split(b"=", _MOST_SEGMENTS)
    return b"".join(map(_quanta, pieces)) + _quanta(last.replace(b"=", b""))


def _quanta(characters: bytes) -> bytes:
    rest = len(characters) % 4
    if rest == 1:  # six bits are no octet
        characters, rest = characters[:-1], 0
    return binascii.a2b_base64(characters + b"=" * (-rest % 4))


def _base64_size(data: Octets, start: int, end: int) -> int:
    characters, padded = 0, False
    for at in range(start, end, _STEP):
        kept = bytes(data[at : min(end, at + _STEP)]).translate(None, _NOT_BASE64)
        body = kept.rstrip(b"=")
        if (padded and body) or b"=" in body:
            return len(_base64(bytes(data[start:end])))
        padded = padded or len(body) < len(kept)
        characters += len(body)
    return characters // 4 * 3 + _OCTETS_OF_REST[characters % 4]


def _quoted_printable(octets: bytes) -> bytes:
    if octets.endswith((b" ", b"\t")) or any(ending in octets for ending in _SPACE_BEFORE_BREAK):
        octets = _TRAILING_SPACE.sub(b"", octets)  # RFC 2045 §6.7 rule 3: transports added it
    if b"=\r" in octets:  # after which the C decoder would skip to the next line
        octets = _SOFT_BREAK_CR.sub(b"=\n", octets)
    return binascii.a2b_qp(octets)


def _quoted_printable_size(data: Octets, start: int, end: int) -> int:
    if end - start <= _STEP:
        return len(_quoted_printable(bytes(data[start:end])))
    size, at = 0, start
    while at < end:
        piece = bytes(data[at : min(end, at + _STEP)])
        if at + len(piece) < end:
            whole = piece.rfind(b"\n") + 1
            if not whole:  # no line that long is quoted-printable: count it in one go
                return size + len(_quoted_printable(bytes(data[at:end])))
            piece = piece[:whole]
        size += len(_quoted_printable(piece))
        at += len(piece)
    return size


def _uuencode(octets: bytes) -> bytes:
    begin = _BEGIN.search(octets)
    lines = octets[begin.end() if begin else 0 :].split(b"\n")
    decoded: list[bytes] = []
    for line in lines:
        content = line.rstrip(b"\r")
        if content == b"end":
            break
        decoded.append(_uuencoded_line(content))
    return b"".join(decoded)


def _uuencoded_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line) if line else b""
    except binascii.Error:
        pass
    # Some encoders put more characters than the count asks for: read only as many as it does.
    wanted = (((line[0] - 32) & 63) * 4 + 5) // 3
    try:
        return binascii.a2b_uu(line[: wanted + 1])
    except binascii.Error:
        return b""
