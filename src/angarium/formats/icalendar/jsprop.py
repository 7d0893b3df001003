"""JSPROP: members of JSCalendar that iCalendar has no property for (draft-ietf-calext-jscalendar-icalendar §4.1.2)."""

from copy import deepcopy
from typing import Final

from angarium.formats import json
from angarium.formats.contentline import Line, escape, unescape
from angarium.formats.errors import FormatError
from angarium.formats.jscalendar import check
from angarium.formats.json import JSON
from angarium.formats.pointer import unescape as token

# What JMAP says of an event in its store, and JSCalendar of none (JMAP calendars §5).
_OF_STORE: Final = frozenset({"id", "baseEventId", "calendarIds", "isDraft", "isOrigin", "utcStart", "utcEnd"})
_NEVER_SET: Final = _OF_STORE | {"@type", "uid", "method", "recurrenceId", "recurrenceOverrides"}
_DEEPEST: Final = 32


def read(made: dict[str, JSON], lines: list[Line]) -> bool:
    """Add the members that are not there yet, unless the entry were invalid with them; whether they were added."""
    trial = deepcopy(made)
    for line in lines:
        _apply(trial, line)
    if made["@type"] != "Group" and check({"uid": "-", "start": "2000-01-01T00:00:00", **trial}):
        return False
    made.update(trial)
    return True


def _apply(made: dict[str, JSON], line: Line) -> None:
    path = line.first("JSPTR")
    if not path:
        return
    try:
        value = json.parse(unescape(line.value).encode("utf-8", "replace"), _DEEPEST)
        *way, last = [token(each) for each in path.split("/")]
    except FormatError:
        return
    target: JSON = made
    for each in way:
        target = target.get(each) if isinstance(target, dict) else None
    if isinstance(target, dict) and last not in target and value is not None and (way or last not in _NEVER_SET):
        target[last] = value


def write(missing: dict[str, JSON]) -> list[Line]:
    """What no other property says, as JSON."""
    return [
        Line("JSPROP", escape(json.dumps(value).decode()), {"JSPTR": [path]})
        for path, value in missing.items()
        if value is not None and '"' not in path
    ]
