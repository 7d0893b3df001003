"""VTIMEZONE of an IANA zone, for who reads a file without a database of zones (RFC 5545 §3.6.5).

The changes of the years that the entries need are found and written: the last that come again each year as a rule,
the others one by one.
"""

from datetime import date, tzinfo
from functools import lru_cache
from typing import Final, NamedTuple

from angarium.formats.contentline import Component, Line, escape
from angarium.formats.icalendar import moments
from angarium.formats.localtime import DAY, END, FIRST, format_local, to_datetime
from angarium.formats.recurrence import WEEKDAYS
from angarium.formats.timezones import offset_at, to_local

_STEP: Final = 8 * DAY
_FIRST_YEAR: Final = 1_850
"""No zone of the database changes before."""
_LAST_YEAR: Final = 2_037
_YEARS_OF_A_RULE: Final = 3


class _Change(NamedTuple):
    """One change of the offset: when it happens by the clock before it, and what changes."""

    local: int
    before: int
    after: int
    name: str
    daylight: bool


def build(tzid: str, within: tzinfo, first: int, last: int | None) -> Component:
    """The definition of a zone between two UTC times; from the first on, when there is no last."""
    year = int(format_local(max(first, FIRST))[:4])
    end = _LAST_YEAR if last is None else int(format_local(min(last, END - 1))[:4]) + 1
    made = Component("VTIMEZONE", [Line("TZID", escape(tzid), {})])
    made.components += _observances(within, max(year - 1, 1), min(max(end, year), _LAST_YEAR), end >= _LAST_YEAR)
    return made


@lru_cache(maxsize=256)
def _observances(within: tzinfo, year: int, end: int, endless: bool) -> tuple[Component, ...]:
    begin = date(year, 1, 1).toordinal() * DAY
    changes = _changes(
        within, date(max(year, _FIRST_YEAR), 1, 1).toordinal() * DAY, date(end + 1, 1, 1).toordinal() * DAY
    )
    offset = offset_at(within, begin)
    name, daylight = _named(within, begin)
    made = [_observance(_Change(max(begin + offset, FIRST), offset, offset, name, daylight), [], None)]
    rules = _rules(changes) if endless else []
    covered = {change for _, row, _ in rules for change in row}
    groups: dict[tuple[int, int, str, bool], list[_Change]] = {}
    for change in changes:
        if change not in covered:
            groups.setdefault(change[1:], []).append(change)
    made += [_observance(group[0], [change.local for change in group[1:]], None) for group in groups.values()]
    made += [_observance(first, [], rule) for first, _, rule in rules]
    return tuple(made)


def _changes(within: tzinfo, begin: int, end: int) -> list[_Change]:
    found = []
    before = offset_at(within, begin)
    for at in range(begin, end, _STEP):
        after = offset_at(within, min(at + _STEP, end))
        if after != before:
            low, high = at, min(at + _STEP, end)
            while high - low > 1:
                middle = (low + high) // 2
                if offset_at(within, middle) == before:
                    low = middle
                else:
                    high = middle
            name, daylight = _named(within, high)
            found.append(_Change(high + before, before, offset_at(within, high), name, daylight))
            before = after
    return found


def _named(within: tzinfo, utc: int) -> tuple[str, bool]:
    at = to_datetime(to_local(within, utc), within)
    # In an hour that comes twice the name is that of the second time.
    if at.utcoffset() != at.replace(fold=1).utcoffset():
        at = at.replace(fold=1)
    return at.tzname() or "", bool(at.dst())


def _rules(changes: list[_Change]) -> list[tuple[_Change, list[_Change], str]]:
    """The changes that come each year to the end: the first of them, all of them, their rule."""
    if not changes:
        return []
    last_year = _year(changes[-1])
    found = []
    for last in [change for change in changes if _year(change) == last_year]:
        alike = [each for each in reversed(changes) if each[1:] == last[1:]]
        row, nth = max(((_row(alike, last, nth), nth) for nth in (-1, _nth(last))), key=lambda pair: len(pair[0]))
        if len(row) >= _YEARS_OF_A_RULE:
            at = date.fromordinal(last.local // DAY)
            day = f"{nth}{WEEKDAYS[at.weekday()].upper()}"
            found.append((row[-1], row, f"FREQ=YEARLY;BYMONTH={at.month};BYDAY={day}"))
    return found


def _row(alike: list[_Change], last: _Change, nth: int) -> list[_Change]:
    """The changes of the last years, backwards, as long as each year has one on this day."""
    row: list[_Change] = []
    for change in alike:
        if _year(change) != _year(last) - len(row) or not _same(change, last, nth):
            break
        row.append(change)
    return row


def _year(change: _Change) -> int:
    return date.fromordinal(change.local // DAY).year


def _nth(change: _Change) -> int:
    return (date.fromordinal(change.local // DAY).day - 1) // 7 + 1


def _same(change: _Change, last: _Change, nth: int) -> bool:
    """Whether a change is at the same time of the same nth (or last) weekday of the same month."""
    one, other = date.fromordinal(change.local // DAY), date.fromordinal(last.local // DAY)
    if (one.month, one.weekday(), change.local % DAY) != (other.month, other.weekday(), last.local % DAY):
        return False
    return _nth(change) == nth if nth > 0 else date.fromordinal(change.local // DAY + 7).month != one.month


def _observance(change: _Change, others: list[int], rule: str | None) -> Component:
    lines = [
        Line("DTSTART", moments.date_time(change.local), {}),
        Line("TZOFFSETFROM", _offset(change.before), {}),
        Line("TZOFFSETTO", _offset(change.after), {}),
    ]
    if change.name:
        lines.append(Line("TZNAME", escape(change.name), {}))
    if rule:
        lines.append(Line("RRULE", rule, {}))
    if others:
        lines.append(Line("RDATE", ",".join(moments.date_time(at) for at in others), {}))
    return Component("DAYLIGHT" if change.daylight else "STANDARD", lines)


def _offset(seconds: int) -> str:
    hours, rest = divmod(abs(seconds), 3600)
    text = f"{'-' if seconds < 0 else '+'}{hours:02}{rest // 60:02}"
    return f"{text}{rest % 60:02}" if rest % 60 else text
