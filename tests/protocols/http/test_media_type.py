import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.protocols.http.media_type import attachment, is_media_type


@pytest.mark.parametrize(
    "text",
    [
        "text/plain",
        "application/vnd.oasis.opendocument.text",
        "text/plain; charset=utf-8",
        'a/b;c="d; \\" e"',
        "image/svg+xml",
    ],
)
def test_media_types_are_taken(text: str) -> None:
    assert is_media_type(text)


@given(st.text(max_size=60))
def test_what_is_taken_fits_a_header_field(text: str) -> None:
    if is_media_type(text):
        assert re.fullmatch(r"[\t -~]+", text)


@given(st.text(max_size=60))
def test_a_name_never_leaves_its_field(name: str) -> None:
    field = attachment(name)
    assert re.fullmatch(
        rb"attachment; filename=\"[ !#-.0-\[\]-~]*\"(; filename\*=UTF-8''[!#$&+.^_`|~0-9A-Za-z%-]*)?", field
    )


def test_bad_surrogates_are_replaced() -> None:
    assert attachment("\ud800") == b"attachment; filename=\"_\"; filename*=UTF-8''%3F"
