"""What JSCalendar has no place for, kept in the form of jCal (RFC 7265 §3.3 to §3.6) and written again.

draft-ietf-calext-jscalendar-icalendar §5.1.1. A value that is not what its type says is kept as it is, as `unknown`.
"""

import re
from types import MappingProxyType
from typing import Final

from angarium.formats import contentline
from angarium.formats.contentline import Component, Line, Parameters
from angarium.formats.icalendar import moments
from angarium.formats.json import JSON
from angarium.formats.localtime import format_local, parse_local

_TYPES: Final = MappingProxyType(
    {
        **dict.fromkeys(
            [
                "action",
                "calscale",
                "categories",
                "class",
                "comment",
                "contact",
                "description",
                "location",
                "method",
                "name",
                "prodid",
                "related-to",
                "relationship",
                "resources",
                "request-status",
                "status",
                "summary",
                "transp",
                "tzid",
                "tzname",
                "uid",
                "version",
                "jsid",
                "refid",
                "location-type",
                "participant-type",
                "resource-type",
                "proximity",
                "busytype",
                "styled-description",
            ],
            "text",
        ),
        **dict.fromkeys(["attach", "url", "tzurl", "source", "image", "link", "conference"], "uri"),
        **dict.fromkeys(["attendee", "organizer", "calendar-address"], "cal-address"),
        **dict.fromkeys(
            [
                "completed",
                "created",
                "dtstamp",
                "last-modified",
                "dtstart",
                "dtend",
                "due",
                "recurrence-id",
                "rdate",
                "exdate",
                "acknowledged",
            ],
            "date-time",
        ),
        **dict.fromkeys(["duration", "trigger", "refresh-interval", "estimated-duration"], "duration"),
        **dict.fromkeys(["percent-complete", "priority", "repeat", "sequence"], "integer"),
        **dict.fromkeys(["tzoffsetfrom", "tzoffsetto"], "utc-offset"),
        **dict.fromkeys(["rrule", "exrule"], "recur"),
        "freebusy": "period",
    }
)
"""The value type of each known property that is kept; any other is `unknown` unless VALUE names one."""
_LISTS: Final = frozenset(["categories", "resources", "location-type", "rdate", "exdate", "freebusy"])
_STRUCTURED: Final = frozenset({"request-status"})
_KNOWN: Final = frozenset(
    [
        "binary",
        "boolean",
        "cal-address",
        "date",
        "date-time",
        "duration",
        "float",
        "integer",
        "period",
        "recur",
        "text",
        "time",
        "uri",
        "utc-offset",
    ]
)
_INTEGER: Final = re.compile(r"-?(?:0|[1-9]\d{0,14})\Z", re.ASCII)
_JCAL_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\dZ?)?\Z", re.ASCII)
_DEEPEST: Final = 32


def from_line(line: Line, without: frozenset[str] = frozenset()) -> list[JSON]:
    """A property as jCal."""
    name = line.name.lower()
    kind = (line.first("VALUE") or _TYPES.get(name, "unknown")).lower()
    values = _read(line.value, name, kind)
    if values is None:
        kind, values = "unknown", [line.value]
    return [name, from_parameters(line.parameters, without), kind, *values]


def from_parameters(parameters: Parameters, without: frozenset[str] = frozenset()) -> dict[str, JSON]:
    """Parameters as jCal has them, VALUE left out."""
    return {
        name.lower(): values[0] if len(values) == 1 else list(values)
        for name, values in parameters.items()
        if name != "VALUE" and name not in without and values
    }


def from_component(component: Component) -> JSON:
    """A component and all inside as jCal."""
    return [
        component.name.lower(),
        [from_line(line) for line in component.lines],
        [from_component(inner) for inner in component.components],
    ]


def _read(value: str, name: str, kind: str) -> list[JSON] | None:
    """The values of a property; None when one is not of the type."""
    if kind == "text":
        if name in _STRUCTURED:
            return [list(contentline.texts(value, ";"))]
        return list(contentline.texts(value)) if name in _LISTS else [contentline.unescape(value)]
    if kind not in _KNOWN:
        return [value]
    pieces = value.split(",") if name in _LISTS else [value]
    found = [_value(piece, kind) for piece in pieces]
    return None if None in found else found


def _value(text: str, kind: str) -> JSON:
    if kind == "integer":
        return int(text) if _INTEGER.match(text) else None
    if kind == "boolean":
        return {"TRUE": True, "FALSE": False}.get(text)
    if kind in ("date", "date-time"):
        found = moments.parse(text)
        if found is None or found.whole_day != (kind == "date"):
            return None
        shown = format_local(found.seconds)
        made = shown[:10] if found.whole_day else shown + ("Z" if found.utc else "")
        return made if _moment_text(made) == text else None
    return text


def to_line(kept: JSON) -> Line | None:
    """A property of jCal as a line; None when it is no property."""
    if not isinstance(kept, list) or len(kept) < 4:
        return None
    name, given, kind, *values = kept
    if not isinstance(name, str) or not isinstance(given, dict) or not isinstance(kind, str) or not _name(name):
        return None
    parameters = to_parameters(given)
    if kind not in ("unknown", _TYPES.get(name, "unknown")):
        parameters["VALUE"] = [kind.upper()]
    texts = [_text(value, kind, name) for value in values]
    return Line(name.upper(), ",".join(texts), parameters)


def to_parameters(given: dict[str, JSON]) -> dict[str, list[str]]:
    """Parameters of jCal as those of a line."""
    return {
        name.upper(): [str(value) for value in values] if isinstance(values, list) else [str(values)]
        for name, values in given.items()
        if (_name(name) or not name) and values is not None
    }


def to_component(kept: JSON, depth: int = 0) -> Component | None:
    """A component of jCal; None when it is none."""
    if not isinstance(kept, list) or len(kept) != 3 or not isinstance(kept[0], str) or not _name(kept[0]):
        return None
    lines, inner = kept[1], kept[2]
    if not isinstance(lines, list) or not isinstance(inner, list) or depth > _DEEPEST:
        return None
    made = Component(kept[0].upper())
    made.lines += [line for line in map(to_line, lines) if line is not None]
    made.components += [each for each in (to_component(one, depth + 1) for one in inner) if each is not None]
    return made


def _name(text: str) -> bool:
    return bool(text) and text.replace("-", "").replace("_", "").isalnum() and text.isascii()


def _text(value: JSON, kind: str, name: str) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, list):
        return ";".join(_text(each, kind, name) for each in value)
    if isinstance(value, dict):
        # A RECUR in the form of RFC 7265 §3.6.10.
        return ";".join(f"{part.upper()}={_parts(inner)}" for part, inner in value.items())
    text = "" if value is None else str(value)
    if kind == "text":
        return contentline.escape(text)
    return _moment_text(text) if kind in ("date", "date-time") else text


def _parts(value: JSON) -> str:
    if isinstance(value, list):
        return ",".join(_parts(each) for each in value)
    return _moment_text(str(value))


def _moment_text(text: str) -> str:
    if not _JCAL_TIME.match(text):
        return text
    if parse_local(text[:10] + "T00:00:00") is None:
        return text
    return text.replace("-", "").replace(":", "")


def lines_of(component: dict[str, JSON]) -> list[Line]:
    """The lines that an `iCalendar` property keeps."""
    found = component.get("properties")
    return [line for line in map(to_line, found) if line is not None] if isinstance(found, list) else []


def components_of(component: dict[str, JSON]) -> list[Component]:
    """The components that an `iCalendar` property keeps."""
    found = component.get("components")
    return [each for each in map(to_component, found) if each is not None] if isinstance(found, list) else []
