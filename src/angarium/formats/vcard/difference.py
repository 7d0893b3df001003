"""What one JSON object has otherwise than another, as patches: the JSPROP lines of a vCard.

RFC 9555 §3.2.1: pointers never lead into an array, so an array that differs is given whole.
"""

import re
from collections.abc import Mapping
from typing import Final

from angarium.formats.json import JSON
from angarium.formats.pointer import escape

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def difference(wanted: Mapping[str, JSON], actual: Mapping[str, JSON]) -> dict[str, JSON]:
    """The patches that make `actual` the same as `wanted`; what is null in `wanted` is as good as left out."""
    found: dict[str, JSON] = {}
    _compare(wanted, actual, "", found)
    return found


def _compare(wanted: Mapping[str, JSON], actual: Mapping[str, JSON], prefix: str, found: dict[str, JSON]) -> None:
    for name, value in wanted.items():
        other = actual.get(name)
        if value == other and _same_kind(value, other):
            continue
        path = prefix + escape(name)
        if isinstance(value, dict) and isinstance(other, dict) and _can_be_patched(value):
            _compare(value, other, path + "/", found)
        else:
            found[path] = value
    found.update({prefix + escape(name): None for name in actual if name not in wanted})


def _can_be_patched(value: Mapping[str, JSON]) -> bool:
    """Whether every member can be named and set: null would remove it, and a parameter holds no control characters."""
    return None not in value.values() and not any(map(_CONTROL.search, value))


def _same_kind(one: JSON, other: JSON) -> bool:
    """Python takes 1, 1.0 and true for equal, JSON does not; only what is equal and has none inside is the same."""
    if isinstance(one, (bool, int, float)):
        return type(one) is type(other)
    if isinstance(one, list) and isinstance(other, list):
        return all(map(_same_kind, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return all(_same_kind(value, other[name]) for name, value in one.items())
    return True
