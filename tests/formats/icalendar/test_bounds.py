"""Files that are meant to exhaust: what they cost grows as they do, and no faster; what is too much is told."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from angarium.formats.errors import FormatError
from angarium.formats.icalendar import parse, write
from angarium.formats.json import JSON
from tests.formats.icalendar.ics import calendar, component, event
from tests.formats.message.linear import assert_linear


def day(number: int) -> str:
    return (date(2026, 1, 5) + timedelta(number)).strftime("%Y%m%d")


def override(number: int, *lines: str) -> str:
    return event(f"RECURRENCE-ID:{day(number)}T090000Z", *lines, start=f"DTSTART:{day(number)}T100000Z")


def zone(number: int, *lines: str) -> str:
    said = ("DTSTART:19700101T000000", "TZOFFSETFROM:+0123", "TZOFFSETTO:+0124")
    return component("VTIMEZONE", f"TZID:Z{number}", component("STANDARD", *said, *lines))


def in_zone(number: int, year: int) -> str:
    return event(uid=f"u{year}", start=f"DTSTART;TZID=Z{number}:{year}0105T090000")


BOMBS: dict[str, tuple[int, Callable[[int], bytes]]] = {
    "added dates": (10_000, lambda n: calendar(event("RDATE:" + ",".join(f"{day(i)}T090000Z" for i in range(n))))),
    "added dates, line by line": (10_000, lambda n: calendar(event(*(f"RDATE:{day(i)}T090000Z" for i in range(n))))),
    "excluded dates": (
        10_000,
        lambda n: calendar(event("RRULE:FREQ=DAILY", *(f"EXDATE:{day(i)}T090000Z" for i in range(n)))),
    ),
    "overrides": (2_000, lambda n: calendar(event("RRULE:FREQ=DAILY"), *map(override, range(n)))),
    "overrides of a crowd": (
        800,
        lambda n: calendar(
            event("RRULE:FREQ=DAILY", *(f"ATTENDEE:mailto:a{i}@b" for i in range(n))),
            *(override(i, "ATTENDEE:mailto:a0@b") for i in range(n)),
        ),
    ),
    "zones": (
        160,
        lambda n: calendar(*(zone(i, "RRULE:FREQ=SECONDLY") for i in range(n)), *(in_zone(i, 2026) for i in range(n))),
    ),
    "years of a zone": (
        400,
        lambda n: calendar(zone(0, "RRULE:FREQ=YEARLY"), *(in_zone(0, 1_000 + i) for i in range(n))),
    ),
    "dates of a zone": (
        800,
        lambda n: calendar(
            zone(0, "RDATE:" + ",".join(f"{day(i)}T000000" for i in range(n))),
            *(in_zone(0, 1_000 + i) for i in range(n)),
        ),
    ),
    "alarms": (
        4_000,
        lambda n: calendar(
            event(*[component("VALARM", "TRIGGER:-PT5M", "REPEAT:2147483648", "DURATION:PT1S", "ACTION:DISPLAY")] * n)
        ),
    ),
    "attendees": (8_000, lambda n: calendar(event(*(f"ATTENDEE;CN=x:mailto:a{i}@b" for i in range(n))))),
    "one attendee": (8_000, lambda n: calendar(event(*["ATTENDEE;CN=x:mailto:a@b"] * n))),
    "one key": (8_000, lambda n: calendar(event(*(f"ATTACH;JSID=a:http://a/{i}" for i in range(n))))),
    "places": (
        3_000,
        lambda n: calendar(event(*[component("VLOCATION", "NAME:x")] * n, *["LOCATION;DERIVED=TRUE:y"] * n)),
    ),
    "unknown properties": (8_000, lambda n: calendar(event(*(f"X-A{i}:1" for i in range(n))))),
    "components in components": (4_000, lambda n: calendar(event("BEGIN:X\r\n" * n))),
    "pointers": (80_000, lambda n: calendar(event(f'JSPROP;JSPTR="{"a/" * n}":1', "JSPROP;JSPTR=b:" + "[" * n))),
    "digits": (
        80_000,
        lambda n: calendar(event(f"DURATION:P{'9' * n}D", f"PRIORITY:{'9' * n}", f"RRULE:FREQ=DAILY;COUNT={'9' * n}")),
    ),
    "white space": (80_000, lambda n: calendar(event(f"GEO:{' ' * n}1;2x", f"LOCATION:{chr(92) * n}"))),
    "rules that never give anything": (
        400,
        lambda n: calendar(
            *(
                event(
                    "RRULE:FREQ=SECONDLY;COUNT=1000000000;BYMONTH=2;BYMONTHDAY=30",
                    uid=f"u{i}",
                    start="DTSTART:20260105",
                )
                for i in range(n)
            )
        ),
    ),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_reading_is_linear(bomb: str) -> None:
    size, make = BOMBS[bomb]
    files = {each: make(each) for each in (size, size // 8)}
    assert_linear(lambda each: parse(files[each]), size)


@pytest.mark.parametrize("bomb", BOMBS)
def test_writing_is_linear(bomb: str) -> None:
    size, make = BOMBS[bomb]
    entries = {each: parse(make(each)).entries for each in (size, size // 8)}
    assert_linear(lambda each: write(entries[each], "-//T//T//EN"), size)


def test_overrides_that_each_repeat_a_long_event_are_refused() -> None:
    days = [date(2026, 1, 1) + timedelta(number) for number in range(200)]
    overrides: dict[str, JSON] = {f"{each}T09:00:00": {"title": "y"} for each in days}
    series: dict[str, JSON] = {
        "@type": "Event",
        "uid": "u",
        "start": "2026-01-01T09:00:00",
        "description": "x" * 400_000,
        "recurrenceRule": {"@type": "RecurrenceRule", "frequency": "daily"},
        "recurrenceOverrides": overrides,
    }
    with pytest.raises(FormatError, match="too many overrides"):
        write([series], "x")


def test_changes_without_number_of_a_series_with_countless_members_are_left_out_by_name() -> None:
    members = (f'JSPROP;JSPTR="example.com:{number}":1' for number in range(4_000))
    found = parse(calendar(event("RRULE:FREQ=DAILY", *members), *map(override, range(600))))
    left_out = [problem.text for problem in found.problems]
    assert left_out[-1] == "its change of 2027-08-27T09:00:00 is left out: there are too many"
    overrides = found.entries[0]["recurrenceOverrides"]
    assert isinstance(overrides, dict)
    assert len(overrides) + len(left_out) == 600
