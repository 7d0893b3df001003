"""The trace of a message: the Return-Path that a final delivery puts before it, and how often it was received.

RFC 5321 §4.4, §6.3.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from angarium.formats.message.values import Header

_RETURN_PATH: Final = re.compile(rb"^return-path[ \t]*+:[^\n]*+\n(?:[ \t][^\n]*+\n)*+", re.IGNORECASE | re.MULTILINE)


def with_return_path(octets: bytes | bytearray, sender: str) -> bytes:
    """The first octets of a message with a Return-Path of this sender, '' for none, instead of any that were there.

    Fields are looked for as far as the header reaches in these octets. ValueError for a sender with control characters.
    """
    if not sender.isprintable() and any(unicodedata.category(letter) == "Cc" for letter in sender):
        raise ValueError("a sender holds no control characters")
    # RFC 5321 §4.4: one such field, made by who delivers; those that a message brings along are taken away.
    stop = _header_end(octets)
    header = bytes(octets[:stop])
    if b"return-path" in header.lower():
        header = _RETURN_PATH.sub(b"", header)
    return b"Return-Path: <%s>\r\n%s%s" % (sender.encode("utf-8", "replace"), header, octets[stop:])


def _header_end(octets: bytes | bytearray) -> int:
    """Where the empty line behind the header begins; after the first octet at least, and at most the end."""
    if octets.startswith((b"\n", b"\r\n")):
        return 1
    end = octets.find(b"\n\r\n")
    other = octets.find(b"\n\n", 0, len(octets) if end < 0 else end + 1)
    ends = [each for each in (end, other) if each >= 0]
    return min(ends) + 1 if ends else len(octets)


def hops(headers: Sequence[Header]) -> int:
    """How many servers have received the message (RFC 5321 §6.3: what a loop is found by)."""
    return sum(header.name.lower() == "received" for header in headers)
