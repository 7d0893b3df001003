"""A rule applied to a start: numbered periods, the grid that INTERVAL puts on them, and the candidates of each.

A period has a number of its own kind (a year, a month, a week, a day, an hour, a minute, a second since the calendar
began), so that the one that holds a far date is found by arithmetic. jscalendarbis §3.3.3.1.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import MAXYEAR, date
from functools import lru_cache
from math import gcd, lcm
from typing import Final

from angarium.formats.localtime import DAY, END
from angarium.formats.recurrence.days import (
    LAST_DAY,
    Days,
    DayTest,
    day_tests,
    monthly,
    week_begin,
    week_of,
    week_year,
    weekly,
    yearly,
)
from angarium.formats.recurrence.period import Period, Times
from angarium.formats.recurrence.rule import Rule, complete
from angarium.formats.recurrence.work import Work

_UNITS: Final = {"daily": DAY, "hourly": 3600, "minutely": 60, "secondly": 1}
_FEW: Final = 64
_EVERY_400_YEARS: Final = {"yearly": 400, "monthly": 4800, "weekly": 20_871}
"""The calendar repeats every 400 years, which are a whole number of weeks: so many periods."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """The periods of a completed rule and its start.

    `number` gives the period that holds a time; `final` is the last period of the calendar; the candidates repeat
    every `cycle` periods, which fall on the grid again. Rules of days and less have a `unit` in seconds, tests of the
    day, and limits of the time of day: (seconds of a unit, of the one around it, the numbers that pass).
    `even` is there when all periods are equally long and alike: the beginning of the first in seconds, and how long
    after the beginning of its period each occurrence is.
    """

    rule: Rule
    start: int
    number: Callable[[int], int]
    period: Callable[[int], Period]
    first: int
    final: int
    cycle: int
    tests: tuple[DayTest, ...] = ()
    limits: tuple[tuple[int, int, tuple[int, ...]], ...] = ()
    unit: int = 0
    even: tuple[int, tuple[int, ...]] | None = None

    def grid(self, number: int) -> int:
        """The first period at or after `number` that INTERVAL does not leave out."""
        ahead = max(number - self.first, 0)
        return self.first + -(-ahead // self.rule.interval) * self.rule.interval

    def matching(self, number: int, final: int, work: Work) -> int:
        """The first period on the grid, from one on it on, whose day and time of day pass; any past `final` if none.

        Only rules of days and less have such tests: what fails is jumped over by months, days, hours or minutes.
        """
        if not self.tests and not self.limits:
            return number
        while number <= final:
            at = number * self.unit
            wanted = self._later(at, work)
            if wanted <= at:
                return number
            number = self.grid(-(-wanted // self.unit))
        return number

    def _later(self, at: int, work: Work) -> int:
        """The time itself when it passes, else the beginning of what may pass next."""
        work.spend()
        day, second = divmod(at, DAY)
        if not all(test(day) for test in self.tests):
            return self._later_day(day) * DAY
        for inner, outer, wanted in self.limits:
            value = second % outer // inner
            if value not in wanted:
                begin = at - second % outer
                return begin + next((other * inner for other in wanted if other > value), outer)
        return at

    def _later_day(self, day: int) -> int:
        months = self.rule.by_month
        at = date.fromordinal(day)
        if not months or at.month in months:
            return day + 1
        later = [month for month in months if month > at.month]
        year = at.year if later else at.year + 1
        return date(year, later[0] if later else months[0], 1).toordinal() if year <= MAXYEAR else LAST_DAY + 1


@lru_cache(maxsize=4096)
def pattern(rule: Rule, start: int) -> Pattern:
    """The pattern of a rule and its start (in seconds)."""
    completed = complete(rule, start)
    made = _short(completed, start) if completed.frequency in _UNITS else _long(completed, start, bool(rule.by_month))
    return replace(made, even=_even(made))


def _even(made: Pattern) -> tuple[int, tuple[int, ...]] | None:
    rule = made.rule
    if made.tests or made.limits or made.final <= made.first:
        return None
    if rule.frequency == "weekly" and not (rule.by_month or rule.by_week_no or rule.by_year_day or rule.by_month_day):
        begin = week_begin(made.first, rule.first_day) * DAY
    elif made.unit:
        begin = made.first * made.unit
    else:
        return None
    # The second week, because the first of the calendar may be cut off.
    later, length = made.period(made.first + 1), made.unit or 7 * DAY
    if not 0 < later.count <= _FEW:
        return None
    return begin, tuple(later.at(index) - begin - length for index in range(later.count))


def _long(rule: Rule, start: int, in_month: bool) -> Pattern:
    """Years, months and weeks: each expands to days."""
    number, days, final = _KINDS[rule.frequency](rule, in_month)
    times = Times(rule.by_hour, rule.by_minute, rule.by_second)

    def period(at: int) -> Period:
        return Period(days(at), times, rule.by_set_position)

    first = number(start)
    if rule.by_week_no and rule.frequency == "yearly" and period(first).from_(start) == period(first).count:
        # A week-year that has nothing left when the rule starts is not the first period: the year of the date is.
        first = date.fromordinal(start // DAY).year
    return Pattern(
        rule,
        start,
        number,
        period,
        first=first,
        final=final,
        cycle=lcm(_EVERY_400_YEARS[rule.frequency], rule.interval),
    )


def _by_year(rule: Rule, in_month: bool) -> tuple[Callable[[int], int], Days, int]:
    if rule.by_week_no:
        return lambda at: week_year(at // DAY, rule.first_day), yearly(rule, in_month), MAXYEAR
    return lambda at: date.fromordinal(at // DAY).year, yearly(rule, in_month), MAXYEAR


def _by_month(rule: Rule, _in_month: bool) -> tuple[Callable[[int], int], Days, int]:
    def number(at: int) -> int:
        day = date.fromordinal(at // DAY)
        return day.year * 12 + day.month - 1

    return number, monthly(rule), MAXYEAR * 12 + 11


def _by_week(rule: Rule, _in_month: bool) -> tuple[Callable[[int], int], Days, int]:
    return lambda at: week_of(at // DAY, rule.first_day), weekly(rule), week_of(LAST_DAY, rule.first_day)


_KINDS: Final = {"yearly": _by_year, "monthly": _by_month, "weekly": _by_week}


def _short(rule: Rule, start: int) -> Pattern:
    """Days, hours, minutes and seconds: each holds one day, so the parts that name days only let it pass or not."""
    unit = _UNITS[rule.frequency]
    tests = tuple(day_tests(rule))
    limits = [
        (inner, outer, wanted or tuple(range(outer // inner)))
        for inner, outer, wanted in ((3600, DAY, rule.by_hour), (60, 3600, rule.by_minute), (1, 60, rule.by_second))
        if unit <= inner
    ]
    day_long = Times(rule.by_hour, rule.by_minute, rule.by_second) if unit == DAY else None

    def period(number: int) -> Period:
        day, second = divmod(number * unit, DAY)
        times = day_long or Times(
            (second // 3600,),
            rule.by_minute if unit == 3600 else (second // 60 % 60,),
            rule.by_second if unit >= 60 else (second % 60,),
        )
        return Period((day,), times, rule.by_set_position)

    return Pattern(
        rule,
        start,
        lambda at: at // unit,
        period,
        first=start // unit,
        final=(END - 1) // unit if _reachable(limits, unit * rule.interval, start - start % unit) else 0,
        cycle=lcm((146_097 if tests else 1) * DAY // unit, rule.interval),
        tests=tests,
        limits=tuple((inner, outer, wanted) for inner, outer, wanted in limits if len(wanted) * inner < outer),
        unit=unit,
    )


def _reachable(limits: list[tuple[int, int, tuple[int, ...]]], step: int, begin: int) -> bool:
    """Whether steps of so many seconds ever meet a time of day that passes the limits."""
    modulus = gcd(step, DAY)
    times = {0}
    for inner, _outer, wanted in limits:
        times = {(time + value * inner) % modulus for time in times for value in wanted}
    return begin % modulus in times
