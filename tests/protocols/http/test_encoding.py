import gzip as standard

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.protocols.http.encoding import WORTH, accepts_gzip, gzip, packed


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip", True),
        ("br, gzip", True),
        ("GZIP;q=0.5", True),
        ("*", True),
        ("*;q=0", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000, *", False),
        ("identity;q=1, *;q=0.1", True),
        ("br", False),
        ("notgzip", False),
        ("gzipped", False),
        ("", False),
    ],
)
def test_gzip_is_used_when_it_is_accepted(header: str, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted


@given(st.text(max_size=80))
def test_no_header_breaks_it(header: str) -> None:
    accepts_gzip(header)


@given(st.binary(max_size=5000))
def test_what_was_packed_is_unpacked(body: bytes) -> None:
    assert standard.decompress(gzip(body)) == body


def test_short_bodies_stay_as_they_are() -> None:
    assert packed(b"x" * (WORTH - 1), "gzip") == (b"x" * (WORTH - 1), ())
