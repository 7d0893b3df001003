"""Files as a whole: several calendars, overrides and their series, what is left out and said."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.icalendar import parse, write
from angarium.formats.jscalendar import check
from tests.formats.icalendar.ics import calendar, component, event, only, read, told

WEEKLY = "RRULE:FREQ=WEEKLY"
VIENNA = "DTSTART;TZID=Europe/Vienna:20260105T090000"


def test_an_override_becomes_a_patch_of_what_differs() -> None:
    moved = event(
        "SUMMARY:Moved",
        "LOCATION:Hall",
        "RECURRENCE-ID;TZID=Europe/Vienna:20260112T090000",
        start="DTSTART;TZID=Europe/Vienna:20260113T100000",
    )
    entry = only(event(WEEKLY, "SUMMARY:Weekly", "LOCATION:Hall", start=VIENNA), moved)
    assert entry["recurrenceOverrides"] == {
        "2026-01-12T09:00:00": {"start": "2026-01-13T10:00:00", "title": "Moved"},
    }


def test_an_override_may_come_before_its_series() -> None:
    override = event("SUMMARY:x", "RECURRENCE-ID:20260112T090000Z")
    entry = only(override, event(WEEKLY))
    assert entry["recurrenceOverrides"] == {"2026-01-12T09:00:00": {"title": "x", "start": "2026-01-05T09:00:00"}}


def test_a_recurrence_id_is_told_in_the_zone_of_the_series() -> None:
    override = event("SUMMARY:x", "RECURRENCE-ID:20260713T070000Z", start="DTSTART:20260713T070000Z")
    entry = only(event(WEEKLY, start=VIENNA), override)
    assert entry["recurrenceOverrides"] == {
        "2026-07-13T09:00:00": {"title": "x", "timeZone": "Etc/UTC", "start": "2026-07-13T07:00:00"},
    }


def test_an_override_without_a_series_stands_for_itself() -> None:
    entry = only(event("RECURRENCE-ID;TZID=Europe/Vienna:20260112T090000", start=VIENNA))
    assert entry["recurrenceId"] == "2026-01-12T09:00:00"
    assert entry["recurrenceIdTimeZone"] == "Europe/Vienna"
    assert check(entry) == []


def test_an_override_without_a_start_is_when_it_was_to_be() -> None:
    override = component("VEVENT", "UID:u", "RECURRENCE-ID;TZID=Europe/Vienna:20260112T090000", "SUMMARY:x")
    entry = only(event(WEEKLY, "DURATION:PT1H", start=VIENNA), override)
    assert entry["recurrenceOverrides"] == {"2026-01-12T09:00:00": {"title": "x"}}
    (alone,) = parse(calendar(override)).entries
    assert alone["start"] == "2026-01-12T09:00:00"


def test_a_change_of_all_that_follows_is_taken_for_one_and_told() -> None:
    override = event(
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20260112T090000Z", "SUMMARY:x", start="DTSTART:20260112T090000Z"
    )
    assert told(event(WEEKLY), override) == [
        "u: a change of this and all later instances is taken for one of this instance"
    ]


def test_the_same_uid_twice_keeps_both_and_an_override_goes_to_the_last_before_it() -> None:
    override = event("RECURRENCE-ID:20260112T090000Z", "SUMMARY:x", start="DTSTART:20260112T090000Z")
    found = read(event(WEEKLY, "SUMMARY:1"), event(WEEKLY, "SUMMARY:2"), override)
    assert ["recurrenceOverrides" in entry for entry in found.entries] == [False, True]


def test_of_several_rules_the_first_is_taken_and_the_others_come_back() -> None:
    found = read(event("RRULE:FREQ=DAILY;COUNT=2", "RRULE:FREQ=WEEKLY;COUNT=3"))
    assert found.problems[0].text == "it has several recurrence rules: the first is taken, the others are kept"
    rule = found.entries[0]["recurrenceRule"]
    assert isinstance(rule, dict)
    assert rule["frequency"] == "daily"
    assert b"RRULE:FREQ=WEEKLY;COUNT=3\r\n" in write(found.entries, "x")


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("FREQ=SOMETIMES", "frequency must be"),
        ("FREQ=DAILY;INTERVAL=0", "interval must be"),
        ("FREQ=DAILY;COUNT=0", "count must be"),
        ("FREQ=DAILY;BYDAY=XX", "'XX' is no day of the week"),
        ("FREQ=DAILY;UNTIL=soon", "'SOON' is no date to end a rule with"),
        ("FREQ=DAILY;EVERY=1", "'EVERY' is no part of a recurrence rule"),
        ("FREQ=YEARLY;RSCALE=CHINESE", "rscale"),
        ("FREQ=DAILY;COUNT=" + "9" * 5_000, "COUNT has no number"),
    ],
)
def test_a_rule_that_is_none_is_kept_and_told(rule: str, reason: str) -> None:
    found = read(event(f"RRULE:{rule}"))
    assert reason in found.problems[0].text
    assert len(found.problems[0].text) < 300
    assert "recurrenceRule" not in found.entries[0]
    assert f"RRULE:{rule}" in write(found.entries, "x").decode().replace("\r\n ", "")


def test_several_calendars_and_loose_events_are_one() -> None:
    octets = calendar(event(uid="a")) + calendar(event(uid="b")) + event(uid="c").encode()
    assert [entry["uid"] for entry in parse(octets).entries] == ["a", "b", "c"]


def test_the_method_is_told_in_lower_case() -> None:
    assert parse(b"BEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR").method == "request"
    assert read(event()).method is None


def test_an_event_without_a_start_is_left_out_by_name_unless_it_is_a_message() -> None:
    bare = component("VEVENT", "UID:lost")
    assert told(bare) == ["lost: is left out: an event must have a start"]
    assert read(bare).entries == []
    cancelled = read("METHOD:CANCEL", bare)
    assert [entry["uid"] for entry in cancelled.entries] == ["lost"]


def test_what_a_store_says_of_its_events_is_not_taken_from_a_file() -> None:
    members = {"id": "V7", "isOrigin": False, "utcStart": "2026-01-05T09:00:00Z", "isDraft": True, "calendarIds": {}}
    lines = [f'JSPROP;JSPTR="{name}":{json.dumps(value)}' for name, value in members.items()]
    at = "20260112T090000Z"
    instance = event(f"RECURRENCE-ID:{at}", *lines, "SUMMARY:x", start=f"DTSTART:{at}")
    (entry,) = read(event(WEEKLY, 'JSPROP;JSPTR="example.com:x":5', *lines), instance).entries
    assert entry["example.com:x"] == 5
    assert entry["recurrenceOverrides"] == {"2026-01-12T09:00:00": {"title": "x", "example.com:x": None}}
    assert not members.keys() & entry.keys()


def test_what_is_neither_event_nor_task_is_told_and_kept() -> None:
    journal = component("VJOURNAL", "UID:j", "SUMMARY:Diary")
    found = read(journal)
    assert found.problems == [("VJOURNAL", "is neither an event nor a task", False)]
    assert b"SUMMARY:Diary" in write([], "x", group=found.group)


@pytest.mark.parametrize("octets", [b"", b"\xff\xfe", b"<html>", b"BEGIN:VCARD\nEND:VCARD"])
def test_what_is_no_calendar_has_no_entries_and_says_so(octets: bytes) -> None:
    found = parse(octets)
    assert found.entries == []
    assert found.problems != []


def test_a_file_that_breaks_off_gives_what_was_there() -> None:
    whole = calendar(event(uid="a"), event(uid="b"))
    found = parse(whole[: whole.rindex(b"END:VEVENT")])
    assert [entry["uid"] for entry in found.entries] == ["a", "b"]
    assert found.problems != []


@given(st.integers(0, 400))
def test_a_file_may_break_off_anywhere(at: int) -> None:
    parse(calendar(event("SUMMARY:ä\\,b", "RRULE:FREQ=DAILY", 'ATTENDEE;CN="x":mailto:a@b'))[:at])
