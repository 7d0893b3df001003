"""Local time to UTC and back as JSCalendar reads it, and names that stand for zones."""

from datetime import tzinfo

import pytest

from angarium.formats.localtime import END, FIRST, format_local, format_utc, parse_local, parse_utc
from angarium.formats.timezones import iana_name, names, to_local, to_utc, zone
from angarium.formats.timezones.windows import WINDOWS


def known(name: str) -> tzinfo:
    found = zone(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "local", "utc"),
    [
        # The examples of jscalendarbis §1.5.5.
        ("America/Los_Angeles", "2020-11-01T01:30:00", "2020-11-01T08:30:00Z"),
        ("Australia/Melbourne", "2020-10-04T02:30:00", "2020-10-03T16:30:00Z"),
        ("Asia/Kolkata", "2020-06-01T00:00:00", "2020-05-31T18:30:00Z"),
        ("Etc/UTC", "2020-06-01T00:00:00", "2020-06-01T00:00:00Z"),
        ("Africa/Casablanca", "2026-03-01T12:00:00", "2026-03-01T12:00:00Z"),
        ("America/New_York", "9999-12-31T23:59:59", "9999-12-31T23:59:59Z"),
        ("Asia/Tokyo", "0001-01-01T00:00:00", "0001-01-01T00:00:00Z"),
    ],
)
def test_local_time_to_utc(name: str, local: str, utc: str) -> None:
    assert format_utc(to_utc(known(name), parse_local(local) or 0)) == utc


def test_utc_to_local_time() -> None:
    vienna = known("Europe/Vienna")
    shown = [
        format_local(to_local(vienna, parse_utc(at) or 0))[11:16]
        for at in ("2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z")
    ]
    assert shown == ["01:59", "03:00"]
    for edge in (FIRST, END - 1):
        assert FIRST <= to_local(vienna, edge) < END


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Europe",
        "europe/vienna",
        "../zone.tab",
        "/etc/passwd",
        "posixrules",
        "Factory",
        "Europe/Vienna\x00",
        "C" * 10_000,
    ],
)
def test_only_names_of_the_database_are_zones(name: str) -> None:
    assert zone(name) is None


def test_every_name_has_rules() -> None:
    assert len(names()) > 500
    assert all(zone(name) is not None for name in names())


def test_every_zone_of_windows_is_one_of_iana() -> None:
    assert set(WINDOWS.values()) <= names()


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        ("Europe/Vienna", "Europe/Vienna"),
        ("europe/vienna", "Europe/Vienna"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Pacific Daylight Time", "America/Los_Angeles"),
        ("/mozilla.org/20050126_1/America/New_York", "America/New_York"),
        ("/freeassociation.sourceforge.net/Tzfile/Europe/Berlin", "Europe/Berlin"),
        ("/example.org/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("(GMT+01.00) Sarajevo/Warsaw/Zagreb", "Europe/Sarajevo"),
        ("(UTC-05:00) Eastern Time (US & Canada)", "America/New_York"),
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "Europe/Amsterdam"),
        ("GMT+0200", "Etc/GMT-2"),
        ("UTC-3", "Etc/GMT+3"),
        ("(UTC)", "Etc/UTC"),
        ("GMT+05:30", None),
        ("GMT+99", None),
        ("Customized Time Zone", None),
        ("", None),
        ("/" * 100_000, None),
        ("," * 100_000, None),
    ],
)
def test_what_an_identifier_stands_for(identifier: str, name: str | None) -> None:
    assert iana_name(identifier) == name
