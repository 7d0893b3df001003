"""Values that are text or made of text: escapes, lists, structures.

RFC 5545 §3.3.11, RFC 6350 §3.4 and §4: a backslash stands before a backslash, comma, semicolon, and `n` for a new line.
"""

import re
from types import MappingProxyType
from typing import Final

_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_NEW_LINE: Final = MappingProxyType({"n": "\n", "N": "\n"})
_SPECIAL: Final = re.compile(r"[\\,;\n]|\r\n?")
_ESCAPES: Final = MappingProxyType({"\\": "\\\\", ",": "\\,", ";": "\\;", "\n": "\\n", "\r": "\\n", "\r\n": "\\n"})
_PIECE: Final = MappingProxyType(
    {mark: re.compile(rf"(?:^|{mark})((?:[^\\{mark}]++|\\.)*+\\?+)", re.DOTALL) for mark in ",;"}
)


def unescape(text: str) -> str:
    """The text of a value; a backslash before any other character goes, as writers put it before colons too."""
    if "\\" not in text:
        return text
    return _ESCAPED.sub(lambda found: _NEW_LINE.get(found[1], found[1]), text)


def escape(text: str) -> str:
    """A text as a value, or as a piece of one; ends of lines of any kind are a new line."""
    return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], text)


def split(text: str, mark: str) -> list[str]:
    """The pieces of a value between commas or semicolons that are not escaped; the pieces keep their escapes."""
    if "\\" not in text:
        return text.split(mark)
    return _PIECE[mark].findall(text)


def texts(text: str, mark: str = ",") -> list[str]:
    """The pieces of a value, unescaped."""
    if "\\" not in text:
        return text.split(mark)
    return [unescape(piece) for piece in split(text, mark)]
