"""Colours of CSS, and what is none."""

import pytest

from angarium.formats.csscolor import is_color


@pytest.mark.parametrize("text", ["teal", "DarkSlateGrey", "red", "#08f", "#0080FF"])
def test_names_and_hexadecimal_colours_are_colours_in_any_case(text: str) -> None:
    assert is_color(text)


@pytest.mark.parametrize(
    "text", ["", "#", "#12", "#1234", "#12345g", "#1234567", "blurple", "red ", "red\n", "rgb(0,0,0)", "#١٢٣", "#fff\n"]
)
def test_nothing_else_is_a_colour(text: str) -> None:
    assert not is_color(text)
