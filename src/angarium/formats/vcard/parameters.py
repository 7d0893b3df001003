"""Parameters that become properties of a JSContact object, both ways: one row each.

RFC 9555 §2.3. What a row cannot take stays in `vCardParams`.
"""

import re
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from angarium.formats.contentline import Line
from angarium.formats.jscontact import patterns
from angarium.formats.json import JSON
from angarium.formats.vcard.dates import timestamp, write_timestamp
from angarium.formats.vcard.jcard import one_or_all

_NAMED_ZONE: Final = re.compile(rf"(?:{patterns.ZONE})\Z").match
_SCALE: Final = re.compile(rf"(?:{patterns.CALENDAR_SCALE})\Z")
_OFFSET: Final = re.compile(r"([+-])(\d\d):?(00)?\Z", re.ASCII)
_LANGUAGE: Final = re.compile(rf"(?:{patterns.LANGUAGE})\Z")
# Parameters that say how to read the line, and those that a conversion makes anew.
_USED_UP: Final = frozenset({"VALUE", "PROP-ID", "JSCOMPS", "DERIVED"})
_USED_BY: Final = MappingProxyType({"ORG": frozenset({"SORT-AS"}), "N": frozenset({"SORT-AS", "PHONETIC", "SCRIPT"})})
_NONE: Final[frozenset[str]] = frozenset()
_LEVELS: Final = MappingProxyType({"beginner": "low", "average": "medium", "expert": "high"})
_OF_EXPERTISE: Final = MappingProxyType({low: name for name, low in _LEVELS.items()})
_FURTHEST: Final = {"+": 14, "-": 12}

Reader = Callable[[MutableMapping[str, JSON], Sequence[str]], Sequence[str]]
"""Puts what the values say into an object, and gives back the values that it could not take."""

Writer = Callable[[Mapping[str, JSON]], Sequence[str]]
"""The values that an object gives; none when the parameter is not to be written."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of vCard and how it maps."""

    name: str
    read: Reader
    write: Writer


def _one(name: str, member: str, read: Callable[[str], JSON], write: Callable[[JSON], str | None]) -> Parameter:
    """A parameter with one value for one property; `read` and `write` give None for what has no counterpart."""

    def reader(target: MutableMapping[str, JSON], values: Sequence[str]) -> Sequence[str]:
        value = read(",".join(values))
        if value is None or member in target:
            return values
        target[member] = value
        return ()

    def writer(source: Mapping[str, JSON]) -> Sequence[str]:
        value = source.get(member)
        text = None if value is None else write(value)
        return () if text is None else (text,)

    return Parameter(name, reader, writer)


def _text(value: JSON) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: JSON) -> str | None:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _matching(pattern: str) -> Callable[[str], JSON]:
    match = re.compile(rf"(?:{pattern})\Z").match
    return lambda text: text if match(text) else None


def _range(most: int) -> Callable[[str], JSON]:
    return lambda text: (
        int(text)
        if text.isascii() and text.isdigit() and len(text) <= len(str(most)) and 1 <= int(text) <= most
        else None
    )


def zone(text: str) -> str | None:
    """The time zone of a TZ value: its name, or that of an offset of whole hours (RFC 9555 §2.8.2)."""
    found = _OFFSET.match(text)
    if not found:
        return text if _NAMED_ZONE(text) else None
    hours = int(found[2])
    if hours > _FURTHEST[found[1]]:
        return None
    return f"Etc/GMT{'-' if found[1] == '+' else '+'}{hours}" if hours else "Etc/UTC"


def _types(*tables: tuple[str, Mapping[str, str]]) -> Parameter:
    """TYPE: which set each value belongs to, and its name there."""
    places = {value: (member, name) for member, table in tables for value, name in table.items()}
    back = [(member, {name: value for value, name in table.items()}) for member, table in tables]

    def reader(target: MutableMapping[str, JSON], values: Sequence[str]) -> Sequence[str]:
        left = []
        for value in (each for joined in values for each in joined.split(",")):
            place = places.get(value.lower())
            chosen = target.setdefault(place[0], {}) if place else None
            if place and isinstance(chosen, dict):
                chosen[place[1]] = True
            elif value:
                left.append(value)
        return left

    def writer(source: Mapping[str, JSON]) -> Sequence[str]:
        return [
            value
            for member, names in back
            if isinstance(chosen := source.get(member), dict)
            for name in chosen
            if (value := names.get(name))
        ]

    return Parameter("TYPE", reader, writer)


def _level(*, expertise: bool) -> Parameter:
    known, back = (_LEVELS, _OF_EXPERTISE) if expertise else ({}, {})
    return _one(
        "LEVEL",
        "level",
        lambda text: known.get(text.lower(), text.lower() if text.lower() in ("high", "medium", "low") else None),
        lambda value: back.get(value, value) if isinstance(value, str) else None,
    )


def _author(name: str, member: str) -> Parameter:
    def reader(target: MutableMapping[str, JSON], values: Sequence[str]) -> Sequence[str]:
        author = target.setdefault("author", {})
        if isinstance(author, dict):
            author[member] = ",".join(values)
        return ()

    def writer(source: Mapping[str, JSON]) -> Sequence[str]:
        author = source.get("author")
        value = author.get(member) if isinstance(author, dict) else None
        return (value,) if isinstance(value, str) else ()

    return Parameter(name, reader, writer)


def _calendar_scale() -> Parameter:
    def reader(target: MutableMapping[str, JSON], values: Sequence[str]) -> Sequence[str]:
        date, scale = target.get("date"), values[0].lower()
        if not isinstance(date, dict) or "@type" in date or not _SCALE.match(scale):
            return values
        date["calendarScale"] = scale
        return ()

    def writer(source: Mapping[str, JSON]) -> Sequence[str]:
        date = source.get("date")
        scale = date.get("calendarScale") if isinstance(date, dict) else None
        return (scale,) if isinstance(scale, str) else ()

    return Parameter("CALSCALE", reader, writer)


_CONTEXTS: Final = {"home": "private", "work": "work"}
_OF_ADDRESSES: Final = {**_CONTEXTS, "billing": "billing", "delivery": "delivery"}
_FEATURES: Final = {
    "cell": "mobile",
    **{name: name for name in ("fax", "main-number", "pager", "text", "textphone", "video", "voice")},
}

PREF: Final = _one("PREF", "pref", _range(100), _number)
TYPE: Final = _types(("contexts", _CONTEXTS))
ADDRESS_TYPE: Final = _types(("contexts", _OF_ADDRESSES))
PHONE_TYPE: Final = _types(("contexts", _CONTEXTS), ("features", _FEATURES))
MEDIATYPE: Final = _one("MEDIATYPE", "mediaType", _matching(patterns.MEDIA_TYPE), _text)
INDEX: Final = _one("INDEX", "listAs", _range(2**53 - 1), _number)
LEVEL: Final = _level(expertise=False)
EXPERTISE_LEVEL: Final = _level(expertise=True)
SERVICE_TYPE: Final = _one("SERVICE-TYPE", "service", lambda text: text, _text)
_USER: Final = _one("USERNAME", "user", lambda text: text, _text)
# RFC 9554 §4.10: the parameter goes with a URI; without one the user name is the value.
USERNAME: Final = Parameter("USERNAME", _USER.read, lambda source: _USER.write(source) if "uri" in source else ())
AUTHOR: Final = _author("AUTHOR", "uri")
AUTHOR_NAME: Final = _author("AUTHOR-NAME", "name")
CREATED: Final = _one(
    "CREATED", "created", timestamp, lambda value: write_timestamp(value) if isinstance(value, str) else None
)
CC: Final = _one("CC", "countryCode", _matching(patterns.COUNTRY), _text)
GEO: Final = _one("GEO", "coordinates", _matching(patterns.GEO), _text)
TZ: Final = _one("TZ", "timeZone", zone, _text)
# RFC 9554 §4.5 writes new lines as backslash and n, RFC 6868 has a way of its own for them.
LABEL: Final = _one("LABEL", "full", lambda text: text.replace("\\n", "\n").replace("\\,", ","), _text)
CALSCALE: Final = _calendar_scale()
SCRIPT: Final = _one("SCRIPT", "phoneticScript", _matching(patterns.SCRIPT), _text)


def table(*parameters: Parameter) -> Mapping[str, Parameter]:
    """Parameters by their names."""
    return MappingProxyType({parameter.name: parameter for parameter in parameters})


def read_parameters(entry: MutableMapping[str, JSON], known: Mapping[str, Parameter], line: Line) -> None:
    """Parameters of a line into the entry that it became; what does not map into its `vCardParams`."""
    if not line.parameters:
        return
    used = _USED_BY.get(line.name, _NONE)
    for name, values in line.parameters.items():
        if name in _USED_UP or name in used:
            continue
        parameter = known.get(name)
        left = parameter.read(entry, values) if parameter else values
        if left:
            kept_parameters(entry)[name.lower()] = one_or_all(left)


def kept_parameters(entry: MutableMapping[str, JSON]) -> dict[str, JSON]:
    """The `vCardParams` of an entry, to be added to (RFC 9555 §2.15.2)."""
    found = entry.setdefault("vCardParams", {})
    return found if isinstance(found, dict) else {}


def tag(text: str | None) -> str | None:
    """A language tag in its usual case (RFC 5646 §2.1.1); None for what is none."""
    if text is None or not _LANGUAGE.match(text):
        return None
    first, *rest = text.split("-")
    # RFC 5646: four letters are a script, two after the first a region, all else is lower case.
    cases = {2: str.upper, 4: str.title}
    return "-".join([first.lower(), *(cases.get(len(part), str.lower)(part) for part in rest)])
