"""A recurrence rule as a value, read from a JSCalendar RecurrenceRule, and what its start implies.

jscalendarbis §3.3.3, §3.3.3.1 (which is RFC 5545 §3.3.10 with `skip` of RFC 7529, Gregorian only).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal, TypeAlias, cast, get_args

from angarium.formats.errors import FormatError
from angarium.formats.json import JSON
from angarium.formats.localtime import DAY, parse_local
from angarium.formats.primitives import is_integer

Frequency: TypeAlias = Literal["yearly", "monthly", "weekly", "daily", "hourly", "minutely", "secondly"]
Skip: TypeAlias = Literal["omit", "backward", "forward"]
FREQUENCIES: Final = get_args(Frequency)
SKIPS: Final = get_args(Skip)
WEEKDAYS: Final = ("mo", "tu", "we", "th", "fr", "sa", "su")
_MONTHS: Final = {str(month): month for month in range(1, 13)}
_WHOLE: Final = frozenset(FREQUENCIES[:4])
GREGORIAN: Final = ("gregorian", "gregory")
"""Names of the calendar that rules are calculated in: that of RFC 7529, and that of CLDR."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A recurrence rule; lists are sorted and hold each value once, empty when the rule has no such part.

    `by_day` holds (weekday, nth) with Monday as 0 and nth 0 for every such day; `until` is in seconds of
    `formats.localtime`.
    """

    frequency: Frequency
    interval: int = 1
    by_month: tuple[int, ...] = ()
    by_week_no: tuple[int, ...] = ()
    by_year_day: tuple[int, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_day: tuple[tuple[int, int], ...] = ()
    by_hour: tuple[int, ...] = ()
    by_minute: tuple[int, ...] = ()
    by_second: tuple[int, ...] = ()
    by_set_position: tuple[int, ...] = ()
    count: int | None = None
    until: int | None = None
    first_day: int = 0
    skip: Skip = "omit"


_RANGES: Final = {
    "byWeekNo": (1, 53, True),
    "byYearDay": (1, 366, True),
    "byMonthDay": (1, 31, True),
    "byHour": (0, 23, False),
    "byMinute": (0, 59, False),
    "bySecond": (0, 60, False),
    "bySetPosition": (1, 2**31, True),
}
"""Least and most value of each list, and whether the negatives of them count from the end."""


class RuleError(FormatError):
    """A value that is no recurrence rule; `path` names the member."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(problem)
        self.path = path


def read(value: Mapping[str, JSON]) -> Rule:
    """The rule of a JSCalendar RecurrenceRule object; raises RuleError naming the member that is wrong."""
    numbers = {name: _numbers(value, name, *bounds) if name in value else () for name, bounds in _RANGES.items()}
    rscale = value.get("rscale", "gregorian")
    if rscale not in GREGORIAN:
        raise RuleError("rscale", "only the calendar system 'gregorian' is supported")
    until = value.get("until")
    if "until" in value and (not isinstance(until, str) or parse_local(until) is None):
        raise RuleError("until", "must be a LocalDateTime such as 2026-01-31T09:00:00")
    if until is not None and "count" in value:
        raise RuleError("count", "must not stand beside until")
    return Rule(
        frequency=cast(Frequency, _word(value, "frequency", FREQUENCIES)),
        interval=_number(value, "interval") if "interval" in value else 1,
        by_month=_months(value),
        by_week_no=numbers["byWeekNo"],
        by_year_day=numbers["byYearDay"],
        by_month_day=numbers["byMonthDay"],
        by_day=_days(value),
        by_hour=numbers["byHour"],
        by_minute=numbers["byMinute"],
        # RFC 5545 §3.3.12: who knows no leap seconds reads second 60 as 59.
        by_second=tuple(sorted({min(second, 59) for second in numbers["bySecond"]})),
        by_set_position=numbers["bySetPosition"],
        count=_number(value, "count") if "count" in value else None,
        until=parse_local(cast(str, until)) if until is not None else None,
        first_day=WEEKDAYS.index(_word(value, "firstDayOfWeek", WEEKDAYS, "mo")),
        skip=cast(Skip, _word(value, "skip", SKIPS, "omit")),
    )


def _word(value: Mapping[str, JSON], name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
    word = value.get(name, default)
    if not isinstance(word, str) or word not in allowed:
        raise RuleError(name, "must be one of " + ", ".join(allowed) if name in value else "is missing")
    return word


def _number(value: Mapping[str, JSON], name: str) -> int:
    number = value[name]
    if not is_integer(number, 1):
        raise RuleError(name, "must be an integer of at least 1")
    return cast(int, number)


def _list(value: Mapping[str, JSON], name: str) -> list[JSON]:
    items = value.get(name)
    if name not in value:
        return []
    if not isinstance(items, list) or not items:
        raise RuleError(name, "must be an array with at least one entry")
    return items


def _numbers(value: Mapping[str, JSON], name: str, low: int, high: int, negative: bool) -> tuple[int, ...]:
    found = set()
    for index, item in enumerate(_list(value, name)):
        if not is_integer(item, low, high) and not (negative and is_integer(item, -high, -low)):
            either = f" or from {-high} to {-low}" if negative else ""
            raise RuleError(f"{name}/{index}", f"must be an integer from {low} to {high}{either}")
        found.add(cast(int, item))
    return tuple(sorted(found))


def _months(value: Mapping[str, JSON]) -> tuple[int, ...]:
    found = set()
    for index, item in enumerate(_list(value, "byMonth")):
        if not isinstance(item, str) or item not in _MONTHS:
            raise RuleError(f"byMonth/{index}", "must be a string from '1' to '12' (other calendars are not supported)")
        found.add(_MONTHS[item])
    return tuple(sorted(found))


def _days(value: Mapping[str, JSON]) -> tuple[tuple[int, int], ...]:
    found = set()
    for index, item in enumerate(_list(value, "byDay")):
        if not isinstance(item, dict) or item.get("day") not in WEEKDAYS:
            raise RuleError(f"byDay/{index}", "must be an NDay object whose day is one of " + ", ".join(WEEKDAYS))
        nth = item.get("nthOfPeriod", 0)
        if "nthOfPeriod" in item and (not is_integer(nth, -366, 366) or nth == 0):
            raise RuleError(f"byDay/{index}/nthOfPeriod", "must be an integer from 1 to 366 or from -366 to -1")
        found.add((WEEKDAYS.index(cast(str, item["day"])), cast(int, nth)))
    return tuple(sorted(found))


def complete(rule: Rule, start: int) -> Rule:
    """The rule with the parts that its start implies (jscalendarbis §3.3.3.1, the third of the extra rules)."""
    day, second = divmod(start, DAY)
    first = date.fromordinal(day)
    implied: dict[str, tuple[int, ...] | tuple[tuple[int, int], ...]] = {}
    frequency = rule.frequency
    if frequency != "secondly" and not rule.by_second:
        implied["by_second"] = (second % 60,)
    if frequency not in ("secondly", "minutely") and not rule.by_minute:
        implied["by_minute"] = (second // 60 % 60,)
    if frequency in _WHOLE and not rule.by_hour:
        implied["by_hour"] = (second // 3600,)
    if frequency == "weekly" and not rule.by_day:
        implied["by_day"] = ((first.weekday(), 0),)
    if frequency == "monthly" and not rule.by_day and not rule.by_month_day:
        implied["by_month_day"] = (first.day,)
    if frequency == "yearly" and not rule.by_year_day:
        if not rule.by_month and not rule.by_week_no and (rule.by_month_day or not rule.by_day):
            implied["by_month"] = (first.month,)
        if not rule.by_month_day and not rule.by_week_no and not rule.by_day:
            implied["by_month_day"] = (first.day,)
        if rule.by_week_no and not rule.by_month_day and not rule.by_day:
            implied["by_day"] = ((first.weekday(), 0),)
    return replace(rule, **implied)  # type: ignore[arg-type]  # names and types stand side by side above
