"""Files of iCalendar from a few lines."""

from angarium.formats.icalendar import Calendar, parse
from angarium.formats.json import JSON

UTC_START = "DTSTART:20260105T090000Z"


def component(name: str, *lines: str) -> str:
    return "\r\n".join([f"BEGIN:{name}", *lines, f"END:{name}"])


def event(*lines: str, uid: str = "u", start: str = UTC_START) -> str:
    return component("VEVENT", f"UID:{uid}", start, *lines)


def calendar(*parts: str) -> bytes:
    return (component("VCALENDAR", "VERSION:2.0", "PRODID:-//T//T//EN", *parts) + "\r\n").encode()


def read(*parts: str) -> Calendar:
    return parse(calendar(*parts))


def only(*parts: str) -> dict[str, JSON]:
    """The one entry of a file in which nothing is wrong."""
    found = read(*parts)
    assert found.problems == []
    (entry,) = found.entries
    return entry


def told(*parts: str) -> list[str]:
    return [f"{problem.of}: {problem.text}" for problem in read(*parts).problems]
