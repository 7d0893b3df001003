"""What people type, and what the full-text engine is asked."""

import apsw
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from angarium.formats.searchtext import Word, match_expression, parse_query, prepare, query
from angarium.formats.searchtext.query import MOST_WORDS

EXAMPLES = {
    "two words": (Word(("two",)), Word(("words",))),
    '"a phrase" more': (Word(("a", "phrase")), Word(("more",))),
    "'single quoted'": (Word(("single", "quoted")),),
    r'"say \"hi\" \\ \'"': (Word(("say", "hi")),),
    "don't": (Word(("don", "t")),),
    "rock'n'roll 'em": (Word(("rock", "n", "roll")), Word(("em",))),
    '"unmatched phrase': (Word(("unmatched",)), Word(("phrase",))),
    "begin*": (Word(("begin",), prefix=True),),
    '"star*"': (Word(("star",)),),
    "a* * **": (Word(("a",), prefix=True),),
    "Ann@Example.com": (Word(("ann", "example", "com")),),
    "漢字": (Word(("漢", "字")),),
    "same Same SAME": (Word(("same",)),),
    "- ! ''": (),
    "": (),
    " \t\u3000": (),
}


@pytest.mark.parametrize("text", EXAMPLES)
def test_words_phrases_and_beginnings(text: str) -> None:
    assert parse_query(text) == EXAMPLES[text]


def test_only_so_many_words_count() -> None:
    assert len(parse_query(" ".join(f"w{number}" for number in range(1000)))) == MOST_WORDS
    assert len(parse_query('"' + "w " * 1000 + '"')[0].tokens) == MOST_WORDS


@pytest.mark.parametrize("repeated", ["same ", "- ", "x", "漢", '"a '])
def test_no_more_of_a_text_is_read_than_can_matter(repeated: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []

    def counted(piece: str) -> str:
        read.append(len(piece))
        return prepare(piece)

    monkeypatch.setattr(query, "prepare", counted)
    parse_query(repeated * 1_000_000)
    assert len(read) <= 1_000
    assert sum(read) <= 100_000


def test_columns_bound_every_word() -> None:
    assert match_expression(parse_query('x "y z" w*'), ("from", "to")) == '{from to} : ("x" AND "y z" AND "w" *)'
    assert match_expression(parse_query("x")) == '"x"'


@pytest.fixture(scope="module")
def engine() -> apsw.Connection:
    connection = apsw.Connection(":memory:")
    connection.execute("CREATE VIRTUAL TABLE mail USING fts5 (\"from\", body, tokenize = 'ascii')")
    return connection


@given(
    st.text(),
    st.text() | st.lists(st.sampled_from(["a", "b", '"', "'", "\\", "*", " ", "AND", "漢", "(", ":"])).map("".join),
)
@example("a b", '"a b')
@example("a OR b", "NEAR(a b)")
def test_the_engine_finds_what_containment_finds_and_never_fails(
    engine: apsw.Connection, text: str, asked: str
) -> None:
    prepared = prepare(text)
    words = parse_query(asked)
    if not words:
        return
    engine.execute("DELETE FROM mail")
    engine.execute('INSERT INTO mail ("from", body) VALUES (?, ?)', ("", prepared))
    expected = all(word.needle in prepared for word in words)
    for columns in ((), ("body",), ("from", "body")):
        found = engine.execute("SELECT count(*) FROM mail WHERE mail MATCH ?", (match_expression(words, columns),)).get
        assert bool(found) is expected
    assert engine.execute("SELECT 1 FROM mail WHERE mail MATCH ?", (match_expression(words, ("from",)),)).get is None


@given(st.text(min_size=1))
def test_a_text_is_found_by_itself(text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    assert all(word.needle in prepare(text) for word in parse_query(f'"{quoted}"'))
