"""Properties and parameters that JSContact has no name for, in the form of jCard, and back.

RFC 7095 §3.3 and §3.4 as `vCardProps` and `vCardParams` use them (RFC 9555 §2.15). A value whose type nobody knows
stays as it was written ("unknown", RFC 7095 §5.1), so that it goes back unchanged.
"""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from angarium.formats.contentline import BARE, Line, Parameters, escape, split, texts, unescape
from angarium.formats.json import JSON

_NAME: Final = re.compile(r"[A-Za-z0-9_-]+\Z")
_TYPE: Final = re.compile(r"[A-Za-z0-9-]+\Z")
_TEXTS: Final = (
    "clientpidmap fn gender kind n note org prodid related role title tz uid version xml nickname categories adr"
)
_URIS: Final = "caladruri caluri fburl geo impp key logo member photo sound source url"
_DEFAULTS: Final = MappingProxyType(
    {
        **dict.fromkeys(_TEXTS.split(), "text"),
        **dict.fromkeys(_URIS.split(), "uri"),
        **dict.fromkeys(("bday", "anniversary", "deathdate"), "date-and-or-time"),
        **dict.fromkeys(("rev", "created"), "timestamp"),
        "lang": "language-tag",
    }
)
_STRUCTURED: Final = frozenset({"n", "adr", "org", "gender", "clientpidmap"})


def parameters_to_json(parameters: Parameters, group: str = "") -> dict[str, JSON]:
    """Parameters by names in lower case, one value as a string; the group as one more."""
    found = {_name(name): one_or_all(values) for name, values in parameters.items()}
    return {**found, "group": group} if group else found


def one_or_all(values: Sequence[str]) -> JSON:
    """A single value by itself, several as an array."""
    return values[0] if len(values) == 1 else list(values)


def _name(name: str) -> str:
    return "type" if name == BARE else name.lower()


def parameters_from_json(parameters: Mapping[str, JSON]) -> tuple[dict[str, Sequence[str]], str]:
    """Parameters and group; what no vCard can have is left out."""
    found: dict[str, Sequence[str]] = {}
    for name, value in parameters.items():
        values = value if isinstance(value, list) else [value]
        if _NAME.match(name) and values and all(isinstance(each, str) for each in values):
            found[name.upper()] = [str(each) for each in values]
    group = found.pop("GROUP", [""])[0]
    return found, group if _NAME.match(group) else ""


def to_jcard(line: Line) -> JSON:
    """A line as an entry of `vCardProps`."""
    name = line.name.lower()
    said = line.first("VALUE")
    kind = said.lower() if said and _TYPE.match(said) else _DEFAULTS.get(name, "unknown")
    parameters = {key: values for key, values in line.parameters.items() if key != "VALUE"}
    values: list[JSON] = [line.value]
    if kind == "text":
        if name in _STRUCTURED:
            pieces: list[JSON] = [one_or_all(texts(piece)) for piece in split(line.value, ";")]
            values = pieces if len(pieces) == 1 and isinstance(pieces[0], str) else [pieces]
        elif escape(unescape(line.value)) == line.value:
            values = [unescape(line.value)]
        else:
            kind, parameters = "unknown", dict(line.parameters)
    return [name, parameters_to_json(parameters, line.group), kind, *values]


def from_jcard(entry: JSON) -> Line | None:
    """An entry of `vCardProps` as a line; None for what is none."""
    if not isinstance(entry, list) or len(entry) < 4:
        return None
    name, given, kind, *values = entry
    if not isinstance(name, str) or not _NAME.match(name) or not isinstance(given, dict):
        return None
    parameters, group = parameters_from_json(given)
    kind = kind if isinstance(kind, str) and _TYPE.match(kind) else "unknown"
    if kind not in ("unknown", _DEFAULTS.get(name.lower())):
        parameters["VALUE"] = [kind]
    is_text = kind == "text"
    return Line(name.upper(), ",".join(_value(value, is_text=is_text) for value in values), parameters, group)


def _value(value: JSON, *, is_text: bool) -> str:
    if isinstance(value, list):
        return ";".join(
            ",".join(_value(inner, is_text=is_text) for inner in each)
            if isinstance(each, list)
            else _value(each, is_text=is_text)
            for each in value
        )
    if isinstance(value, bool) or value is None:
        return "true" if value else "false"
    if isinstance(value, dict):
        return ""
    return escape(str(value)) if is_text else str(value)
