"""Which days a completed rule picks: those of a year, a month or a week, and whether a single day passes.

A day is an ordinal of the proleptic Gregorian calendar. RFC 5545 §3.3.10, RFC 7529 §4.1, jscalendarbis §3.3.3.1.
"""

from calendar import isleap
from collections.abc import Callable, Iterable, Sequence
from datetime import MAXYEAR, MINYEAR, date
from typing import TypeAlias

from angarium.formats.recurrence.rule import Rule

DayTest: TypeAlias = Callable[[int], bool]
Days: TypeAlias = Callable[[int], list[int]]
"""The days, in order and each once, of a period given by its number."""

LAST_DAY = date.max.toordinal()
_LENGTHS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def month_length(year: int, month: int) -> int:
    """How many days a month has."""
    return 29 if month == 2 and isleap(year) else _LENGTHS[month]


def weekday(day: int) -> int:
    """0 for Monday to 6 for Sunday."""
    return (day - 1) % 7


def week_one(year: int, first_day: int) -> int:
    """The first day of the first week of a year: the week that holds 4 January (ISO 8601, any first weekday)."""
    fourth = date(year, 1, 4).toordinal() if MINYEAR <= year <= MAXYEAR else (LAST_DAY if year else -366) + 4
    return fourth - (weekday(fourth) - first_day) % 7


def week_year(day: int, first_day: int) -> int:
    """The year that the week of a day belongs to."""
    year = date.fromordinal(day).year
    if day < week_one(year, first_day):
        return year - 1
    return year + 1 if day >= week_one(year + 1, first_day) else year


def yearly(rule: Rule, in_month: bool) -> Days:
    """The days of a year, by its number; `in_month` says that the rule itself names months: 1st Friday is of each.

    With week numbers the year is that of the weeks: it may begin and end up to three days beside the calendar year.
    """
    nth = "month_nth" if in_month else "year_nth"
    if rule.by_week_no:
        tests = _tests(rule, "month", "year_day", "month_day", "weekday")
        return lambda year: _kept(_week_days(rule, year), tests)
    if rule.by_year_day:
        tests = _tests(rule, "month", "month_day", nth)
        return lambda year: _kept(_year_days(rule, year), tests)
    if rule.by_month_day:
        tests = _tests(rule, nth)
        return lambda year: _kept((day for month in rule.by_month for day in _month_days(rule, year, month)), tests)
    if in_month:
        return lambda year: sorted(day for month in rule.by_month for day in _nth_days(rule, *_month(year, month)))
    return lambda year: _nth_days(rule, date(year, 1, 1).toordinal(), _year_length(year))


def monthly(rule: Rule) -> Days:
    """The days of a month, by its number: the year times twelve plus the months before it.

    With `skip` one of them may be the first day of the next month or the last of the one before.
    """
    if rule.by_month_day:
        tests = _tests(rule, "week_no", "year_day", "month_nth")
        candidates = _month_days
    else:
        tests = _tests(rule, "week_no", "year_day")
        candidates = _nth_days_of_month
    months = frozenset(rule.by_month or range(1, 13))

    def days(number: int) -> list[int]:
        year, before = divmod(number, 12)
        return _kept(candidates(rule, year, before + 1), tests) if before + 1 in months else []

    return days


def weekly(rule: Rule) -> Days:
    """The days of a week, by its number: the whole weeks before it since the first `first_day` of the calendar."""
    offsets = sorted({(day - rule.first_day) % 7 for day, _ in rule.by_day})
    tests = _tests(rule, "month", "week_no", "year_day", "month_day")

    def days(number: int) -> list[int]:
        first = week_begin(number, rule.first_day)
        found = [first + offset for offset in offsets if 1 <= first + offset <= LAST_DAY]
        return _kept(found, tests) if tests else found

    return days


def week_begin(number: int, first_day: int) -> int:
    """The first day of a week, by its number."""
    return number * 7 + 1 + first_day


def week_of(day: int, first_day: int) -> int:
    """The number of the week that holds a day."""
    return (day - 1 - first_day) // 7


def day_tests(rule: Rule) -> list[DayTest]:
    """What a single day must pass, for rules of days and of less than a day."""
    return _tests(rule, "month", "week_no", "year_day", "month_day", "weekday")


def _kept(days: Iterable[int], tests: Sequence[DayTest]) -> list[int]:
    return sorted({day for day in days if all(test(day) for test in tests)})


def _year_length(year: int) -> int:
    return 366 if isleap(year) else 365


def _year_days(rule: Rule, year: int) -> Iterable[int]:
    first, length = date(year, 1, 1).toordinal(), _year_length(year)
    for number in rule.by_year_day:
        at = number - 1 if number > 0 else length + number
        if 0 <= at < length:
            yield first + at


def _month(year: int, month: int) -> tuple[int, int]:
    return date(year, month, 1).toordinal(), month_length(year, month)


def _month_days(rule: Rule, year: int, month: int) -> Iterable[int]:
    """The numbered days of a month; those that it does not have are left out or moved, as `skip` says."""
    first, length = _month(year, month)
    # Days that do not exist pass no test of their week or their day of the year (jscalendarbis §3.3.3.1).
    omit = rule.skip == "omit" or bool(rule.by_week_no or rule.by_year_day)
    for number in rule.by_month_day:
        at = number - 1 if number > 0 else length + number
        if 0 <= at < length:
            yield first + at
        elif not omit:
            # Day 31 of a shorter month lies after its end, day -31 before its beginning (RFC 7529 §4.1).
            edge = first + length if at >= length else first
            day = edge if rule.skip == "forward" else edge - 1
            if 1 <= day <= LAST_DAY:
                yield day


def _nth_days_of_month(rule: Rule, year: int, month: int) -> list[int]:
    return _nth_days(rule, *_month(year, month))


def _nth_days(rule: Rule, first: int, length: int) -> list[int]:
    """The weekdays of a span of days: each one, or the nth from its beginning or end."""
    found: set[int] = set()
    for wanted, nth in rule.by_day:
        begin = first + (wanted - weekday(first)) % 7
        every = range(begin, first + length, 7)
        if nth == 0:
            found.update(every)
        elif -len(every) <= nth <= len(every):
            found.add(every[nth - 1 if nth > 0 else nth])
    return sorted(found)


def _week_days(rule: Rule, year: int) -> Iterable[int]:
    first = week_one(year, rule.first_day)
    weeks = (week_one(year + 1, rule.first_day) - first) // 7
    for number in rule.by_week_no:
        week = number - 1 if number > 0 else weeks + number
        if 0 <= week < weeks:
            yield from (day for day in range(first + week * 7, first + week * 7 + 7) if 1 <= day <= LAST_DAY)


def _tests(rule: Rule, *names: str) -> list[DayTest]:
    made = (_TESTS[name](rule) for name in names)
    return [test for test in made if test is not None]


def _month_test(rule: Rule) -> DayTest | None:
    wanted = frozenset(rule.by_month)
    return (lambda day: date.fromordinal(day).month in wanted) if wanted else None


def _week_no_test(rule: Rule) -> DayTest | None:
    wanted, first_day = frozenset(rule.by_week_no), rule.first_day
    if not wanted:
        return None

    def passes(day: int) -> bool:
        year = week_year(day, first_day)
        first = week_one(year, first_day)
        week, weeks = (day - first) // 7, (week_one(year + 1, first_day) - first) // 7
        return week + 1 in wanted or week - weeks in wanted

    return passes


def _year_day_test(rule: Rule) -> DayTest | None:
    wanted = frozenset(rule.by_year_day)
    if not wanted:
        return None

    def passes(day: int) -> bool:
        year = date.fromordinal(day).year
        number = day - date(year, 1, 1).toordinal()
        return number + 1 in wanted or number - _year_length(year) in wanted

    return passes


def _month_day_test(rule: Rule) -> DayTest | None:
    wanted = frozenset(rule.by_month_day)
    if not wanted:
        return None

    def passes(day: int) -> bool:
        at = date.fromordinal(day)
        return at.day in wanted or at.day - 1 - month_length(at.year, at.month) in wanted

    return passes


def _weekday_test(rule: Rule) -> DayTest | None:
    wanted = frozenset(day for day, _ in rule.by_day)
    return (lambda day: weekday(day) in wanted) if wanted else None


def _nth_test(rule: Rule, span: Callable[[date], tuple[int, int]]) -> DayTest | None:
    if all(nth == 0 for _, nth in rule.by_day):
        return _weekday_test(rule)
    wanted = frozenset(rule.by_day)

    def passes(day: int) -> bool:
        at, length = span(date.fromordinal(day))
        kind = weekday(day)
        return (kind, 0) in wanted or (kind, at // 7 + 1) in wanted or (kind, -((length - 1 - at) // 7) - 1) in wanted

    return passes


def _month_nth_test(rule: Rule) -> DayTest | None:
    return _nth_test(rule, lambda at: (at.day - 1, month_length(at.year, at.month)))


def _year_nth_test(rule: Rule) -> DayTest | None:
    return _nth_test(rule, lambda at: (at.toordinal() - date(at.year, 1, 1).toordinal(), _year_length(at.year)))


_TESTS: dict[str, Callable[[Rule], DayTest | None]] = {
    "month": _month_test,
    "week_no": _week_no_test,
    "year_day": _year_day_test,
    "month_day": _month_day_test,
    "weekday": _weekday_test,
    "month_nth": _month_nth_test,
    "year_nth": _year_nth_test,
}
