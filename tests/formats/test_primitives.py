"""Ids, integers and dates (RFC 8620 §1.2 to §1.4)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats import primitives


@pytest.mark.parametrize(
    ("value", "good"),
    [
        ("a", True),
        ("-_9Z", True),
        ("a" * 255, True),
        ("a" * 256, False),
        ("", False),
        ("a.b", False),
        ("é", False),
        ("a\n", False),
        (1, False),
        (None, False),
    ],
)
def test_an_id_has_1_to_255_safe_characters(value: object, good: bool) -> None:
    assert primitives.is_id(value) is good


def test_true_is_no_integer_and_integers_end_at_53_bits() -> None:
    assert not primitives.is_integer(True)
    assert not primitives.is_integer(1.0)
    assert primitives.is_integer(2**53 - 1)
    assert not primitives.is_integer(2**53)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T09:00:00z",
        "2026-01-31t09:00:00Z",
        "2026-01-31T09:00:00.Z",
        "2026-01-31T09:00:00.0Z",
        "2026-02-30T09:00:00Z",
        "2026-01-31T09:00:00",
        "2026-01-31",
        "2026-01-31T24:00:00Z",
        "2026-01-31T09:00:00+01:60",
        "2026-01-31T09:00:00+24:00",
        "0000-01-01T00:00:00Z",
        "２026-01-31T09:00:00Z",
        "2026-01-31T09:00:00Z\n",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    assert primitives.parse_date(text) is None


def test_a_date_keeps_its_moment_and_a_utc_date_ends_in_z() -> None:
    assert primitives.parse_date("2026-01-31T09:00:00+01:00") == datetime(2026, 1, 31, 8, tzinfo=UTC)
    assert primitives.parse_utc("2026-01-31T09:00:00+00:00") is None
    assert primitives.parse_utc("1970-01-01T00:00:01.250Z") == 1250
    assert primitives.parse_utc("2016-12-31T23:59:60Z") == primitives.parse_utc("2016-12-31T23:59:59Z")


@given(st.integers(-62_135_596_800_000, 253_402_300_799_999))
def test_milliseconds_survive_the_way_to_text_and_back(moment: int) -> None:
    assert primitives.parse_utc(primitives.format_utc(moment)) == moment
