import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.contentline.text import escape, split, texts, unescape
from tests.formats.message.linear import assert_linear


@pytest.mark.parametrize(
    ("value", "text"),
    [("a\\nb\\Nc", "a\nb\nc"), ("\\,\\;\\\\n", ",;\\n"), ("http\\://a", "http://a"), ("end\\", "end\\"), ("", "")],
)
def test_escapes_are_undone(value: str, text: str) -> None:
    assert unescape(value) == text


def test_pieces_end_at_marks_that_are_not_escaped() -> None:
    assert split("a\\;b;c;;", ";") == ["a\\;b", "c", "", ""]
    assert split("a\\\\;b\\", ";") == ["a\\\\", "b\\"]
    assert texts("a\\,b,c\\;d") == ["a,b", "c;d"]
    assert texts("") == [""]


@given(st.lists(st.text(), min_size=1))
def test_texts_come_back_from_a_list(given_texts: list[str]) -> None:
    clean = [text.replace("\r\n", "\n").replace("\r", "\n") for text in given_texts]
    for mark in ",;":
        assert texts(mark.join(escape(text) for text in given_texts), mark) == clean


@pytest.mark.parametrize("unit", ["\\", "\\;", ";", "a\\,", "\\n"])
def test_splitting_is_linear(unit: str) -> None:
    assert_linear(lambda size: texts(unit * size, ";"), 40_000)
