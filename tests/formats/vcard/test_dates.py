import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.json import JSON
from angarium.formats.primitives import parse_utc
from angarium.formats.vcard.dates import date, timestamp, write_date, write_timestamp


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("19951031T222710Z", "1995-10-31T22:27:10Z"),
        ("1995-10-31T22:27:10Z", "1995-10-31T22:27:10Z"),
        ("20211022T140000-05", "2021-10-22T19:00:00Z"),
        ("1987-09-27T08:30:00+06:30", "1987-09-27T02:00:00Z"),
        ("20211022T140000.250Z", "2021-10-22T14:00:00.25Z"),
        ("20161231T235960Z", "2016-12-31T23:59:59Z"),
        ("20211022T1400Z", None),
        ("20211022T140000", None),
        ("19951331T222710Z", None),
        ("00010101T000000+01", None),
        ("19951031", None),
        ("", None),
    ],
)
def test_a_timestamp_is_complete_and_has_a_zone(text: str, utc: str | None) -> None:
    assert timestamp(text) == utc


@pytest.mark.parametrize(
    ("text", "value", "exact"),
    [
        ("19850412", {"year": 1985, "month": 4, "day": 12}, True),
        ("1985-04-12", {"year": 1985, "month": 4, "day": 12}, True),
        ("1985-04", {"year": 1985, "month": 4}, True),
        ("1985", {"year": 1985}, True),
        ("--0229", {"month": 2, "day": 29}, True),
        ("--02-29", {"month": 2, "day": 29}, True),
        ("19531015T231000Z", {"@type": "Timestamp", "utc": "1953-10-15T23:10:00Z"}, True),
        ("20090808T1430-0500", {"@type": "Timestamp", "utc": "2009-08-08T19:30:00Z"}, False),
        ("2019-02-10T00:00:33", {"year": 2019, "month": 2, "day": 10}, False),
    ],
)
def test_an_anniversary_is_a_partial_date_or_a_timestamp(text: str, value: JSON, exact: bool) -> None:
    found = date(text)
    assert found is not None
    assert (found.value, found.exact) == (value, exact)


@pytest.mark.parametrize(
    "text", ["--04", "---12", "T102200", "19850231", "--0230", "1985-13", "circa 1800", "", "2019-02-30T00:00:00"]
)
def test_what_json_has_no_date_for_is_none(text: str) -> None:
    assert date(text) is None


@pytest.mark.parametrize("text", ["19850412", "1985-04", "1985", "--0229", "19531015T231000Z", "00010203"])
def test_a_date_is_written_as_it_was(text: str) -> None:
    found = date(text)
    assert found
    assert write_date(found.value) == text


@pytest.mark.parametrize(
    "value",
    [{}, {"month": 1}, {"day": 1}, {"year": 1, "day": 1}, {"year": 10000}, {"year": True}, {"@type": "Timestamp"}],
)
def test_a_date_without_a_form_in_vcard_is_not_written(value: dict[str, JSON]) -> None:
    assert write_date(value) is None


def test_a_fraction_of_a_second_is_not_written() -> None:
    assert write_timestamp("2010-10-10T10:10:10Z") == "20101010T101010Z"
    assert write_timestamp("2010-10-10T10:10:10.003Z") is None
    assert write_timestamp("2010-13-10T10:10:10Z") is None


@given(st.text(st.sampled_from("0123456789-+:TZ.,"), max_size=24))
def test_any_text_is_a_moment_or_none(text: str) -> None:
    utc = timestamp(text)
    assert utc is None or parse_utc(utc) is not None
    found = date(text)
    assert found is None or found.value
