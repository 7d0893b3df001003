"""Instances of whole entries: windows in UTC, zones, overrides of every kind, and what they cost."""

from datetime import date, tzinfo
from typing import cast

import pytest

from angarium.formats.jscalendar import Series, series
from angarium.formats.json import JSON
from angarium.formats.localtime import format_utc, parse_utc
from angarium.formats.recurrence import TooMuchWork, Work
from angarium.formats.timezones import zone

HOUR = 3600


def entry(**properties: JSON) -> dict[str, JSON]:
    return {"@type": "Event", "uid": "u", "start": "2026-01-05T09:00:00", "duration": "PT1H", **properties}


def read(**properties: JSON) -> Series:
    found = series(entry(**properties))
    assert found is not None
    return found


def utc(text: str) -> int:
    found = parse_utc(text if text.endswith("Z") else f"{text}T00:00:00Z")
    assert found is not None
    return found


def shown(of: Series, after: str, before: str, work: Work | None = None, floating: str = "Etc/UTC") -> list[str]:
    """Each instance as `recurrence id → start/end`."""
    found = of.instances(utc(after), utc(before), work or Work(), cast(tzinfo, zone(floating)))
    return [f"{each.recurrence_id} → {format_utc(each.start)}/{format_utc(each.end)[11:]}" for each in found]


def starts(of: Series, after: str, before: str) -> list[str]:
    return [format_utc(each.start) for each in of.instances(utc(after), utc(before), Work())]


WEEKLY: JSON = {"frequency": "weekly"}
DAILY: JSON = {"frequency": "daily"}


def test_a_single_event_is_one_instance_without_recurrence_id() -> None:
    single = read(timeZone="Europe/Vienna")
    assert shown(single, "2026-01-01", "2026-02-01") == ["None → 2026-01-05T08:00:00Z/09:00:00Z"]
    assert shown(single, "2026-01-06", "2026-02-01") == []
    assert not single.recurs


@pytest.mark.parametrize(
    ("after", "before", "inside"),
    [
        ("2026-01-05T08:00:00Z", "2026-01-05T08:00:01Z", True),
        ("2026-01-05T07:00:00Z", "2026-01-05T08:00:00Z", False),
        ("2026-01-05T08:59:59Z", "2026-01-05T12:00:00Z", True),
        ("2026-01-05T09:00:00Z", "2026-01-05T12:00:00Z", False),
    ],
)
def test_a_window_takes_what_ends_after_it_begins_and_starts_before_it_ends(
    after: str, before: str, inside: bool
) -> None:
    assert bool(shown(read(timeZone="Europe/Vienna"), after, before)) is inside
    assert bool(shown(read(timeZone="Europe/Vienna", recurrenceRule={"frequency": "yearly"}), after, before)) is inside


def test_an_event_without_duration_is_in_the_window_that_begins_with_it() -> None:
    moment = read(timeZone="Etc/UTC", duration="PT0S", recurrenceRule=DAILY)
    assert starts(moment, "2026-01-05T09:00:00Z", "2026-01-05T09:00:01Z") == ["2026-01-05T09:00:00Z"]
    assert starts(moment, "2026-01-05T09:00:01Z", "2026-01-05T10:00:00Z") == []


def test_local_time_stays_when_the_clocks_change() -> None:
    weekly = read(start="2026-03-22T09:00:00", timeZone="Europe/Vienna", recurrenceRule=WEEKLY)
    assert starts(weekly, "2026-03-22", "2026-04-01") == ["2026-03-22T08:00:00Z", "2026-03-29T07:00:00Z"]


def test_a_time_in_a_gap_takes_the_offset_before_it_and_one_that_comes_twice_the_first() -> None:
    daily = read(start="2026-03-28T02:30:00", timeZone="Europe/Vienna", recurrenceRule=DAILY)
    assert starts(daily, "2026-03-28T12:00:00Z", "2026-03-30") == ["2026-03-29T01:30:00Z"]
    again = read(start="2026-10-24T02:30:00", timeZone="Europe/Vienna", recurrenceRule=DAILY)
    assert starts(again, "2026-10-24T12:00:00Z", "2026-10-26") == ["2026-10-25T00:30:00Z"]


def test_days_of_a_duration_follow_the_calendar_and_hours_are_exact() -> None:
    start = "2026-03-28T12:00:00"
    days = read(start=start, timeZone="Europe/Vienna", duration="P1D")
    hours = read(start=start, timeZone="Europe/Vienna", duration="PT24H")
    assert shown(days, "2026-03-01", "2026-04-01") == ["None → 2026-03-28T11:00:00Z/10:00:00Z"]
    assert shown(hours, "2026-03-01", "2026-04-01") == ["None → 2026-03-28T11:00:00Z/11:00:00Z"]


def test_floating_time_is_taken_in_the_zone_of_who_asks() -> None:
    floating = read(recurrenceRule=DAILY)
    assert shown(floating, "2026-01-06", "2026-01-07", floating="Asia/Tokyo") == [
        "2026-01-06T09:00:00 → 2026-01-06T00:00:00Z/01:00:00Z"
    ]


def test_overrides_add_move_change_and_take_out() -> None:
    overrides: JSON = {
        "2026-01-06T09:00:00": {"excluded": True},
        "2026-01-07T09:00:00": {"start": "2026-01-20T09:00:00", "title": "moved"},
        "2026-01-08T09:00:00": {"title": "changed"},
        "2026-01-09T13:00:00": {},
        "2026-01-10T09:00:00": {"duration": "PT3H"},
        "2026-01-11T09:00:00": {"timeZone": "America/New_York"},
    }
    some = read(timeZone="Etc/UTC", recurrenceRule={"frequency": "daily", "count": 7}, recurrenceOverrides=overrides)
    assert shown(some, "2026-01-01", "2026-02-01") == [
        "2026-01-05T09:00:00 → 2026-01-05T09:00:00Z/10:00:00Z",
        "2026-01-08T09:00:00 → 2026-01-08T09:00:00Z/10:00:00Z",
        "2026-01-09T09:00:00 → 2026-01-09T09:00:00Z/10:00:00Z",
        "2026-01-09T13:00:00 → 2026-01-09T13:00:00Z/14:00:00Z",
        "2026-01-10T09:00:00 → 2026-01-10T09:00:00Z/12:00:00Z",
        "2026-01-11T09:00:00 → 2026-01-11T14:00:00Z/15:00:00Z",
        "2026-01-07T09:00:00 → 2026-01-20T09:00:00Z/10:00:00Z",
    ]
    assert shown(some, "2026-01-20", "2026-01-21") == ["2026-01-07T09:00:00 → 2026-01-20T09:00:00Z/10:00:00Z"]
    assert shown(some, "2026-01-07", "2026-01-08") == []


def test_dates_may_be_added_before_the_start_and_without_any_rule() -> None:
    added = read(timeZone="Etc/UTC", recurrenceOverrides={"2026-01-01T10:00:00": {}, "2026-01-09T10:00:00": {}})
    assert [day[:10] for day in starts(added, "2026-01-01", "2026-02-01")] == ["2026-01-01", "2026-01-05", "2026-01-09"]


def test_the_start_is_an_occurrence_that_counts_even_where_the_rule_leaves_it_out() -> None:
    # 5 January 2026 is a Monday.
    rule: JSON = {"frequency": "weekly", "byDay": [{"day": "we"}], "count": 3}
    days = [day[5:10] for day in starts(read(timeZone="Etc/UTC", recurrenceRule=rule), "2026-01-01", "2027-01-01")]
    assert days == ["01-05", "01-07", "01-14"]
    alone: JSON = {"frequency": "weekly", "byDay": [{"day": "we"}], "count": 1}
    assert len(starts(read(timeZone="Etc/UTC", recurrenceRule=alone), "2026-01-01", "2027-01-01")) == 1
    out: JSON = {"2026-01-05T09:00:00": {"excluded": True}}
    taken = read(timeZone="Etc/UTC", recurrenceRule=rule, recurrenceOverrides=out)
    assert [day[5:10] for day in starts(taken, "2026-01-01", "2027-01-01")] == ["01-07", "01-14"]


def test_whether_an_id_is_of_an_instance() -> None:
    some = read(
        recurrenceRule=WEEKLY,
        recurrenceOverrides={"2026-01-12T09:00:00": {"excluded": True}, "2026-01-13T00:00:00": {}},
    )
    known = ["2026-01-05T09:00:00", "2026-01-13T00:00:00", "2026-01-19T09:00:00", "2999-12-30T09:00:00"]
    unknown = ["2026-01-12T09:00:00", "2026-01-06T09:00:00", "2025-12-29T09:00:00", "2026-01-05", ""]
    assert [some.occurs(each, Work()) for each in known + unknown] == [True] * 4 + [False] * 5
    assert not read().occurs("2026-01-05T09:00:00", Work())


@pytest.mark.parametrize(
    ("rule", "end"),
    [
        ({"frequency": "daily"}, None),
        ({"frequency": "daily", "count": 3}, "2026-01-07T10:00:00Z"),
        ({"frequency": "daily", "count": 10**12}, "9999-12-31T23:59:59Z"),
        ({"frequency": "monthly", "byMonthDay": [31], "count": 3}, "2026-03-31T10:00:00Z"),
        ({"frequency": "daily", "until": "2026-03-01T09:00:00"}, "2026-03-01T10:00:00Z"),
    ],
)
def test_the_end_of_a_series(rule: JSON, end: str | None) -> None:
    found = read(timeZone="Etc/UTC", recurrenceRule=rule).last_end(Work())
    assert (None if found is None else format_utc(found)) == end


def test_an_override_may_end_a_series_later_than_its_rule() -> None:
    rule: JSON = {"frequency": "daily", "count": 2}
    moved: JSON = {"2026-01-06T09:00:00": {"start": "2026-06-01T00:00:00", "duration": "P1D"}}
    found = read(timeZone="Etc/UTC", recurrenceRule=rule, recurrenceOverrides=moved).last_end(Work())
    assert found is not None
    assert format_utc(found) == "2026-06-02T00:00:00Z"


def test_a_task_happens_at_its_start_or_when_it_is_due() -> None:
    due = series({"@type": "Task", "uid": "u", "due": "2026-01-05T09:00:00"})
    both = series({"@type": "Task", "uid": "u", "start": "2026-01-05T08:00:00", "due": "2026-01-05T09:00:00"})
    assert series({"@type": "Task", "uid": "u"}) is None
    assert due is not None
    assert both is not None
    assert shown(due, "2026-01-01", "2026-02-01") == ["None → 2026-01-05T09:00:00Z/09:00:00Z"]
    assert shown(both, "2026-01-01", "2026-02-01") == ["None → 2026-01-05T08:00:00Z/09:00:00Z"]


def test_a_hundred_thousand_overrides_stay_within_the_work_of_one_event() -> None:
    overrides: dict[str, JSON] = {}
    for number in range(100_000):
        day, hour = divmod(number, 24)
        at = date.fromordinal(730_120 + day)
        overrides[f"{at}T{hour:02}:30:00"] = {"excluded": True} if number % 3 else {"title": "x", "duration": "PT2H"}
    many = read(timeZone="Europe/Vienna", recurrenceRule=DAILY, recurrenceOverrides=overrides)
    work = Work()
    assert shown(many, "2026-01-05", "2026-01-07", work)
    assert work.spent < 10_000


def test_work_is_counted_for_a_whole_event() -> None:
    with pytest.raises(TooMuchWork):
        read(recurrenceRule={"frequency": "secondly"}).instances(utc("2026-01-06"), utc("2026-03-01"), Work())


def test_the_edges_of_the_calendar() -> None:
    last = read(start="9999-12-31T23:30:00", timeZone="America/New_York", duration="P9D", recurrenceRule=DAILY)
    assert len(last.instances(utc("9999-12-01"), utc("9999-12-31T23:59:59Z"), Work())) == 0
    first = read(start="0001-01-01T00:30:00", timeZone="Asia/Tokyo", recurrenceRule=DAILY)
    assert first.instances(utc("0001-01-01"), utc("0001-01-03"), Work())
