"""Durations: to the letter, leniently, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.duration import Duration, is_duration, is_signed, parse, write


@pytest.mark.parametrize(
    "text", ["P1D", "P1W", "P1W2D", "PT0S", "PT1H", "PT1H30M", "PT1H0M5S", "PT90M", "P2DT3H4M5S", "P1WT1S", "PT5M10S"]
)
def test_durations_to_the_letter(text: str) -> None:
    assert is_duration(text)
    assert is_signed(text)
    assert is_signed("-" + text)
    assert is_signed("+" + text)
    assert not is_duration("-" + text)


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "P1", "1D", "P1DT", "PT1H5S", "P1Y", "P1M", "PT1.5S", "P-1D", "p1d", "P1D ", "--PT1S", "P٣D"],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    assert not is_duration(text)
    assert not is_signed(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("P1W2D", (9, 0)),
        ("-PT15M", (0, -900)),
        ("+P1DT1H", (1, 3600)),
        ("PT1H5S", (0, 3605)),
        ("P", None),
        ("PT", None),
        ("P1DT", None),
        ("P1Y", None),
        ("P" + "9" * 30 + "D", None),
    ],
)
def test_reading_is_lenient(text: str, value: tuple[int, int] | None) -> None:
    assert parse(text) == value


@given(st.integers(0, 10**6), st.integers(0, 10**9), st.booleans())
def test_what_is_written_is_read_as_the_same(days: int, seconds: int, negative: bool) -> None:
    value = Duration(-days, -seconds) if negative else Duration(days, seconds)
    assert parse(write(value)) == value
    assert is_signed(write(value))
