"""Dates as mail writes them.

Lenient towards everything that real messages carry, total, and free of locale and clock. RFC 5322 §3.3 and §4.3,
RFC 3339 for what goes out.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Final

from angarium.formats.message.header_text import unfolded, without_comments
from angarium.formats.message.values import Header

_LONGEST: Final = 200
_MONTH_NAMES: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS: Final = MappingProxyType({name.lower(): at for at, name in enumerate(_MONTH_NAMES, 1)})
_MONTH: Final = r"(?P<month>[A-Za-z]{3})[A-Za-z]{0,6}\.?"
_TIME: Final = r"(?P<hour>\d{1,2})\s*[:.]\s*(?P<minute>\d{1,2})(?:\s*[:.]\s*(?P<second>\d{1,2}))?(?:[.,]\d{1,9})?"
_HALF: Final = r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?(?![A-Za-z]))?"
_ZONE: Final = r"(?:\s*(?P<zone>[+-]\s*\d{1,2}:?\d{2}|[A-Za-z]{1,5}(?:\s*[+-]\d{1,2}:?\d{2})?|\d{4}(?!\d)))?"
_DAY_NAME: Final = r"\s*(?:[A-Za-z]{2,9}\.?\s*,?\s*)?"
_SHAPES: Final = tuple(
    re.compile(shape)
    for shape in (
        rf"{_DAY_NAME}(?P<day>\d{{1,2}})[\s-]+{_MONTH}[\s,-]+(?P<year>\d{{2,4}})(?:,?\s+{_TIME}{_HALF}{_ZONE})?",
        rf"{_DAY_NAME}{_MONTH}\s+(?P<day>\d{{1,2}}),?\s+{_TIME}{_HALF}(?P<zone>\s+[A-Z]{{1,5}})?\s+(?P<year>\d{{4}})"
        rf"(?:\s+(?P<zone2>[+-]\d{{4}}))?",
        rf"{_DAY_NAME}{_MONTH}\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}})(?:,?\s+{_TIME}{_HALF}{_ZONE})?",
        rf"{_DAY_NAME}(?P<year>\d{{4}})[-/](?P<month>\d{{1,2}})[-/](?P<day>\d{{1,2}})(?:[T\s]\s*{_TIME}{_ZONE})?",
    )
)
_NAMED_ZONES: Final = MappingProxyType(  # hours; RFC 5322 §4.3, then the unambiguous ones of Europe and Asia
    {"UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6}
    | {"PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MET": 1}
    | {"CEST": 2, "MEST": 2, "MESZ": 2, "MEZ": 1, "EET": 2, "EEST": 3, "MSK": 3, "MSD": 4, "JST": 9, "KST": 9}
    | {"AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13}
)
_OFFSET: Final = re.compile(r"([+-])\s*(\d{1,2}):?(\d{2})")
_RFC3339: Final = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:[Zz]|([+-])(\d{2}):(\d{2}))", re.ASCII
)
_COMMENTING: Final = frozenset('()<>"\\')
_DAY_NAMES: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def parse_date(text: str) -> datetime | None:
    """Read a date-time as found in mail; None for what is none. Zones we do not know count as UTC."""
    text = without_comments(text[:_LONGEST]).strip()
    for shape in _SHAPES:
        found = shape.match(text)
        if found is not None:
            return _moment(found.groupdict())
    return None


def _moment(found: dict[str, str | None]) -> datetime | None:
    month_name = found["month"] or ""
    month = int(month_name) if month_name.isdigit() else _MONTHS.get(month_name.lower(), 0)
    hour = int(found.get("hour") or 0)
    half = (found.get("half") or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return datetime(
            _year(found["year"] or ""),
            month,
            int(found["day"] or 0),
            hour,
            int(found.get("minute") or 0),
            min(int(found.get("second") or 0), 59),  # a leap second has no place in datetime
            tzinfo=_zone(found.get("zone2") or found.get("zone") or ""),
        )
    except ValueError:
        return None


def _year(digits: str) -> int:
    """RFC 5322 §4.3: two digits up to 49 are this century, other short years count from 1900."""
    year = int(digits)
    if len(digits) == 2:
        return year + (2000 if year < 50 else 1900)
    return year + 1900 if len(digits) == 3 else year


def _zone(text: str) -> timezone:
    offset = _OFFSET.search(text)
    if offset is None:
        return timezone(timedelta(hours=_NAMED_ZONES.get(text.strip().upper(), 0)))
    minutes = int(offset[2]) * 60 + int(offset[3])
    if minutes >= 24 * 60:
        return UTC
    return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))


def format_rfc3339(moment: datetime) -> str:
    """Write an aware datetime as a JMAP Date, in its own offset (RFC 8620 §1.4)."""
    written = moment.replace(tzinfo=None, microsecond=0).isoformat()
    offset = moment.utcoffset() or timedelta()
    minutes = offset // timedelta(minutes=1)
    if not minutes:
        return f"{written}Z"
    return f"{written}{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def parse_rfc3339(text: str) -> datetime | None:
    """Read a JMAP Date; fractions of a second, which mail cannot say, are dropped."""
    found = _RFC3339.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(digits) for digits in found.groups()[:6])
    offset = timedelta(hours=int(found[8] or 0), minutes=int(found[9] or 0))
    try:
        zone = timezone(-offset if found[7] == "-" else offset)
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)
    except ValueError:
        return None


def format_rfc5322(moment: datetime) -> str:
    """Write an aware datetime for a Date field (RFC 5322 §3.3)."""
    minutes = (moment.utcoffset() or timedelta()) // timedelta(minutes=1)
    return (
        f"{_DAY_NAMES[moment.weekday()]}, {moment.day:02} {_MONTH_NAMES[moment.month - 1]} {moment.year:04} "
        f"{moment.hour:02}:{moment.minute:02}:{moment.second:02} "
        f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
    )


def received_date(headers: Iterable[Header]) -> int | None:
    """Give when the message was last handed on: the topmost Received field with a readable date.

    Milliseconds since 1970 in UTC; None when no Received field has a date. RFC 8621 §4.8, RFC 5321 §4.4.
    """
    for header in headers:
        if header.name.lower() == "received":
            text = unfolded(header.raw)
            date = text.rpartition(";")[2]
            if not _COMMENTING.isdisjoint(date):  # the semicolon may be one of a comment
                date = without_comments(text).rpartition(";")[2]
            moment = parse_date(date)
            if moment is not None:
                return (moment - _EPOCH) // _MILLISECOND
    return None
