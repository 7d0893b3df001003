import email.utils
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.message.dates import (
    format_rfc3339,
    format_rfc5322,
    parse_date,
    parse_rfc3339,
    received_date,
)
from angarium.formats.message.values import Header

MOMENTS = st.datetimes(
    min_value=datetime(1900, 1, 1),
    max_value=datetime(9998, 12, 31),
    timezones=st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes))),
).map(lambda moment: moment.replace(microsecond=0))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T09:55:06-06:00"),
        ("21 Nov 97 09:55:06 GMT", "1997-11-21T09:55:06Z"),
        ("Thu, 13 Feb 1969 23:32 -0330 (Newfoundland Time)", "1969-02-13T23:32:00-03:30"),
        ("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", "1997-11-21T09:55:06-06:00"),
        ("Wed, 11 Feb 98 11:51 CST", "1998-02-11T11:51:00-06:00"),
        ("Mon, 1 Jan 101 00:00:00 +0000", "2001-01-01T00:00:00Z"),
        ("Tue, 17 Jul 2012 22:23:35.882 0000", "2012-07-17T22:23:35Z"),
        ("Mon, 3 Dec 2012 10:00:00 GMT+0100", "2012-12-03T10:00:00+01:00"),
        ("Mon, 03 Dec 2012 10:00:00 +01:00", "2012-12-03T10:00:00+01:00"),
        ("Mon, 03 Dec 2012 10:00:00 NEVERLAND", "2012-12-03T10:00:00Z"),
        ("Mon, 03 Dec 2012 10:00:00", "2012-12-03T10:00:00Z"),
        ("Mon, 03 Dec 2012 10:00:60 +0000", "2012-12-03T10:00:59Z"),
        ("Thu, 01 Jan 1970 00:00:00 +9999", "1970-01-01T00:00:00Z"),
        ("Tue Jul 17 22:24:56 2012", "2012-07-17T22:24:56Z"),
        ("Tue Jul 17 22:24:56 EST 2012", "2012-07-17T22:24:56-05:00"),
        ("Dec 3, 2012 1:02 PM", "2012-12-03T13:02:00Z"),
        ("2012-07-17T22:24:56+02:00", "2012-07-17T22:24:56+02:00"),
        ("2012/07/17 22:24:56", "2012-07-17T22:24:56Z"),
    ],
)
def test_dates_of_the_wild_are_read(text: str, expected: str) -> None:
    moment = parse_date(text)
    assert moment is not None
    assert format_rfc3339(moment) == expected


@pytest.mark.parametrize(
    "text", ["", "junk", "Sat, 31 Feb 2015 10:00:00 +0000", "1 Foo 2000 1:1", "1 Jan 0 1:1", "(" * 99]
)
def test_what_is_no_date_gives_none(text: str) -> None:
    assert parse_date(text) is None


@given(MOMENTS)
def test_what_we_write_reads_back(moment: datetime) -> None:
    assert parse_date(format_rfc5322(moment)) == moment
    assert parse_rfc3339(format_rfc3339(moment)) == moment
    assert email.utils.parsedate_to_datetime(format_rfc5322(moment)) == moment


@pytest.mark.parametrize(
    "text", ["2012-07-17", "2012-13-01T00:00:00Z", "2012-07-17T00:00:00", "x", "2012-07-17T00:00:00+24:00"]
)
def test_what_is_no_jmap_date_is_refused(text: str) -> None:
    assert parse_rfc3339(text) is None


@given(st.text(alphabet="0123456789:-+/ ,.()TZamJnDecGM", max_size=60))
def test_any_text_gives_a_date_or_none(text: str) -> None:
    moment = parse_date(text)
    assert moment is None or moment.tzinfo is not None


def test_the_topmost_readable_received_field_dates_the_message() -> None:
    headers = [
        Header("Received", b" from a; no date"),
        Header("received", b" from b (x; y)\r\n by c; Thu, 1 Jan 1970 00:00:01 +0000 (UTC)"),
        Header("Received", b" from d; Fri, 2 Jan 1970 00:00:00 +0000"),
    ]
    assert received_date(headers) == 1_000
    assert received_date(headers[:1]) is None


def test_dates_before_1970_are_negative() -> None:
    assert received_date([Header("Received", b"; 31 Dec 1969 23:59:59 +0000")]) == -1_000
    assert datetime.fromtimestamp(-1, UTC).year == 1969
