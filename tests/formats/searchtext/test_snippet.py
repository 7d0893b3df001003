"""Showing a match."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.searchtext import parse_query, prepare, snippet

EXAMPLES = [
    ("The Foosball competition", "foosball", "The <mark>Foosball</mark> competition"),
    ("a < b & c > d", "c", "a &lt; b &amp; <mark>c</mark> &gt; d"),
    ("Über Ubuntu", "uber", "<mark>Über</mark> Ubuntu"),
    ("cafe\u0301 au lait", "café", "<mark>café</mark> au lait"),
    ("one two three", '"two three"', "one <mark>two three</mark>"),
    ("one, two; three", '"one two"', "<mark>one, two</mark>; three"),
    ("prefixes prefix", "prefi*", "<mark>prefixes</mark> <mark>prefix</mark>"),
    ("business bus", "bus", "business <mark>bus</mark>"),
    ("東京都庁", "京都", "東<mark>京都</mark>庁"),
    ("ﬁne Straße", "strasse fine", "<mark>ﬁne</mark> <mark>Straße</mark>"),
    ("a\n  b\tc", "b", "a <mark>b</mark> c"),
    ("x" * 100 + " y", "x" * 100, f"<mark>{'x' * 100}</mark> y"),
]


@pytest.mark.parametrize(("text", "asked", "shown"), EXAMPLES)
def test_matches_are_marked_and_the_rest_is_escaped(text: str, asked: str, shown: str) -> None:
    assert snippet(text, parse_query(asked)) == shown


@pytest.mark.parametrize(("text", "asked"), [("some text", "other"), ("", "x"), ("text", ""), ("text", "!!")])
def test_nothing_is_shown_where_nothing_matches(text: str, asked: str) -> None:
    assert snippet(text, parse_query(asked)) is None


def test_a_subject_is_shown_whole_and_with_its_white_space() -> None:
    subject = "long  " * 100 + "needle"
    assert snippet(subject, parse_query("needle"), None) == "long  " * 100 + "<mark>needle</mark>"


def test_the_place_with_most_of_the_words_is_shown() -> None:
    text = "needle " + "hay " * 300 + "needle in a haystack " + "hay " * 300
    shown = snippet(text, parse_query("needle haystack"))
    assert shown is not None
    assert "<mark>needle</mark> in a <mark>haystack</mark>" in shown
    assert shown.startswith("…hay")
    assert shown.endswith("hay…")


def test_a_repeated_word_does_not_push_out_another() -> None:
    text = "hay " * 100 + "needle " * 12 + "haystack " + "hay " * 100
    shown = snippet(text, parse_query("needle haystack"))
    assert shown is not None
    assert "<mark>haystack</mark>" in shown


def test_text_of_any_length_is_searched() -> None:
    shown = snippet("hay " * 100_000 + "needle", parse_query("needle"))
    assert shown is not None
    assert shown.endswith("hay <mark>needle</mark>")


pieces = st.sampled_from(
    ["needle", "nèedle", "<", "&", "漢字", "🙂", " ", "  ", "x", "ﬁ", "needle" * 20, "\n", "'", "e\u0301"]
)


@given(st.lists(pieces, max_size=120).map("".join), st.integers(60, 255))
def test_a_snippet_is_short_well_formed_and_part_of_the_text(text: str, most: int) -> None:
    words = parse_query("needle fi 漢")
    shown = snippet(text, words, most)
    matches = any(word.needle in prepare(text) for word in words)
    assert (shown is not None) is matches
    if shown is None:
        return
    assert len(shown.encode()) <= most
    assert re.fullmatch(r"(?:[^<>&]|&(?:amp|lt|gt);|<mark>(?:[^<>&]|&(?:amp|lt|gt);)+</mark>)*", shown)
    assert "<mark>" in shown
    plain = html.unescape(re.sub("</?mark>", "", shown)).strip("…")
    assert prepare(plain).strip() in prepare(text) or plain in " ".join(text.split())
