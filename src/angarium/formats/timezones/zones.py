"""Time zones by their IANA names, and local time to UTC and back as JSCalendar reads it (jscalendarbis §1.5.5).

The rules come from the system's database or the tzdata package, once for each zone. Times are the seconds of
`formats.localtime`; what leaves the calendar at its ends stays at the end.
"""

from datetime import tzinfo
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from angarium.formats.localtime import DAY, END, FIRST, to_datetime

UTC_NAME = "Etc/UTC"


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """The names of all zones, links included; without the few that are no place and no offset."""
    listed = files("tzdata").joinpath("zones").read_text(encoding="ascii").split()
    return frozenset(listed) - {"Factory", "localtime", "posixrules"}


def zone(name: str) -> tzinfo | None:
    """The zone of a name, exactly as the database spells it; None when it has no such zone."""
    return _zone(name) if name in names() else None


@lru_cache(maxsize=700)
def _zone(name: str) -> tzinfo:
    return ZoneInfo(name)


@lru_cache(maxsize=1 << 16)
def to_utc(within: tzinfo, local: int) -> int:
    """The UTC of a local time: of two the earlier, and in a gap as if the offset before it still held."""
    # That is what fold 0 means (PEP 495).
    offset = to_datetime(local, within).utcoffset()
    return _inside(local - offset.days * DAY - offset.seconds if offset is not None else local)


@lru_cache(maxsize=1 << 16)
def to_local(within: tzinfo, utc: int) -> int:
    """The local time of a UTC time."""
    return _inside(utc + offset_at(within, utc))


def offset_at(within: tzinfo, utc: int) -> int:
    """The seconds that a zone is ahead of UTC at a UTC time."""
    # One day from the ends of the calendar no offset leads out of it, and none changes.
    at = to_datetime(min(max(utc, FIRST + DAY), END - DAY - 1), within)
    offset = within.fromutc(at).replace(tzinfo=None) - at.replace(tzinfo=None)
    return offset.days * DAY + offset.seconds


def _inside(seconds: int) -> int:
    return min(max(seconds, FIRST), END - 1)
