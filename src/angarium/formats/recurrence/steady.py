"""Rules whose every period holds equally many occurrences: where the nth of them is, by arithmetic alone.

This is what makes COUNT cost nothing for the rules that people make; the others are counted by walking.
"""

from angarium.formats.localtime import END
from angarium.formats.recurrence.days import month_length
from angarium.formats.recurrence.pattern import Pattern
from angarium.formats.recurrence.rule import Rule

_COMMON_YEAR = 2001
_ALWAYS_IN_MONTH, _ALWAYS_IN_YEAR = 4, 52
"""The nth weekday that every month and every year has."""


def nth_occurrence(applied: Pattern, count: int) -> int | None:
    """The time of the `count`th occurrence from the start; END beyond the calendar; None when it must be counted."""
    if not _steady(applied):
        return None
    first = applied.period(applied.first)
    before_start = first.from_(applied.start)
    if count <= first.count - before_start:
        return first.at(before_start + count - 1)
    each = first.count
    if each == 0:
        return END
    periods, index = divmod(count - (each - before_start) - 1, each)
    number = applied.first + (periods + 1) * applied.rule.interval
    return applied.period(number).at(index) if number < applied.final else END


def _steady(applied: Pattern) -> bool:
    rule = applied.rule
    if applied.unit:
        return not applied.tests and not applied.limits
    if rule.by_week_no or rule.by_year_day:
        return False
    days = {"weekly": _steady_week, "monthly": _steady_month, "yearly": _steady_year}
    return days[rule.frequency](rule)


def _steady_week(rule: Rule) -> bool:
    return not rule.by_month and not rule.by_month_day


def _steady_month(rule: Rule) -> bool:
    if rule.by_month or (rule.by_month_day and rule.by_day):
        return False
    return _days_of(rule, 2) if rule.by_month_day else _nth(rule, _ALWAYS_IN_MONTH)


def _steady_year(rule: Rule) -> bool:
    if rule.by_month_day:
        return not rule.by_day and all(_days_of(rule, month) for month in rule.by_month)
    return _nth(rule, _ALWAYS_IN_MONTH if rule.by_month else _ALWAYS_IN_YEAR)


def _days_of(rule: Rule, month: int) -> bool:
    """Whether a month has these days in every year, and as many of them."""
    one_way = rule.by_month_day[0] > 0 or rule.by_month_day[-1] < 0
    return one_way and all(abs(day) <= month_length(_COMMON_YEAR, month) for day in rule.by_month_day)


def _nth(rule: Rule, always: int) -> bool:
    """Whether every span has these numbered weekdays, counted from one end only, so that none falls on another."""
    return all(1 <= nth <= always for _, nth in rule.by_day) or all(-always <= nth <= -1 for _, nth in rule.by_day)
