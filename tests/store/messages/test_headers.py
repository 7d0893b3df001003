"""The filter `header` over the octets of a message."""

import pytest

from angarium.store.sqlite.messages.headers import header_contains

OCTETS = b"List-Id: a\r\n  folded value\r\nSubject: =?iso-8859-1?q?Caf=E9?=\r\nX: 1\nX: two\r\n\r\nX-Body: yes\r\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [("list-id", None), ("LIST-ID", "folded VALUE"), ("Subject", "café"), ("x", "TWO"), ("x", "1"), ("x", "")],
)
def test_names_and_decoded_values_match_in_any_case(name: str, text: str | None) -> None:
    assert header_contains(OCTETS, name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [("x-body", None), ("list", None), ("x", "three"), ("subject", "=?iso"), ("naïve", None), ("", None)],
)
def test_bodies_and_other_fields_do_not(name: str, text: str | None) -> None:
    assert not header_contains(OCTETS, name, text)
    assert not header_contains(b"", name, text)
