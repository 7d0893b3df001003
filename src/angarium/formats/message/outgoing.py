"""A message as it leaves: line ends that SMTP knows, only header fields that are fields, none that must stay here.

RFC 5321 §2.3.8 (every line ends in CRLF, and neither half stands alone), RFC 8621 §7.5 (Bcc goes).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from angarium.formats.errors import FormatError
from angarium.formats.message.header_block import LONGEST_BLOCK, MOST_FIELDS, split_fields
from angarium.formats.message.values import Header, Octets

_LINE_END: Final = re.compile(rb"(?<!\r)\r*+\n")
_LONE_RETURN: Final = re.compile(rb"\r(?!\n)")
_LEADING: Final = re.compile(rb"(?:\xef\xbb\xbf)?(?:\r\n)*+")
_STAYS: Final = frozenset(("bcc", "resent-bcc", "return-path"))
"""Fields that no recipient is to see, and the one that only the last server writes (RFC 5321 §4.4)."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What was read of a message to be sent: every field of its header, and the octets after the blank line."""

    headers: tuple[Header, ...]
    body: bytes

    def named(self, name: str) -> list[bytes]:
        """The values of the fields with this name, given in lower case."""
        return [header.raw for header in self.headers if header.name.lower() == name]

    def octets(self, added: Sequence[bytes] = ()) -> bytes:
        """The message as it leaves; `added` are fields with their line ends, which go before the others."""
        lines = (
            b"%b:%b\r\n" % (header.name.encode("ascii"), header.raw)
            for header in self.headers
            if header.name.lower() not in _STAYS
        )
        return b"".join((*added, *lines, b"\r\n", self.body))


def outgoing(data: Octets) -> Outgoing:
    """Read a message that is to be sent; FormatError when it has no header, or one too large to be read whole."""
    whole = _with_line_ends(bytes(data))
    is_clean = whole.count(b"\r") == whole.count(b"\r\n")
    leading = _LEADING.match(whole)
    begin = leading.end() if leading else 0
    blank = whole.find(b"\r\n\r\n", begin)
    end = len(whole) if blank < 0 else blank + 2
    if end - begin > LONGEST_BLOCK:
        raise FormatError(f"a header of more than {LONGEST_BLOCK} octets", begin)
    # A lone carriage return that came to stand for a line end would make a field of what is none.
    block = whole[begin:end] if is_clean else _LONE_RETURN.sub(b" ", whole[begin:end])
    headers, used = split_fields(block)
    if not headers or len(headers) >= MOST_FIELDS:
        raise FormatError(f"{len(headers) or 'no'} header fields", begin)
    body = whole[begin + used :] if used < len(block) else whole[end + 2 :]  # else the blank line was lost
    return Outgoing(headers, body if is_clean else _LONE_RETURN.sub(b"\r\n", body))


def _with_line_ends(data: bytes) -> bytes:
    """The octets with CRLF for every line feed; carriage returns may stand alone still, where there are both.

    Counting is many times faster than an expression, and almost all mail is in one of the first three forms.
    """
    returns, feeds, ends = data.count(b"\r"), data.count(b"\n"), data.count(b"\r\n")
    if returns == feeds == ends:
        return data
    if not returns:
        return data.replace(b"\n", b"\r\n")
    if not feeds:
        return data.replace(b"\r", b"\r\n")
    return _LINE_END.sub(b"\r\n", data)
