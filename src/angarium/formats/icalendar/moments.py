"""DATE, DATE-TIME and their lists: from the texts of iCalendar to seconds of `formats.localtime` and back.

RFC 5545 §3.3.4, §3.3.5. Leniently: a Z after a date and spaces around are overlooked, a leap second is the second
before.
"""

import re
from typing import Final, NamedTuple

from angarium.formats.localtime import format_local, parse_local

_FORM: Final = re.compile(r"\s*(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d))?(Z?)\s*\Z", re.ASCII | re.IGNORECASE)


class Moment(NamedTuple):
    """A date or a time as written: its local seconds, whether it is a whole day, and whether it is UTC."""

    seconds: int
    whole_day: bool
    utc: bool


def parse(text: str) -> Moment | None:
    """The moment of a DATE or DATE-TIME; None for any other text."""
    found = _FORM.match(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, zulu = found.groups()
    if hour is None:
        seconds = parse_local(f"{year}-{month}-{day}T00:00:00")
        return None if seconds is None else Moment(seconds, True, False)
    seconds = parse_local(f"{year}-{month}-{day}T{hour}:{minute}:{'59' if second == '60' else second}")
    return None if seconds is None else Moment(seconds, False, bool(zulu))


def date(seconds: int) -> str:
    """The DATE of a time."""
    return format_local(seconds)[:10].replace("-", "")


def date_time(seconds: int, utc: bool = False) -> str:
    """The DATE-TIME of a time."""
    text = format_local(seconds)
    return f"{text[:10].replace('-', '')}T{text[11:].replace(':', '')}{'Z' if utc else ''}"


def utc_text(seconds: int) -> str:
    """The UTCDateTime of a time."""
    return format_local(seconds) + "Z"


def to_utc_text(text: str) -> str | None:
    """The UTCDateTime of a DATE-TIME that should be in UTC, taken as such when it does not say so."""
    found = parse(text)
    return None if found is None else utc_text(found.seconds)


def from_utc_text(text: str) -> str:
    """The DATE-TIME of a valid UTCDateTime."""
    return text.replace("-", "").replace(":", "")
