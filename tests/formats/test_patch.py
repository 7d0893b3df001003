"""PatchObject (RFC 8620 §5.3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats import patch
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON


def test_members_are_replaced_added_and_removed_at_any_depth() -> None:
    target: dict[str, JSON] = {"name": "x", "alerts": {"1": {"offset": 5, "kind": "a"}, "2": {}}, "keep": [1]}
    result = patch.apply(target, {"name": "y", "alerts/1/offset": 9, "alerts/2": None, "alerts/3": {"offset": 1}})
    assert result == {"name": "y", "alerts": {"1": {"offset": 9, "kind": "a"}, "3": {"offset": 1}}, "keep": [1]}


def test_the_patched_object_is_left_as_it_was() -> None:
    target: dict[str, JSON] = {"a": {"b": {"c": 1}}}
    patch.apply(target, {"a/b/c": 2, "a/b/d": 3})
    assert target == {"a": {"b": {"c": 1}}}


def test_null_at_the_top_stays_for_the_declaration_to_judge() -> None:
    assert patch.apply({"a": 1, "b": 2}, {"a": None}) == {"a": None, "b": 2}


def test_removing_what_is_not_there_does_nothing() -> None:
    assert patch.apply({"a": {}}, {"a/b": None}) == {"a": {}}


@pytest.mark.parametrize(
    "paths",
    [
        {"alerts": {}, "alerts/1/offset": 5},
        {"list/0": 1},
        {"none/inner": 1},
        {"null/inner": 1},
        {"text/inner": 1},
        {"alerts/2/deep/er": 1},
        {"a~2b": 1},
    ],
)
def test_a_patch_that_breaks_the_rules_is_refused(paths: dict[str, JSON]) -> None:
    target: dict[str, JSON] = {"alerts": {"1": {}}, "list": [0], "null": None, "text": "t"}
    with pytest.raises(FormatError):
        patch.apply(target, paths)


def test_a_name_that_only_begins_like_another_is_another_place() -> None:
    assert patch.apply({"ab": 1, "a": {}}, {"ab": 2, "a/b": 3}) == {"ab": 2, "a": {"b": 3}}


def test_the_top_level_properties_are_told_unescaped_and_once() -> None:
    assert patch.tops({"a/b": 1, "c~1d": 2, "a/e": 3}) == ["a", "c/d"]


def test_a_difference_reaches_as_deep_as_objects_agree() -> None:
    before: dict[str, JSON] = {"a": 1, "gone": 2, "o": {"x": 1, "y/z": {"k": [1]}, "w": 3}, "e": {}}
    after: dict[str, JSON] = {"a": 1, "o": {"x": 2, "y/z": {"k": [1, 2]}}, "e": {"n": 1}, "new": {"b": True}}
    found = patch.difference(before, after)
    assert found == {
        "gone": None,
        "o/x": 2,
        "o/y~1z/k": [1, 2],
        "o/w": None,
        "e": {"n": 1},
        "new": {"b": True},
    }


def test_true_and_one_are_different() -> None:
    assert patch.difference({"a": 1, "b": True}, {"a": True, "b": True}) == {"a": True}


NAMES = st.sampled_from(["a", "b/c", "~"])
VALUES: st.SearchStrategy[JSON] = st.recursive(
    st.integers(0, 2) | st.booleans() | st.text("xy", max_size=2),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


@given(before=st.dictionaries(NAMES, VALUES, max_size=3), after=st.dictionaries(NAMES, VALUES, max_size=3))
def test_a_difference_makes_one_object_into_the_other(before: dict[str, JSON], after: dict[str, JSON]) -> None:
    made = patch.apply(before, patch.difference(before, after))
    assert {name: value for name, value in made.items() if value is not None} == after
