"""Body values: decoded content as text, cut to a size when asked.

RFC 8621 §4.1.4 (EmailBodyValue) and §4.2 (maxBodyValueBytes).
"""

import re
from dataclasses import dataclass
from typing import Final

from angarium.formats.message.charsets import codec_of, decode, guess
from angarium.formats.message.htmltext import open_tag_start
from angarium.formats.message.transfer import decode_body
from angarium.formats.message.values import Octets, Part

_META_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9_.:-]{1,40})", re.I)
_BYTE_ORDER_MARK: Final = "\ufeff"
_META_WITHIN: Final = 2_048


@dataclass(frozen=True, slots=True)
class BodyValue:
    """An EmailBodyValue of RFC 8621 §4.1.4."""

    value: str
    is_encoding_problem: bool
    is_truncated: bool


def text_of(content: bytes, charset: str | None, media_type: str) -> tuple[str, bool]:
    """Read decoded `content` as text; returns it, with LF for CRLF, and isEncodingProblem. Never raises.

    A charset we do not know, or us-ascii with octets that are none, is guessed: for HTML the one its meta element
    names, then UTF-8, then Windows-1252.
    """
    text, problem = _decoded(content, charset or "us-ascii", media_type)
    text = text.removeprefix(_BYTE_ORDER_MARK)
    return (text.replace("\r\n", "\n") if "\r" in text else text), problem


def _decoded(content: bytes, charset: str, media_type: str) -> tuple[str, bool]:
    codec = codec_of(charset)
    if codec not in (None, "ascii") and (known := decode(content, charset)) is not None:
        return known
    if content.isascii() and codec == "ascii":
        return content.decode("ascii").replace("\0", ""), False
    named = _META_CHARSET.search(content, 0, _META_WITHIN) if media_type == "text/html" else None
    by_meta = decode(content, named[1].decode("ascii")) if named else None
    return (by_meta[0] if by_meta and not by_meta[1] else guess(content)), True


def truncate(text: str, max_bytes: int, *, html: bool) -> tuple[str, bool]:
    """Cut `text` to at most `max_bytes` octets of UTF-8 (0: no limit); returns it and whether it was cut.

    No character is cut in two, and with `html` no tag either.
    """
    if max_bytes <= 0 or len(text) * 4 <= max_bytes:
        return text, False
    # As many characters as octets at most: the rest need not be encoded.
    octets = text[: max_bytes + 1].encode("utf_8", "replace")
    if len(octets) <= max_bytes:
        return text, False
    kept = octets[:max_bytes].decode("utf_8", "ignore")
    if html:
        kept = kept[: open_tag_start(kept)]
    return kept, True


def body_value(data: Octets, part: Part, max_bytes: int = 0) -> BodyValue:
    """Give the text of a text/* part of the message `data`, cut to `max_bytes` octets of UTF-8 when not 0."""
    text, problem = text_of(decode_body(data, part), part.charset, part.type)
    value, cut = truncate(text, max_bytes, html=part.type == "text/html")
    return BodyValue(value, problem or part.is_encoding_problem, cut)
