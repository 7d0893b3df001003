"""LocalDateTime and UTCDateTime: which texts they are, and both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.localtime import END, EPOCH, FIRST, format_local, format_utc, parse_local, parse_utc


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-05",
        "2026-01-05T09:00",
        "2026-01-05 09:00:00",
        "2026-01-05t09:00:00",
        "2026-1-5T9:00:00",
        "2026-02-30T00:00:00",
        "2026-01-05T24:00:00",
        "2026-01-05T09:00:60",
        "2026-01-05T09:00:00.0",
        "2026-01-05T09:00:00+01:00",
        "0000-01-01T00:00:00",
        "10000-01-01T00:00:00",
        "٢٠٢٦-01-05T09:00:00",
        "2026-01-05T09:00:00\n",
    ],
)
def test_other_texts_are_no_time(text: str) -> None:
    assert parse_local(text) is None
    assert parse_utc(text + "Z") is None


def test_utc_ends_in_z_and_local_time_does_not() -> None:
    assert parse_utc("1970-01-01T00:00:01Z") == EPOCH + 1
    assert parse_utc("1970-01-01T00:00:01") is None
    assert parse_local("1970-01-01T00:00:01Z") is None


@given(st.integers(FIRST, END - 1))
def test_every_second_of_the_calendar_has_a_text_of_its_own(seconds: int) -> None:
    assert parse_local(format_local(seconds)) == seconds
    assert parse_utc(format_utc(seconds)) == seconds


def test_the_ends_of_the_calendar() -> None:
    assert format_local(FIRST) == "0001-01-01T00:00:00"
    assert format_utc(END - 1) == "9999-12-31T23:59:59Z"
