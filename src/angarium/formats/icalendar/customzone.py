"""Zones that a file defines itself (VTIMEZONE): their offsets, and the IANA zone that they are.

RFC 5545 §3.6.5. What a zone says is worked out around a range of time only; its rules are walked with little work, and
one that needs more says nothing from there on.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Final

from angarium.formats.contentline import Component
from angarium.formats.errors import FormatError
from angarium.formats.icalendar import moments, recur
from angarium.formats.localtime import DAY, END, FIRST, format_local
from angarium.formats.recurrence import TooMuchWork, Work, last_occurrence, occurrences, read
from angarium.formats.timezones import iana_name, offset_at, zone

_OFFSET: Final = re.compile(r"\s*([+-])(\d\d):?(\d\d)(?::?(\d\d))?\s*\Z", re.ASCII)
_YEAR: Final = 366 * DAY
_WEEK: Final = 7 * DAY
_MOST_ONSETS: Final = 2_000
_MOST_STEPS: Final = 2_000
_MOST_OBSERVANCES: Final = 200
_PLACES: Final = (
    *("Europe/London", "Europe/Berlin", "Europe/Athens", "Europe/Moscow", "Europe/Istanbul", "Europe/Lisbon"),
    *("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Phoenix"),
    *("America/Anchorage", "America/Halifax", "America/St_Johns", "America/Sao_Paulo", "America/Bogota"),
    *("America/Mexico_City", "America/Caracas", "America/Santiago", "America/Argentina/Buenos_Aires", "America/Havana"),
    *("America/Asuncion", "America/Nuuk", "America/Adak", "Pacific/Honolulu", "Pacific/Auckland", "Pacific/Apia"),
    *("Pacific/Chatham", "Pacific/Tongatapu", "Pacific/Kiritimati", "Pacific/Marquesas", "Pacific/Guadalcanal"),
    *("Australia/Sydney", "Australia/Brisbane", "Australia/Adelaide", "Australia/Darwin", "Australia/Perth"),
    *("Australia/Lord_Howe", "Australia/Eucla", "Pacific/Norfolk", "Asia/Tokyo", "Asia/Seoul", "Asia/Shanghai"),
    *("Asia/Singapore", "Asia/Bangkok", "Asia/Jakarta", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Dhaka"),
    *("Asia/Yangon", "Asia/Colombo", "Asia/Karachi", "Asia/Tashkent", "Asia/Kabul", "Asia/Tehran", "Asia/Dubai"),
    *("Asia/Baghdad", "Asia/Riyadh", "Asia/Jerusalem", "Asia/Beirut", "Asia/Amman", "Asia/Damascus", "Asia/Gaza"),
    *("Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi", "Africa/Casablanca"),
    *("Atlantic/Azores", "Atlantic/Cape_Verde", "Atlantic/South_Georgia", "Indian/Maldives", "Indian/Mauritius"),
    *("Etc/UTC", *(f"Etc/GMT{hours:+}" for hours in (*range(-14, 0), *range(1, 13)))),
)
"""One zone for each set of rules that is in use, the likeliest first."""


class CustomZone:
    """The zone of one VTIMEZONE as it is between two UTC times, and some way before and after them."""

    def __init__(self, definition: Component, first: int, last: int) -> None:
        onsets: dict[int, int] = {}
        self._earliest = 0
        before: int | None = None
        work = Work(_MOST_STEPS)
        for observance in definition.components[:_MOST_OBSERVANCES]:
            if observance.name not in ("STANDARD", "DAYLIGHT"):
                continue
            start, offset_from, offset_to = _start(observance), _offset(observance, "FROM"), _offset(observance, "TO")
            if start is None or offset_to is None:
                continue
            offset_from = offset_to if offset_from is None else offset_from
            for local in _onsets(observance, start, first - 2 * _YEAR, last + 2 * _YEAR, work):
                onsets.setdefault(local - offset_from, offset_to)
            if before is None or start < before:
                before, self._earliest = start, offset_from
        self._onsets = sorted(onsets)
        self._offsets = [onsets[at] for at in self._onsets]

    @property
    def known(self) -> bool:
        """Whether the definition says anything."""
        return bool(self._onsets)

    def offset_at(self, utc: int) -> int:
        """Seconds ahead of UTC at a UTC time."""
        index = bisect_right(self._onsets, utc)
        return self._offsets[index - 1] if index else self._earliest

    def to_utc(self, local: int) -> int:
        """The UTC of a local time, as in `formats.timezones`."""
        before, after = self.offset_at(local - DAY), self.offset_at(local + DAY)
        if before == after or self.offset_at(local - before) == before or self.offset_at(local - after) != after:
            return _inside(local - before)
        return _inside(local - after)

    def to_local(self, utc: int) -> int:
        """The local time of a UTC time."""
        return _inside(utc + self.offset_at(utc))


def _inside(seconds: int) -> int:
    return min(max(seconds, FIRST), END - 1)


def _start(observance: Component) -> int | None:
    line = observance.first("DTSTART")
    found = moments.parse(line.value) if line else None
    return None if found is None else found.seconds


def _offset(observance: Component, which: str) -> int | None:
    line = observance.first(f"TZOFFSET{which}")
    found = _OFFSET.match(line.value) if line else None
    if found is None:
        return None
    seconds = int(found[2]) * 3600 + int(found[3]) * 60 + int(found[4] or 0)
    return -seconds if found[1] == "-" else seconds


def _onsets(observance: Component, start: int, first: int, last: int, work: Work) -> Iterator[int]:
    """The local times at which an observance begins: all single ones, and those of its rules around the range."""
    yield start
    count = 0
    for line in observance.all("RDATE"):
        for text in line.value.split(",")[:_MOST_ONSETS]:
            if (found := moments.parse(text.partition("/")[0])) is not None and (count := count + 1) < _MOST_ONSETS:
                # A date stands for the time of day of the start; UTC for the moment (RFC 5545 §3.6.5 has neither).
                yield found.seconds + (start % DAY if found.whole_day else 0) + _utc_shift(observance, found)
    for line in observance.all("RRULE"):
        try:
            rule = read(recur.parse(line.value, _local))
            until = last_occurrence(rule, start, work)
            end = last if until is None else min(until, last)
            for at in occurrences(rule, start, min(first, end - 2 * _YEAR), end + 1, work):
                if (count := count + 1) > _MOST_ONSETS:
                    return
                yield at
        except (FormatError, TooMuchWork):
            continue


def _utc_shift(observance: Component, found: moments.Moment) -> int:
    return (_offset(observance, "FROM") or 0) if found.utc else 0


def _local(text: str) -> str | None:
    found = moments.parse(text)
    # UNTIL is in UTC; a day more takes in whatever the offset is.
    return None if found is None else format_local(min(found.seconds + (DAY // 2 if found.utc else 0), END - 1))


def matching(custom: CustomZone, called: Iterable[str | None], first: int, last: int) -> str | None:
    """The IANA zone with the same offsets between two UTC times: one that it is called, or the likeliest."""
    candidates = (*(iana_name(name) for name in called if name), *_PLACES)
    return next((name for name in candidates if name and _agree(custom, name, first, last)), None)


def _agree(custom: CustomZone, name: str, first: int, last: int) -> bool:
    known = zone(name)
    step = max(_WEEK, (last - first) // 104)
    return known is not None and all(
        custom.offset_at(at) == offset_at(known, at) for at in (*range(first, last, step), last)
    )
