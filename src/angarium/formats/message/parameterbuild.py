"""Writing structured MIME fields with their parameters.

RFC 2045 §5.1 for plain values, RFC 2231 for those that are long or not ASCII.
"""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote_from_bytes

from angarium.formats.message.headerbuild import AIM, InvalidHeader, check_text, fold

_TOKEN_VALUE: Final = re.compile(r"[!#-'*+.0-9A-Z^-~-]{1,60}")
_QUOTABLE: Final = re.compile(r"[ -~]{1,60}")
_ATTRIBUTE: Final = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_LONGEST_VALUE: Final = 4_000
_PERCENT_STEP: Final = re.compile(r"(?:%[0-9A-F]{2}|[^%])")


def write_structured(field: str, value: str, parameters: Iterable[tuple[str, str]]) -> bytes:
    """Write a whole field, CRLF included; `value` must be fit to stand as it is."""
    pieces = [f" {value}"]
    for attribute, content in parameters:
        for piece in _parameter(field, attribute, check_text(field, content)):
            pieces[-1] += ";"
            pieces.append(f" {piece}")
    return f"{field}:{fold(pieces, len(field) + 1)}\r\n".encode("ascii")


def _parameter(field: str, attribute: str, content: str) -> list[str]:
    if not _ATTRIBUTE.fullmatch(attribute) or len(content) > _LONGEST_VALUE:
        raise InvalidHeader(field, f"parameter {attribute[:40]} cannot be written")
    if _TOKEN_VALUE.fullmatch(content):
        return [f"{attribute}={content}"]
    if _QUOTABLE.fullmatch(content) and "=?" not in content:
        escaped = content.replace("\\", "\\\\").replace('"', '\\"')
        return [f'{attribute}="{escaped}"']
    return _extended(attribute, content)


def _extended(attribute: str, content: str) -> list[str]:
    encoded = "utf-8''" + quote_from_bytes(content.encode(), safe="!#$&+^_`{|}~.-")
    if len(attribute) + 2 + len(encoded) < AIM:
        return [f"{attribute}*={encoded}"]
    room = AIM - len(attribute) - len("*999*=; ")
    sections: list[str] = [""]
    for step in _PERCENT_STEP.findall(encoded):
        if len(sections[-1]) + len(step) > room:
            sections.append("")
        sections[-1] += step
    return [f"{attribute}*{place}*={section}" for place, section in enumerate(sections)]
