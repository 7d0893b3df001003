"""Duration and SignedDuration: days that follow the calendar, then exact seconds.

jscalendarbis §1.5.6, §1.5.7, RFC 5545 §3.3.6.
"""

import re
from typing import Final, NamedTuple

_LENIENT: Final = re.compile(
    r"([+-]?)P(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,12})S)?)?\Z", re.ASCII
)
_STRICT: Final = re.compile(
    r"P(?:(?:\d{1,9}W(?:\d{1,9}D)?|\d{1,9}D)(?:T(?:\d{1,9}H(?:\d{1,9}M(?:\d{1,12}S)?)?|\d{1,9}M(?:\d{1,12}S)?|\d{1,12}S))?"
    r"|T(?:\d{1,9}H(?:\d{1,9}M(?:\d{1,12}S)?)?|\d{1,9}M(?:\d{1,12}S)?|\d{1,12}S))\Z",
    re.ASCII,
)


class Duration(NamedTuple):
    """So many days by the calendar, then so many seconds; both negative when the duration is."""

    days: int
    seconds: int


NOTHING: Final = Duration(0, 0)


def parse(text: str) -> Duration | None:
    """The value of a duration with or without sign, also where a part between others is missing; else None."""
    found = _LENIENT.match(text)
    if found is None or text[-1] in "PT":
        return None
    sign, weeks, days, hours, minutes, seconds = found.groups()
    factor = -1 if sign == "-" else 1
    return Duration(
        factor * (int(weeks or 0) * 7 + int(days or 0)),
        factor * (int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)),
    )


def is_duration(text: str) -> bool:
    """Whether a text is a Duration to the letter."""
    return _STRICT.match(text) is not None


def is_signed(text: str) -> bool:
    """Whether a text is a SignedDuration to the letter."""
    return _STRICT.match(text, 1 if text[:1] in ("+", "-") else 0) is not None


def write(duration: Duration) -> str:
    """The shortest text of a duration: days, never weeks; a minus before it when it is negative."""
    days, seconds = duration
    sign = "-" if days < 0 or seconds < 0 else ""
    minutes, second = divmod(abs(seconds), 60)
    hour, minute = divmod(minutes, 60)
    date = f"{abs(days)}D" if days else ""
    time = f"{hour}H" if hour else ""
    if minute or (hour and second):
        time += f"{minute}M"
    if second or not (date or time):
        time += f"{second}S"
    return f"{sign}P{date}{'T' if time else ''}{time}"
