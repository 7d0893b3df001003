"""The zone that a TZID means which is no IANA name: prefixes of vendors, Windows names, lists of cities.

draft-ietf-calext-jscalendar-icalendar §2.1.4 leaves this to implementations. Only names are looked at here.
"""

import re
from functools import lru_cache
from typing import Final

from angarium.formats.timezones.windows import WINDOWS
from angarium.formats.timezones.zones import names

_OFFSET: Final = re.compile(r"\(?(?:GMT|UTC)\s*(?:([+-])\s*(\d{1,2})(?:[:.]?(\d\d))?)?\)?\s*", re.IGNORECASE | re.ASCII)
_CITIES: Final = re.compile(r"[/,;&]|\band\b")
_LONGEST: Final = 255


def iana_name(identifier: str) -> str | None:
    """The IANA name that an identifier is, contains, or stands for; None when nothing is recognised."""
    return _iana_name(identifier) if len(identifier) <= _LONGEST else None


@lru_cache(maxsize=2048)
def _iana_name(identifier: str) -> str | None:
    name = identifier.strip().strip('"')
    if name in names():
        return name
    if not name:
        return None
    windows = name.removesuffix(" Daylight Time") + " Standard Time" if name.endswith(" Daylight Time") else name
    return WINDOWS.get(windows) or _folded().get(name.lower()) or _suffix(name) or _described(name)


@lru_cache(maxsize=1)
def _folded() -> dict[str, str]:
    return {name.lower(): name for name in sorted(names())} | {name.lower(): zone for name, zone in WINDOWS.items()}


@lru_cache(maxsize=1)
def _cities() -> dict[str, str]:
    """The last part of each name, where only one place has it."""
    found: dict[str, str] = {}
    for name in sorted(names()):
        area, _, city = name.rpartition("/")
        if area and not area.startswith(("Etc", "US", "Canada", "Mexico", "Brazil", "Chile")):
            found.setdefault(city.replace("_", " ").lower(), name)
    return found


def _suffix(name: str) -> str | None:
    """Vendors put a prefix before it: `/example.org/20260101_1/Europe/Berlin`."""
    pieces = name.split("/")
    for size in (3, 2, 1):
        if len(pieces) > size and (known := _folded().get("/".join(pieces[-size:]).lower())):
            return known
    return None


def _described(name: str) -> str | None:
    """Descriptions: `(GMT+01.00) Sarajevo/Warsaw/Zagreb`, `(UTC-05:00) Eastern Time (US & Canada)`, `GMT+0200`."""
    found = _OFFSET.match(name)
    rest = name[found.end() :] if found else name
    for city in _CITIES.split(rest):
        if known := _cities().get(city.strip().lower()) or _AMERICAN.get(city.strip().lower().removesuffix(" (us")):
            return known
    if found is None or rest.strip():
        return None
    hours, minutes = int(found[2] or 0), int(found[3] or 0)
    if minutes or hours > 14:
        return None
    # The Etc names count the other way round.
    return f"Etc/GMT{'-' if found[1] == '+' else '+'}{hours}" if hours else "Etc/UTC"


_AMERICAN: Final = {
    "eastern time": "America/New_York",
    "central time": "America/Chicago",
    "mountain time": "America/Denver",
    "pacific time": "America/Los_Angeles",
    "atlantic time (canada)": "America/Halifax",
}
