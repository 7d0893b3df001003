"""PatchObject (RFC 8620 §5.3)."""

import pytest

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
