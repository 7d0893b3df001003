import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.datauri import data_uri, is_data_uri, parse_data_uri


@given(st.binary(max_size=200))
def test_octets_come_back(octets: bytes) -> None:
    uri = data_uri("image/png", octets)
    assert is_data_uri(uri)
    assert parse_data_uri(uri) == ("image/png", octets)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    parse_data_uri(text)
    parse_data_uri(f"data:{text}")


@pytest.mark.parametrize(
    ("uri", "found"),
    [
        ("data:,A%20brief%20note", ("text/plain", b"A brief note")),  # RFC 2397 §4
        ("data:text/plain;charset=iso-8859-7,%be%fg%be", ("text/plain", b"\xbe%fg\xbe")),  # RFC 2397 §4
        ("DATA:Image/PNG;Base64,QUI", ("image/png", b"AB")),
        ("data:image/png;base64,QU\r\n I=", ("image/png", b"AB")),
        ("data:image/png;base64,-_-_", ("image/png", b"\xfb\xff\xbf")),
        ("data:image/png;base64,%51%55%49%3D", ("image/png", b"AB")),
    ],
)
def test_the_forms_that_are_met_are_read(uri: str, found: tuple[str, bytes]) -> None:
    assert parse_data_uri(uri) == found


@pytest.mark.parametrize("uri", ["", "data:", "data:image/png;base64", "https://example.com/,", "data:;base64,A"])
def test_what_is_no_data_uri_is_none(uri: str) -> None:
    assert parse_data_uri(uri) is None
