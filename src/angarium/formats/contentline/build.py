"""From lines and components to octets: quoting of parameters, folding.

RFC 5545 §3.1, RFC 6350 §3.2, RFC 6868. What cannot stand in a line (control characters) is left out.
"""

import re
from types import MappingProxyType
from typing import Final

from angarium.formats.contentline.values import BARE, Component, Line, Parameters

_LONGEST: Final = 75
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_CONTROL_OF_PARAMETER: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_TO_QUOTE: Final = re.compile(r"[,;:]")
_TO_CARET: Final = re.compile(r"\r\n?|[\^\n\"]")
_CARETS: Final = MappingProxyType({"^": "^^", '"': "^'", "\n": "^n", "\r": "^n", "\r\n": "^n"})


def write(component: Component) -> bytes:
    """A component and all inside it, each line folded and ended by CRLF; as deep as a reader gives it."""
    return b"".join(_pieces(component))


def write_line(line: Line) -> bytes:
    """One line, folded and ended by CRLF; its value is written as it is, so it must be escaped already."""
    group = f"{line.group}." if line.group else ""
    return fold(f"{group}{line.name}{_parameters(line.parameters)}:{_CONTROL.sub('', line.value)}")


def fold(text: str) -> bytes:
    """A logical line as physical ones of at most 75 octets, none of them cutting a character."""
    octets = text.encode("utf-8", "replace")
    if len(octets) <= _LONGEST:
        return octets + b"\r\n"
    folded = [octets[: (start := _boundary(octets, _LONGEST))]]
    while start < len(octets):
        end = _boundary(octets, start + _LONGEST - 1)
        folded.append(octets[start:end])
        start = end
    return b"\r\n ".join(folded) + b"\r\n"


def _boundary(octets: bytes, end: int) -> int:
    """The last place up to `end` where a character begins."""
    while end < len(octets) and octets[end] & 0xC0 == 0x80:
        end -= 1
    return end


def _pieces(component: Component) -> list[bytes]:
    inner = [piece for each in component.components for piece in _pieces(each)]
    lines = [write_line(line) for line in component.lines]
    return [fold(f"BEGIN:{component.name}"), *lines, *inner, fold(f"END:{component.name}")]


def _parameters(parameters: Parameters) -> str:
    if not parameters:
        return ""
    return "".join(
        "".join(f";{value}" for value in values)
        if name == BARE
        else f";{name}={','.join(_quoted(value) for value in values)}"
        for name, values in parameters.items()
    )


def _quoted(value: str) -> str:
    value = _CONTROL_OF_PARAMETER.sub("", _TO_CARET.sub(lambda found: _CARETS[found[0]], value))
    return f'"{value}"' if _TO_QUOTE.search(value) else value
