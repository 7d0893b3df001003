"""The trace of a message: the Return-Path that a final delivery puts before it, and how often it was received.

RFC 5321 §4.4, §6.3.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from angarium.formats.message.values import Header

_HEADER_END: Final = re.compile(rb"\A\r?\n|\n\r?\n")
_RETURN_PATH: Final = re.compile(rb"^return-path[ \t]*+:[^\n]*+\n(?:[ \t][^\n]*+\n)*+", re.IGNORECASE | re.MULTILINE)


def with_return_path(octets: bytes | bytearray, sender: str) -> bytes:
    """The first octets of a message with a Return-Path of this sender, '' for none, instead of any that were there.

    Fields are looked for as far as the header reaches in these octets. ValueError for a sender with control characters.
    """
    if not sender.isprintable() and any(unicodedata.category(letter) == "Cc" for letter in sender):
        raise ValueError("a sender holds no control characters")
    # RFC 5321 §4.4: one such field, made by who delivers; those that a message brings along are taken away.
    end = _HEADER_END.search(octets)
    stop = len(octets) if end is None else end.start() + 1
    header = _RETURN_PATH.sub(b"", octets[:stop])
    return b"Return-Path: <%s>\r\n%s%s" % (sender.encode("utf-8", "replace"), header, octets[stop:])


def hops(headers: Sequence[Header]) -> int:
    """How many servers have received the message (RFC 5321 §6.3: what a loop is found by)."""
    return sum(header.name.lower() == "received" for header in headers)
