"""Strict I-JSON (RFC 7493) to values and back.

orjson alone lets the last of duplicate names win, turns integers over 64 bits into floats, and takes any depth up to
its own; this module refuses all three, and counts depth before anything is built.
"""

import re
from itertools import accumulate
from typing import TypeAlias, cast

import orjson

from angarium.formats.errors import FormatError

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"

_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_LONG_NUMBER = re.compile(rb"-?\d{16,}")
_LARGEST = 2**53 - 1
_SUSPECTS = ((b"\xbf", (b"\xbf\xbe", b"\xbf\xbf")), (b"\xb7", (b"\xef\xb7",)))
"""What text with noncharacters has: one octet, sought much faster than two, and then two together."""

_NONCHARACTER = re.compile(rb"\xef(?:\xb7[\x90-\xaf]|\xbf[\xbe\xbf])|[\xf0-\xf4][\x8f\x9f\xaf\xbf]\xbf[\xbe\xbf]")
_REPLACEMENT = "\ufffd".encode()


def parse(text: bytes, max_depth: int = 64) -> JSON:
    """The value of an I-JSON text.

    Raises FormatError for what is not JSON, not UTF-8, deeper than `max_depth`, has a name twice in one object, or an
    integer beyond 2^53 - 1 (RFC 7493 §2.2, RFC 8620 §1.3).
    """
    if text.count(b"[") + text.count(b"{") > max_depth and _depth(_frame(text)) > max_depth:
        raise FormatError(f"nested deeper than {max_depth}")
    try:
        value = cast(JSON, orjson.loads(text))
    except orjson.JSONDecodeError as error:
        raise FormatError(error.msg, error.pos) from None
    if _lost_a_name(text, orjson.dumps(value)):
        raise FormatError("an object has the same name twice")
    if _LONG_NUMBER.search(text):
        frame = _frame(text)
        for number in _LONG_NUMBER.finditer(frame):
            _check_number(frame, number)
    return value


def dumps(value: JSON) -> bytes:
    """The compact UTF-8 text of a value."""
    return orjson.dumps(value)


def encode(value: object) -> bytes:
    """The text that leaves the server, from values and `orjson.Fragment`s.

    What mail may hold and I-JSON must not, Unicode's noncharacters, stands as U+FFFD (RFC 7493 §2.1).
    """
    text = orjson.dumps(value)
    for octet, beginnings in _SUSPECTS:
        if octet in text and any(beginning in text for beginning in beginnings):
            return _NONCHARACTER.sub(_REPLACEMENT, text)
    return text


def loads(text: bytes) -> JSON:
    """The value of a text that we wrote ourselves."""
    return cast(JSON, orjson.loads(text))


def _lost_a_name(text: bytes, again: bytes) -> bool:
    """Whether the text of a value has fewer colons than the text that it came from: a name that stood twice is lost.

    Without escapes a string reads the same in both, and its colons need no setting apart.
    """
    if b"\\" in text:
        text, again = _frame(text), _frame(again)
    return text.count(b":") != again.count(b":")


def _frame(text: bytes) -> bytes:
    """A JSON text without its strings: brackets, colons, commas, numbers and words."""
    if b"\\" in text:
        text = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    return b"".join(text.split(b'"')[::2])


def _depth(frame: bytes) -> int:
    """How deep brackets nest at most."""
    return max(accumulate(map(_STEP.__getitem__, frame.translate(None, _BRACKETS))), default=0)


def _check_number(frame: bytes, digits: re.Match[bytes]) -> None:
    """Refuse an integer beyond 2^53 - 1; digits of a fraction or exponent are no integer."""
    before = frame[digits.start() - 1 : digits.start()] if digits.start() else b""
    after = frame[digits.end() : digits.end() + 1]
    if before in (b".", b"e", b"E", b"+") or after in (b".", b"e", b"E"):
        return
    if len(digits[0]) > 20 or abs(int(digits[0])) > _LARGEST:
        raise FormatError("an integer is beyond 2^53 - 1", digits.start())
