"""Reading RecurrenceRule objects: what is refused, where, and what a start implies."""

import pytest

from angarium.formats.json import JSON
from angarium.formats.localtime import parse_local
from angarium.formats.recurrence import RuleError, read
from angarium.formats.recurrence.rule import complete


@pytest.mark.parametrize(
    ("member", "value", "path"),
    [
        ("frequency", "sometimes", "frequency"),
        ("frequency", None, "frequency"),
        ("interval", 0, "interval"),
        ("interval", True, "interval"),
        ("interval", 1.5, "interval"),
        ("count", 0, "count"),
        ("count", -1, "count"),
        ("until", "2020-01-01", "until"),
        ("until", "2020-02-30T00:00:00", "until"),
        ("until", None, "until"),
        ("rscale", "chinese", "rscale"),
        ("skip", "sideways", "skip"),
        ("firstDayOfWeek", "monday", "firstDayOfWeek"),
        ("byMonth", [1], "byMonth/0"),
        ("byMonth", ["5L"], "byMonth/0"),
        ("byMonth", ["1", "13"], "byMonth/1"),
        ("byMonth", [], "byMonth"),
        ("byMonthDay", [0], "byMonthDay/0"),
        ("byMonthDay", [1, 32], "byMonthDay/1"),
        ("byYearDay", [-367], "byYearDay/0"),
        ("byWeekNo", [54], "byWeekNo/0"),
        ("byHour", [24], "byHour/0"),
        ("byHour", [-1], "byHour/0"),
        ("bySecond", [61], "bySecond/0"),
        ("bySetPosition", [0], "bySetPosition/0"),
        ("bySetPosition", "1", "bySetPosition"),
        ("byDay", ["mo"], "byDay/0"),
        ("byDay", [{"day": "xx"}], "byDay/0"),
        ("byDay", [{"day": "mo", "nthOfPeriod": 0}], "byDay/0/nthOfPeriod"),
    ],
)
def test_a_wrong_member_is_named(member: str, value: JSON, path: str) -> None:
    with pytest.raises(RuleError) as told:
        read({"frequency": "daily", member: value})
    assert told.value.path == path


def test_count_and_until_exclude_each_other() -> None:
    with pytest.raises(RuleError) as told:
        read({"frequency": "daily", "count": 3, "until": "2020-01-01T00:00:00"})
    assert told.value.path == "count"


def test_lists_are_sorted_and_hold_each_value_once() -> None:
    assert read({"frequency": "daily", "byHour": [9, 3, 9]}).by_hour == (3, 9)


@pytest.mark.parametrize(
    ("given", "implied"),
    [
        ({"frequency": "secondly"}, {}),
        ({"frequency": "minutely"}, {"by_second": (6,)}),
        ({"frequency": "hourly"}, {"by_second": (6,), "by_minute": (5,)}),
        ({"frequency": "daily", "byHour": [1]}, {"by_hour": (1,), "by_minute": (5,)}),
        ({"frequency": "weekly"}, {"by_day": ((1, 0),)}),
        ({"frequency": "monthly"}, {"by_month_day": (3,)}),
        ({"frequency": "monthly", "byDay": [{"day": "mo"}]}, {"by_month_day": ()}),
        ({"frequency": "yearly"}, {"by_month": (3,), "by_month_day": (3,)}),
        ({"frequency": "yearly", "byMonthDay": [5]}, {"by_month": (3,), "by_month_day": (5,)}),
        ({"frequency": "yearly", "byDay": [{"day": "mo"}]}, {"by_month": (), "by_month_day": ()}),
        ({"frequency": "yearly", "byWeekNo": [5]}, {"by_month": (), "by_month_day": (), "by_day": ((1, 0),)}),
        ({"frequency": "yearly", "byYearDay": [5]}, {"by_month": (), "by_month_day": ()}),
    ],
)
def test_a_start_implies_parts(given: dict[str, JSON], implied: dict[str, object]) -> None:
    start = parse_local("2020-03-03T04:05:06")
    assert start is not None
    completed = complete(read(given), start)
    assert {name: getattr(completed, name) for name in implied} == implied
