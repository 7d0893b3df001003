from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.collation import LONGEST, SEPARATOR, folded, sortable


def test_case_and_accents_do_not_part_what_belongs_together() -> None:
    names = ["Zoe", "émile", "Adam", "emil", "Émil", "adam", ""]
    assert sorted(names, key=sortable) == ["", "Adam", "adam", "emil", "Émil", "émile", "Zoe"]
    assert folded("ＡＮＮ") == folded("ann")


@given(st.text())
def test_a_value_holds_the_text_once_and_is_bounded(text: str) -> None:
    value = sortable(text)
    assert value.count(SEPARATOR) == 1
    assert value.partition(SEPARATOR)[2] == text[:LONGEST].replace(SEPARATOR, " ")
    assert len(value) <= 2 * LONGEST + 1
