"""Time zones by whatever name: of IANA, of vendors, defined in the file, or unknown; and those that are written."""

import pytest

from angarium.formats.contentline import Component, read
from angarium.formats.icalendar import parse, vtimezone, write
from angarium.formats.icalendar.customzone import CustomZone
from angarium.formats.localtime import DAY, END, parse_local
from angarium.formats.timezones import offset_at, zone
from tests.formats.icalendar.ics import calendar, component, event, only, told
from tests.formats.icalendar.ics import read as read_parts

MARCH = "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"
OCTOBER = "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"


def observance(name: str, start: str, before: str, after: str, *more: str) -> str:
    return component(name, f"DTSTART:{start}", f"TZOFFSETFROM:{before}", f"TZOFFSETTO:{after}", *more)


def central(tzid: str) -> str:
    return component(
        "VTIMEZONE",
        f"TZID:{tzid}",
        observance("DAYLIGHT", "19810329T020000", "+0100", "+0200", MARCH),
        observance("STANDARD", "19961027T030000", "+0200", "+0100", OCTOBER),
    )


ODD = component("VTIMEZONE", "TZID:Odd", observance("STANDARD", "19700101T000000", "+0123", "+0123"))


def at(tzid: str) -> str:
    return event(start=f"DTSTART;TZID={tzid}:20260705T090000")


@pytest.mark.parametrize(
    ("tzid", "name"),
    [
        ("Europe/Vienna", "Europe/Vienna"),
        ("europe/vienna", "Europe/Vienna"),
        ("/freeassociation.sourceforge.net/Europe/Vienna", "Europe/Vienna"),
        ("/mozilla.org/20050126_1/America/New_York", "America/New_York"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ('"(GMT+01.00) Sarajevo/Warsaw/Zagreb"', "Europe/Sarajevo"),
        ("Tokyo Standard Time", "Asia/Tokyo"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_is_known_by_the_names_that_programs_give_it(tzid: str, name: str) -> None:
    assert only(at(tzid))["timeZone"] == name


def test_the_name_that_the_file_gave_comes_back_with_its_definition() -> None:
    entry = only(at("W. Europe Standard Time"))
    octets = write([entry], "x")
    assert b"DTSTART;TZID=W. Europe Standard Time:20260705T090000" in octets
    assert b"BEGIN:VTIMEZONE\r\nTZID:W. Europe Standard Time\r\n" in octets


def test_a_definition_counts_more_than_a_name() -> None:
    assert only(central("Customized Time Zone"), at("Customized Time Zone"))["timeZone"] == "Europe/Berlin"
    assert only(central("Tokyo Standard Time"), at("Tokyo Standard Time"))["timeZone"] == "Europe/Berlin"


def test_an_iana_name_counts_more_than_a_definition() -> None:
    assert only(central("Asia/Tokyo"), at("Asia/Tokyo"))["timeZone"] == "Asia/Tokyo"


def test_a_definition_says_where_it_is_from() -> None:
    lines = central("Mine").replace("TZID:Mine", "TZID:Mine\r\nX-LIC-LOCATION:Europe/Vienna")
    assert only(lines, at("Mine"))["timeZone"] == "Europe/Vienna"


def test_a_zone_like_no_other_is_kept_and_its_times_are_utc() -> None:
    found = read_parts(ODD, event(start="DTSTART;TZID=Odd:20260705T090000"))
    (entry,) = found.entries
    assert (entry["start"], entry["timeZone"]) == ("2026-07-05T07:37:00", "Etc/UTC")
    assert [problem.text for problem in found.problems] == ["its time zone is none that is known; its times are in UTC"]
    octets = write(found.entries, "x")
    assert b"DTSTART;TZID=Odd:20260705T090000\r\n" in octets
    assert b"TZID:Odd\r\nBEGIN:STANDARD\r\n" in octets


def test_a_zone_that_nothing_is_known_of_is_told_and_its_times_float() -> None:
    found = read_parts(at("Nowhere"))
    assert "timeZone" not in found.entries[0]
    assert found.problems == [("Nowhere", "is a time zone that nothing says anything about", False)]


def test_a_zone_is_the_same_however_many_years_its_events_are_apart() -> None:
    events = [event(uid=f"u{year}", start=f"DTSTART;TZID=Mine:{year}0705T090000") for year in range(1990, 2037)]
    events += [
        event("RRULE:FREQ=DAILY;COUNT=3", uid=f"r{year}", start=f"DTSTART;TZID=Mine:{year}0705T090000")
        for year in range(1998, 2030)
    ]
    found = parse(calendar(central("Mine"), *events))
    zones = {entry["timeZone"] for entry in found.entries if str(entry["start"]) > "1997"}
    assert zones == {"Europe/Berlin"}


def test_a_definition_that_says_nothing_is_no_zone() -> None:
    assert told(component("VTIMEZONE", "TZID:Empty"), at("Empty")) == [
        "Empty: is a time zone that nothing says anything about"
    ]


def definition(name: str, first: int, last: int | None) -> Component:
    within = zone(name)
    assert within is not None
    return vtimezone.build(name, within, first, last)


def seconds(date: str) -> int:
    found = parse_local(f"{date}T00:00:00")
    assert found is not None
    return found


@pytest.mark.parametrize(
    "name",
    [
        *("Europe/Vienna", "Europe/London", "Europe/Dublin", "America/New_York", "America/Sao_Paulo", "Asia/Tokyo"),
        *("Africa/Casablanca", "Asia/Tehran", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Chatham", "Asia/Gaza"),
        *("Etc/UTC", "America/Caracas", "Antarctica/Troll", "Africa/Cairo", "America/Nuuk"),
    ],
)
@pytest.mark.parametrize(
    ("first", "last"), [("1995-01-01", "2005-01-01"), ("2024-06-01", "2030-01-01"), ("2020-01-01", None)]
)
def test_a_written_definition_says_what_the_database_says(name: str, first: str, last: str | None) -> None:
    begin, end = seconds(first), None if last is None else seconds(last)
    made = CustomZone(definition(name, begin, end), begin, end or seconds("2036-12-31"))
    within = zone(name)
    assert within is not None
    for moment in range(begin, end or seconds("2036-12-31"), DAY // 2):
        assert made.offset_at(moment) == offset_at(within, moment), (name, moment)


def test_a_written_definition_is_short() -> None:
    assert len(definition("Europe/Vienna", seconds("2026-01-01"), None).components) == 3
    (only_one,) = definition("Asia/Tokyo", 0, END).components[-1:]
    assert only_one.first("TZOFFSETTO").value == "+0900"  # type: ignore[union-attr]


def test_a_definition_is_written_once_for_each_zone() -> None:
    entries = parse(
        calendar(*(event(uid=f"u{n}", start="DTSTART;TZID=Asia/Tokyo:20260105T090000") for n in range(3)))
    ).entries
    (made,) = read(write(entries, "x")).components
    assert [each.name for each in made.components] == ["VTIMEZONE", "VEVENT", "VEVENT", "VEVENT"]
