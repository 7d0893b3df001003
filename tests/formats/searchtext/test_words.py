"""Text to words."""

import unicodedata

import apsw
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from angarium.formats.searchtext import prepare
from angarium.formats.searchtext.words import LONGEST, composed

EXAMPLES = {
    "Hello, World!": "hello world",
    "john.doe+tag@example.com": "john doe tag example com",
    "snake_case and-dash": "snake case and dash",
    "STRASSE Straße": "strasse strasse",
    "Crème brûlée": "creme brulee",
    "Łódź Ærø Þórr ısı": "lodz aero thorr isi",
    "e\u0301te\u0301": "ete",
    "ﬁne ½ ①": "fine 1 2 1",
    "Ελληνικά ΣΑΣ σας": "ελληνικα σασ σασ",
    "Москва ёлка": "москва елка",
    "שָׁלוֹם": "שלום",
    "مُحَمَّد": "محمد",
    "हिन्दी की": "हिन्दी की",
    "東京 Tower": "東 京 tower",
    "ガギ ｶﾅ": "ガ ギ カ ナ",
    "학교에서": "학 교 에 서",
    unicodedata.normalize("NFD", "학교が"): "학 교 が",
    "ไทย": "ไ ท ย",
    "𠀀𠀁": "𠀀 𠀁",
    "abc漢def": "abc 漢 def",
    "... !!! 🙂": "",
    "": "",
}


@pytest.mark.parametrize("text", EXAMPLES)
def test_words_are_folded_and_cut(text: str) -> None:
    expected = EXAMPLES[text]
    assert prepare(text) == (f" {expected} " if expected else "")


def test_long_words_are_shortened_to_what_counts() -> None:
    assert prepare("a" * 500) == f" {'a' * LONGEST} "


@given(st.text())
@example("\ud800\x00")
def test_prepared_text_is_words_between_single_spaces(text: str) -> None:
    prepared = prepare(text)
    words = prepared.split(" ")
    assert prepared == "" or (words[0] == words[-1] == "" and all(words[1:-1]))
    assert all(len(word) <= LONGEST for word in words)


@given(st.text())
def test_preparing_twice_changes_nothing(text: str) -> None:
    once = prepare(text)
    assert prepare(once) == once or any(not _stable(character) for character in text)


def _stable(character: str) -> bool:
    """Whether folding knows no further step (cut words and a few letters that fold in two steps have one)."""
    return prepare(prepare(character)) == prepare(character) and not unicodedata.combining(character)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_the_full_text_engine_cuts_prepared_text_just_at_its_spaces(text: str) -> None:
    prepared = prepare(text)
    connection = apsw.Connection(":memory:")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = 'ascii')")
    connection.execute("INSERT INTO words VALUES (?)", (prepared,))
    connection.execute("CREATE VIRTUAL TABLE terms USING fts5vocab (words, 'instance')")
    tokens = [term for (term,) in connection.execute("SELECT term FROM terms ORDER BY offset")]
    assert tokens == prepared.split()


def test_long_runs_of_combining_marks_are_composed_in_pieces() -> None:
    text = "a" + "\u0301\u0316" * 50_000
    assert len(composed(text)) > 50_000
    assert prepare(text) == " a "
