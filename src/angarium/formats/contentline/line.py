"""One logical line to its name, group, parameters and value.

RFC 5545 §3.1, RFC 6350 §3.3 (groups), RFC 6868 (carets in parameters); parameters without a name as vCard 2.1 has them.
"""

import re
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from angarium.formats.contentline.values import BARE, Line, Parameters
from angarium.formats.errors import FormatError

_NAME: Final = re.compile(r"[A-Za-z0-9_-]+\Z")
_QUOTED_HEAD: Final = re.compile(r'[^":]*+(?:"[^"]*+"[^":]*+)*+:')
_PARAMETER: Final = re.compile(r';((?:[^";]++|"[^"]*+"?)*+)')
_VALUE: Final = re.compile(r'(?:^|,)((?:[^",]++|"[^"]*+"?)*+)')
_CARET: Final = re.compile(r"\^([n'^])")
_CARETS: Final = MappingProxyType({"n": "\n", "'": '"', "^": "^"})
_LONGEST_KEPT: Final = 120
_NONE: Final[Parameters] = MappingProxyType({})


def parse_line(text: str) -> Line:
    """Read a logical line; raises FormatError when it has no colon or no name."""
    head, colon, value = text.partition(":")
    if '"' in head:
        found = _QUOTED_HEAD.match(text)
        if found:
            head, value = found[0][:-1], text[found.end() :]
    if not colon:
        raise FormatError("a line has no colon")
    group, name, parameters = _kept(head) if len(head) <= _LONGEST_KEPT else _head(head)
    return Line(name, value, parameters, group)


def _head(head: str) -> tuple[str, str, Parameters]:
    """Group, name and parameters; what may be shared, for the same heads come again and again."""
    first, semicolon, rest = head.partition(";")
    group, _, name = first.strip().rpartition(".")
    if not _NAME.match(name) or (group and not _NAME.match(group)):
        raise FormatError(f"'{first[:40]}' is not the name of a property")
    return group, name.upper(), _parameters(semicolon + rest) if rest else _NONE


_kept = lru_cache(maxsize=2048)(_head)


def _parameters(text: str) -> Parameters:
    found: dict[str, list[str]] = {}
    for piece in _PARAMETER.findall(text) if '"' in text else text[1:].split(";"):
        name, equals, values = piece.partition("=")
        if equals:
            found.setdefault(name.strip().upper(), []).extend(_values(values))
        elif name.strip():
            found.setdefault(BARE, []).append(name.strip())
    return found


def _values(text: str) -> list[str]:
    """The values of one parameter; quotes go, wherever they stand."""
    pieces = _VALUE.findall(text) if '"' in text else text.split(",")
    if '"' in text:
        pieces = [piece.replace('"', "") for piece in pieces]
    if "^" in text:
        pieces = [_CARET.sub(lambda caret: _CARETS[caret[1]], piece) for piece in pieces]
    return pieces
