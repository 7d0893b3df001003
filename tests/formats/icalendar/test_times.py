"""Starts, ends, durations, added and excluded dates, in all the ways in which files say them."""

import pytest

from angarium.formats.icalendar import parse, write
from angarium.formats.json import JSON
from tests.formats.icalendar.ics import component, event, only, read, told


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (["DTSTART:20260105T090000"], {"start": "2026-01-05T09:00:00"}),
        (["DTSTART:20260105T090000Z"], {"start": "2026-01-05T09:00:00", "timeZone": "Etc/UTC"}),
        (["DTSTART:20260105T090000z"], {"start": "2026-01-05T09:00:00", "timeZone": "Etc/UTC"}),
        (["DTSTART:20261231T235960Z"], {"start": "2026-12-31T23:59:59", "timeZone": "Etc/UTC"}),
        (["DTSTART;VALUE=DATE:20260105"], {"start": "2026-01-05T00:00:00", "showWithoutTime": True, "duration": "P1D"}),
        (["DTSTART:20260105"], {"start": "2026-01-05T00:00:00", "showWithoutTime": True, "duration": "P1D"}),
        (
            ["DTSTART;VALUE=DATE:20260105", "DTEND;VALUE=DATE:20260108"],
            {"start": "2026-01-05T00:00:00", "showWithoutTime": True, "duration": "P3D"},
        ),
        (
            ["DTSTART;VALUE=DATE:20260105", "DTEND;VALUE=DATE:20260105"],
            {"start": "2026-01-05T00:00:00", "showWithoutTime": True, "duration": "P1D"},
        ),
        (
            ["DTSTART;TZID=Europe/Vienna:20260328T120000", "DTEND;TZID=Europe/Vienna:20260329T120000"],
            {"start": "2026-03-28T12:00:00", "timeZone": "Europe/Vienna", "duration": "PT23H"},
        ),
        (
            ["DTSTART;TZID=Europe/Vienna:20260105T120000", "DTEND;TZID=Asia/Tokyo:20260106T060000"],
            {
                "start": "2026-01-05T12:00:00",
                "timeZone": "Europe/Vienna",
                "endTimeZone": "Asia/Tokyo",
                "duration": "PT10H",
            },
        ),
        (
            ["DTSTART:20260105T090000Z", "DURATION:P1DT30M"],
            {"start": "2026-01-05T09:00:00", "timeZone": "Etc/UTC", "duration": "P1DT30M"},
        ),
        (
            ["DTSTART:20260105T090000Z", "DURATION:PT0S"],
            {"start": "2026-01-05T09:00:00", "timeZone": "Etc/UTC", "duration": "PT0S"},
        ),
    ],
)
def test_times_of_an_event(lines: list[str], wanted: dict[str, JSON]) -> None:
    entry = only(component("VEVENT", "UID:u", *lines))
    times = ("start", "timeZone", "endTimeZone", "duration", "showWithoutTime")
    assert {name: entry[name] for name in times if name in entry} == wanted


def test_an_end_before_the_start_is_kept_and_told() -> None:
    found = read(event("DTEND:20260105T080000Z"))
    assert "duration" not in found.entries[0]
    assert [problem.text for problem in found.problems] == ["its end lies before its start, and is kept as it is"]


def test_a_start_that_is_none_is_told_with_its_text() -> None:
    assert told(event(start="DTSTART:tomorrow"))[0] == "u: 'tomorrow' is no time to start"


def test_until_of_a_date_takes_in_its_whole_day() -> None:
    entry = only(event("RRULE:FREQ=DAILY;UNTIL=20260107"))
    rule = entry["recurrenceRule"]
    assert isinstance(rule, dict)
    assert rule["until"] == "2026-01-07T23:59:59"


def test_until_in_utc_becomes_local() -> None:
    entry = only(event("RRULE:FREQ=DAILY;UNTIL=20260701T070000Z", start="DTSTART;TZID=Europe/Vienna:20260105T090000"))
    rule = entry["recurrenceRule"]
    assert isinstance(rule, dict)
    assert rule["until"] == "2026-07-01T09:00:00"


def test_a_rule_with_count_and_until_ends_by_until() -> None:
    rule = only(event("RRULE:FREQ=DAILY;COUNT=5;UNTIL=20260107T090000Z"))["recurrenceRule"]
    assert isinstance(rule, dict)
    assert "count" not in rule


def test_dates_are_added_and_taken_out_at_the_time_of_the_start() -> None:
    entry = only(
        event(
            "RRULE:FREQ=DAILY",
            "EXDATE;VALUE=DATE:20260107",
            "EXDATE:20260109T080000Z",
            "RDATE;TZID=Asia/Tokyo:20260110T200000",
            "RDATE;VALUE=PERIOD:20260111T110000Z/PT2H,20260112T110000Z/20260112T140000Z",
            start="DTSTART;TZID=Europe/Vienna:20260105T090000",
        )
    )
    assert entry["recurrenceOverrides"] == {
        "2026-01-07T09:00:00": {"excluded": True},
        "2026-01-09T09:00:00": {"excluded": True},
        "2026-01-10T12:00:00": {},
        "2026-01-11T12:00:00": {"duration": "PT2H"},
        "2026-01-12T12:00:00": {"duration": "PT3H"},
    }


def test_dates_that_are_none_are_kept_and_told() -> None:
    assert told(event("RDATE:20260110T000000Z,never")) == ["u: RDATE with 'never' is kept and not understood"]


def test_a_due_time_is_told_in_the_zone_of_the_start() -> None:
    todo = component(
        "VTODO", "UID:t", "DTSTART;TZID=Europe/Vienna:20260105T090000", "DUE;TZID=Asia/Tokyo:20260106T090000"
    )
    entry = only(todo)
    assert (entry["start"], entry["due"], entry["timeZone"]) == (
        "2026-01-05T09:00:00",
        "2026-01-06T01:00:00",
        "Europe/Vienna",
    )


def test_times_at_the_ends_of_the_calendar_stay_in_it() -> None:
    for start in ("00010101T000000Z", "99991231T235959Z"):
        entry = only(event("DURATION:P3650000D", "RRULE:FREQ=YEARLY;COUNT=2", start=f"DTSTART:{start}"))
        assert entry["duration"] == "P3650000D"


@pytest.mark.parametrize("name", ["America/New_York", "Pacific/Kiritimati", "Europe/Berlin"])
@pytest.mark.parametrize("start", ["0001-01-01T00:00:00", "9999-12-31T23:59:59"])
def test_events_at_the_ends_of_the_calendar_are_written(name: str, start: str) -> None:
    rule: JSON = {"@type": "RecurrenceRule", "frequency": "weekly"}
    entry: dict[str, JSON] = {"@type": "Event", "uid": "u", "start": start, "timeZone": name, "recurrenceRule": rule}
    (again,) = parse(write([entry], "-//T//T//EN")).entries
    assert {key: again[key] for key in entry} == entry


def test_a_floating_occurrence_of_a_series_with_an_end_elsewhere_keeps_its_length() -> None:
    entry: dict[str, JSON] = {
        "@type": "Event",
        "uid": "u",
        "start": "2026-10-01T09:00:00",
        "timeZone": "Europe/Berlin",
        "endTimeZone": "Asia/Tokyo",
        "duration": "PT5H",
        "recurrenceRule": {"@type": "RecurrenceRule", "frequency": "weekly"},
        "recurrenceOverrides": {"2026-10-08T09:00:00": {"timeZone": None}},
    }
    (again,) = parse(write([entry], "-//T//T//EN")).entries
    assert again["recurrenceOverrides"] == {"2026-10-08T09:00:00": {"timeZone": None, "endTimeZone": None}}


def test_a_rule_that_takes_out_is_told_to_be_left_out() -> None:
    assert "EXRULE" in told(event("RRULE:FREQ=DAILY;COUNT=4", "EXRULE:FREQ=DAILY;INTERVAL=2"))[0]
