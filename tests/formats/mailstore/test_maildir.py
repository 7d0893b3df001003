"""Flags in the names of Maildir files, both ways."""

from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.mailstore import (
    assign_letters,
    custom_flags_text,
    file_keywords,
    file_name,
    parse_custom_flags,
    split_name,
)

ALL = frozenset({"$draft", "$flagged", "$forwarded", "$answered", "$seen", "$deleted"})


def test_every_letter_is_a_keyword() -> None:
    assert file_keywords("1.M2.host:2,DFPRST") == ALL
    assert file_keywords("1.M2.host;2,S") == file_keywords("1.M2.host!2,S") == {"$seen"}


def test_a_name_without_flags_has_none() -> None:
    assert file_keywords("1.M2.host") == file_keywords("1.M2.host:2,") == file_keywords("1.M2:1,S") == frozenset()


def test_unknown_letters_are_left_out() -> None:
    assert file_keywords("x:2,SXab", {"a": "work"}) == {"$seen", "work"}


def test_the_unique_part_may_hold_sizes() -> None:
    assert split_name("1.M2.host,S=3,W=4:2,RS") == ("1.M2.host,S=3,W=4", "RS")


def test_dovecot_keywords_are_read_and_bad_lines_left_out() -> None:
    assert parse_custom_flags("0 Work\n25 $Label1\n26 x\nfoo bar\n3 (\n\n") == {"a": "work", "z": "$label1"}


@given(st.frozensets(st.sampled_from([*ALL, "work", "a/b", "$label1"])))
def test_keywords_come_back_from_a_name(keywords: frozenset[str]) -> None:
    custom: dict[str, str] = {}
    assign_letters(custom, keywords)
    assert parse_custom_flags(custom_flags_text(custom)) == custom
    assert file_keywords(file_name("1.M2", keywords, custom), custom) == keywords


def test_more_keywords_than_letters_are_left_to_the_index() -> None:
    custom = {"a": "k07"}
    assign_letters(custom, [f"k{number:02}" for number in range(30)])
    assert len(set(custom.values())) == len(custom) == 26
