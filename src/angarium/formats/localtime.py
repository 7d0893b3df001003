"""Calendar time as integers: LocalDateTime and UTCDateTime of JSCalendar (jscalendarbis §1.5.4, §1.5.5) both ways.

A time is counted in seconds: the ordinal of its day in the proleptic Gregorian calendar (1 January of year 1 is 1)
times 86,400, plus the second of the day. Whether it is local or UTC is for the caller to know. Years are 1 to 9999.
"""

import re
from datetime import date, datetime, timedelta, tzinfo

DAY = 86_400
FIRST = DAY
END = (date.max.toordinal() + 1) * DAY
"""The first second that no longer has a date."""

_YEAR_1 = datetime(1, 1, 1)
EPOCH = date(1970, 1, 1).toordinal() * DAY

_LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\Z", re.ASCII)


def parse_local(text: str) -> int | None:
    """The seconds of a LocalDateTime; None for any other text."""
    if _LOCAL.match(text) is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return from_datetime(moment)


def parse_utc(text: str) -> int | None:
    """The seconds of a UTCDateTime, which ends in Z and has no fraction; None for any other text."""
    return parse_local(text[:-1]) if text[-1:] == "Z" else None


def format_local(seconds: int) -> str:
    """The LocalDateTime of a time between FIRST and END."""
    return to_datetime(seconds).isoformat()


def format_utc(seconds: int) -> str:
    """The UTCDateTime of a time between FIRST and END."""
    return format_local(seconds) + "Z"


def from_datetime(moment: datetime) -> int:
    """The seconds that the fields of a datetime show, whatever its zone."""
    return moment.toordinal() * DAY + moment.hour * 3600 + moment.minute * 60 + moment.second


def to_datetime(seconds: int, zone: tzinfo | None = None) -> datetime:
    """The datetime of a zone, or of none, whose fields show a time between FIRST and END."""
    return (_YEAR_1.replace(tzinfo=zone) if zone else _YEAR_1) + timedelta(seconds=seconds - FIRST)
