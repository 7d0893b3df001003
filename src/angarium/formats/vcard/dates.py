"""Dates of vCard to those of JSContact and back.

RFC 6350 §4.3 (basic forms), the extended forms of version 3.0, RFC 9553 §1.4.5 and §2.8.1, RFC 9555 §2.2.2.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from angarium.formats.json import JSON
from angarium.formats.primitives import parse_utc

_TIMED: Final = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)[Tt ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?(?:([Zz])|([+-])(\d\d):?(\d\d)?)?\Z",
    re.ASCII,
)
_DAY: Final = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)\Z", re.ASCII)
_MONTH: Final = re.compile(r"(\d{4})(?:-(\d\d))?\Z", re.ASCII)
_YEARLY: Final = re.compile(r"--(\d\d)-?(\d\d)\Z", re.ASCII)
_UTC: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z\Z", re.ASCII)
_LEAP_YEAR: Final = 2000


class Date(NamedTuple):
    """A date of an anniversary; `exact` is False when the text had more than it can hold (a time without a zone)."""

    value: dict[str, JSON]
    exact: bool = True


def timestamp(text: str) -> str | None:
    """The UTCDateTime of a TIMESTAMP; None without a complete date, hour, minute, second and zone."""
    found = _TIMED.match(text)
    return _moment(found) if found and found[6] else None


def date(text: str) -> Date | None:
    """What an anniversary says; None for a month, a day or a time alone, and for what is no date."""
    if found := _DAY.match(text):
        return _checked(year=int(found[1]), month=int(found[2]), day=int(found[3]))
    if found := _YEARLY.match(text):
        return _checked(month=int(found[1]), day=int(found[2]))
    if found := _MONTH.match(text):
        return _checked(year=int(found[1]), **({"month": int(found[2])} if found[2] else {}))
    if not (found := _TIMED.match(text)):
        return None
    if found[8] or found[9]:
        utc = _moment(found)
        return Date({"@type": "Timestamp", "utc": utc}, found[6] is not None) if utc else None
    day = _checked(year=int(found[1]), month=int(found[2]), day=int(found[3]))
    return Date(day.value, exact=False) if day else None


def write_timestamp(utc: str) -> str | None:
    """A UTCDateTime in the basic form; None when it has a fraction, which vCard has no place for."""
    found = _UTC.match(utc)
    return f"{found[1]}{found[2]}{found[3]}T{found[4]}{found[5]}{found[6]}Z" if found and parse_utc(utc) else None


def write_date(value: Mapping[str, JSON]) -> str | None:
    """A PartialDate or Timestamp; None when vCard has no form for it."""
    if value.get("@type") == "Timestamp":
        utc = value.get("utc")
        return write_timestamp(utc) if isinstance(utc, str) else None
    year, month, day = (_number(value.get(name)) for name in ("year", "month", "day"))
    if year is not None and year > 9999:
        return None
    if month is None:
        return None if year is None or day is not None else f"{year:04d}"
    if year is None:
        return None if day is None else f"--{month:02d}{day:02d}"
    return f"{year:04d}-{month:02d}" if day is None else f"{year:04d}{month:02d}{day:02d}"


def _number(value: JSON) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _checked(**parts: int) -> Date | None:
    month, day = parts.get("month", 1), parts.get("day", 1)
    if not 1 <= month <= 12:
        return None
    year = parts.get("year", _LEAP_YEAR) % 400 + 400  # leap years come again, and year 0 has a calendar too
    return Date(dict(parts)) if 1 <= day <= monthrange(year, month)[1] else None


def _moment(found: re.Match[str]) -> str | None:
    """The UTCDateTime of a date and time with its zone; None without a zone, or when it is none."""
    if not found[8] and not found[9]:
        return None
    fraction = (found[7] or "")[:6].rstrip("0")
    try:
        moment = datetime(*map(int, found.group(1, 2, 3, 4, 5)), min(int(found[6] or 0), 59))  # type: ignore[call-arg,arg-type]
        if found[9]:
            offset = timedelta(hours=int(found[10]), minutes=int(found[11] or 0))
            moment += -offset if found[9] == "+" else offset
    except (ValueError, OverflowError):
        return None
    return moment.isoformat() + (f".{fraction}Z" if fraction else "Z")
