"""Walking rules: windows, COUNT, skip, set positions, ends of the calendar, work."""

import pytest

from angarium.formats.localtime import END, parse_local
from angarium.formats.recurrence import TooMuchWork, Work, occurrences, read
from tests.formats.recurrence.rules import seconds, times

EVERY = "BYHOUR={};BYMINUTE={};BYSECOND={}".format(
    ",".join(map(str, range(24))), ",".join(map(str, range(60))), ",".join(map(str, range(60)))
)
MONTHS = ",".join(map(str, range(1, 13)))
DAYS = ",".join(map(str, range(1, 32)))

SHAPES = [
    "FREQ=YEARLY",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=YEARLY;BYWEEKNO=1,53;BYDAY=MO,SU",
    "FREQ=YEARLY;BYYEARDAY=1,100,-1;BYHOUR=3,9",
    "FREQ=YEARLY;BYDAY=1MO,-1FR;BYMONTH=3,10",
    "FREQ=MONTHLY;BYMONTHDAY=-1,31",
    "FREQ=MONTHLY;INTERVAL=5;BYDAY=5SU,MO;BYSETPOS=2,-1",
    "FREQ=MONTHLY;BYMONTHDAY=31,1;SKIP=FORWARD;RSCALE=GREGORIAN",
    "FREQ=MONTHLY;BYMONTHDAY=29,30,31;SKIP=BACKWARD;RSCALE=GREGORIAN",
    "FREQ=WEEKLY;INTERVAL=3;WKST=SU;BYDAY=SU,WE,SA",
    "FREQ=WEEKLY;BYMONTH=1,7",
    "FREQ=DAILY;INTERVAL=17",
    "FREQ=DAILY;BYMONTHDAY=13;BYDAY=FR",
    "FREQ=HOURLY;INTERVAL=5;BYHOUR=7,8,9",
    "FREQ=MINUTELY;INTERVAL=90;BYDAY=MO",
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("count", ["", ";COUNT=37"])
def test_a_window_shows_what_a_walk_from_the_start_shows_there(shape: str, count: str) -> None:
    whole = times(shape + count, "19950102T090000", most=100)
    after, before = whole[len(whole) // 3], whole[-2]
    window = [parse_local(edge) or 0 for edge in (after, before)]
    edges = [edge.replace("-", "").replace(":", "") for edge in (after, before)]
    inside = times(shape + count, "19950102T090000", edges[0], edges[1])
    assert inside == [one for one in whole if window[0] <= (parse_local(one) or 0) < window[1]]


@pytest.mark.parametrize("shape", [*SHAPES, "FREQ=DAILY;COUNT=20000", "FREQ=WEEKLY;BYDAY=MO,FR;COUNT=5000"])
def test_a_far_window_takes_no_more_steps_than_a_near_one(shape: str) -> None:
    near, far = Work(), Work()
    times(shape, "18000102T090000", "18010101", "18020101", work=near)
    times(shape, "18000102T090000", "88010101", "88020101", work=far)
    assert far.spent <= near.spent + 40


@pytest.mark.parametrize("shape", SHAPES)
def test_count_ends_with_that_many(shape: str) -> None:
    assert times(f"{shape};COUNT=41", "19950102T090000") == times(shape, "19950102T090000", most=41)


def test_a_count_that_the_calendar_cannot_hold_is_no_end() -> None:
    work = Work()
    assert len(times("FREQ=DAILY;COUNT=1000000000", "20200101T000000", "20260101", "20260201", work=work)) == 31
    assert len(times("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=1000000000", "20200101T000000", "20260101", "20270101")) == 7
    assert work.spent < 100


def test_skip_decides_about_days_that_a_month_does_not_have() -> None:
    start, rule = "20230131T090000", "FREQ=MONTHLY;COUNT=4;SKIP={};RSCALE=GREGORIAN"
    assert [day[5:10] for day in times(rule.format("OMIT"), start)] == ["01-31", "03-31", "05-31", "07-31"]
    assert [day[5:10] for day in times(rule.format("BACKWARD"), start)] == ["01-31", "02-28", "03-31", "04-30"]
    assert [day[5:10] for day in times(rule.format("FORWARD"), start)] == ["01-31", "03-01", "03-31", "05-01"]
    leap = "FREQ=YEARLY;COUNT=3;SKIP={};RSCALE=GREGORIAN"
    assert [day[:10] for day in times(leap.format("FORWARD"), "20240229")] == ["2024-02-29", "2025-03-01", "2026-03-01"]
    assert [day[:10] for day in times(leap.format("BACKWARD"), "20240229")] == [
        "2024-02-29",
        "2025-02-28",
        "2026-02-28",
    ]


def test_a_day_that_skip_moves_onto_another_comes_once() -> None:
    days = times("FREQ=MONTHLY;BYMONTHDAY=1,31;SKIP=FORWARD;RSCALE=GREGORIAN;COUNT=6", "20230331")
    assert [day[5:10] for day in days] == ["03-31", "04-01", "05-01", "05-31", "06-01", "07-01"]


def test_a_day_moved_by_skip_is_tested_as_the_day_that_it_became() -> None:
    # 28 February 2025 is a Friday; 31 January and 31 March are not.
    days = times("FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=FR;SKIP=BACKWARD;RSCALE=GREGORIAN;COUNT=2", "20250131")
    assert [day[:10] for day in days] == ["2025-01-31", "2025-02-28"]


def test_a_year_without_numbered_weeks_left_is_not_the_first_period() -> None:
    assert times("FREQ=YEARLY;BYWEEKNO=53;INTERVAL=5;BYDAY=TH;COUNT=1", "20270103") == ["2032-12-30T00:00:00"]
    assert times("FREQ=YEARLY;BYWEEKNO=53;INTERVAL=6;BYDAY=TU,SA;COUNT=2", "20100102") == [
        "2010-01-02T00:00:00",
        "2015-12-29T00:00:00",
    ]


def test_second_60_is_second_59() -> None:
    assert times("FREQ=DAILY;BYSECOND=60,59;COUNT=2", "20200101T000000") == [
        "2020-01-01T00:00:59",
        "2020-01-02T00:00:59",
    ]


def test_set_positions_reach_into_a_year_of_seconds_without_making_it() -> None:
    work = Work()
    rule = f"FREQ=YEARLY;BYMONTH={MONTHS};BYMONTHDAY={DAYS};{EVERY};BYSETPOS=-1,31000000"
    assert times(rule, "20200101T000000", "20200101", "20210101", work=work) == [
        "2020-12-24T19:06:39",
        "2020-12-31T23:59:59",
    ]
    assert work.spent < 100


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;INTERVAL=2;BYHOUR=1",
        "FREQ=SECONDLY;INTERVAL=10;BYSECOND=1;BYDAY=MO",
        "FREQ=MINUTELY;INTERVAL=3;BYMINUTE=1,43",
        "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
        "FREQ=DAILY;BYYEARDAY=60;BYMONTH=9",
        "FREQ=MONTHLY;BYSETPOS=3",
    ],
)
def test_a_rule_that_matches_nothing_ends(rule: str) -> None:
    assert times(rule, "20200101T000000") == []


def test_the_calendar_ends_with_year_9999() -> None:
    assert times("FREQ=DAILY", "20200101T000000", "99991230")[-1] == "9999-12-31T00:00:00"
    assert times("FREQ=MONTHLY;BYMONTHDAY=31;SKIP=FORWARD;RSCALE=GREGORIAN", "99990831")[-1] == "9999-12-31T00:00:00"
    assert times("FREQ=YEARLY;INTERVAL=9000000000000000", "20200101") == ["2020-01-01T00:00:00"]
    assert times("FREQ=YEARLY;BYWEEKNO=52,53,1", "99991231")[-1:] in ([], ["9999-12-31T00:00:00"])
    assert times("FREQ=WEEKLY;WKST=SA;BYDAY=SA,SU,TH", "99991225") == [
        "9999-12-25T00:00:00",
        "9999-12-26T00:00:00",
        "9999-12-30T00:00:00",
    ]


def test_the_calendar_begins_with_year_1() -> None:
    assert times("FREQ=WEEKLY;WKST=SU;BYDAY=SU,MO", "00010101", most=2) == [
        "0001-01-01T00:00:00",
        "0001-01-07T00:00:00",
    ]
    assert times("FREQ=YEARLY;BYWEEKNO=1;WKST=SU;BYDAY=SU,MO", "00010101", most=1) == ["0001-01-01T00:00:00"]


def test_many_results_are_too_much_work_and_few_of_them_are_not() -> None:
    with pytest.raises(TooMuchWork):
        times("FREQ=SECONDLY", "20200101T000000", most=200_000)
    with pytest.raises(TooMuchWork):
        times(f"FREQ=YEARLY;BYMONTH={MONTHS};BYMONTHDAY={DAYS};{EVERY}", "20200101T000000", most=200_000)
    assert len(times("FREQ=SECONDLY", "20200101T000000", "99990101", "99990101T000010")) == 10


def test_work_is_shared_by_all_that_one_event_asks() -> None:
    rule = read({"frequency": "daily"})
    work = Work(limit=50)
    begin = seconds("20200101T000000")
    assert len(list(occurrences(rule, begin, begin, begin + 40 * 86_400, work))) == 40
    with pytest.raises(TooMuchWork):
        list(occurrences(rule, begin, begin, END, work))
