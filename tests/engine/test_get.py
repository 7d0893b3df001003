"""Foo/get (RFC 8620 §5.1)."""

from pathlib import Path
from typing import Any

import pytest

from angarium.engine.access import Principal
from angarium.engine.limits import Limits
from tests.engine.note import NOTES
from tests.harness import Harness


@pytest.fixture
def three(notes: Harness, ann: Principal) -> dict[str, str]:
    created = notes.call(ann, "Note/set", {"create": {name: {"title": name} for name in ("one", "two", "three")}})
    return {name: value["id"] for name, value in created["created"].items()}


def test_null_ids_give_every_object_with_every_property_that_is_shown(
    notes: Harness, ann: Principal, three: dict[str, str]
) -> None:
    answer = notes.call(ann, "Note/get", {"ids": None, "properties": None})
    assert {note["id"] for note in answer["list"]} == set(three.values())
    assert answer["list"][0].keys() == {
        "id", "title", "colour", "size", "weight", "isPinned", "tags", "parentId", "related",
    }  # fmt: skip
    assert answer["notFound"] == []
    assert answer["accountId"] == notes.account(ann)


def test_no_ids_give_nothing(notes: Harness, ann: Principal, three: dict[str, str]) -> None:
    assert notes.call(ann, "Note/get", {"ids": []})["list"] == []


def test_properties_give_exactly_those_and_the_id(notes: Harness, ann: Principal, three: dict[str, str]) -> None:
    answer = notes.call(ann, "Note/get", {"ids": [three["two"]], "properties": ["title", "title"]})
    assert answer["list"] == [{"id": three["two"], "title": "two"}]
    assert notes.call(ann, "Note/get", {"ids": [three["two"]], "properties": []})["list"] == [{"id": three["two"]}]


def test_an_id_given_twice_comes_once_and_in_the_order_asked(
    notes: Harness, ann: Principal, three: dict[str, str]
) -> None:
    asked = [three["three"], three["one"], three["three"]]
    answer = notes.call(ann, "Note/get", {"ids": asked, "properties": ["title"]})
    assert [note["title"] for note in answer["list"]] == ["three", "one"]


def test_ids_of_nothing_are_told_once(notes: Harness, ann: Principal, three: dict[str, str]) -> None:
    answer = notes.call(ann, "Note/get", {"ids": ["N999", three["one"], "N999", "zz", "#never"]})
    assert sorted(answer["notFound"]) == ["#never", "N999", "zz"]
    assert len(answer["list"]) == 1


def test_objects_of_another_account_are_not_found(notes: Harness, ann: Principal, three: dict[str, str]) -> None:
    bob = notes.user("bob")
    answer = notes.call(bob, "Note/get", {"ids": list(three.values())})
    assert answer["list"] == []
    assert answer["notFound"] == list(three.values())


def test_the_state_is_the_one_that_changes_count_from(notes: Harness, ann: Principal, three: dict[str, str]) -> None:
    state = notes.call(ann, "Note/get", {"ids": []})["state"]
    changes = notes.call(ann, "Note/changes", {"sinceState": state})
    assert (changes["newState"], changes["created"], changes["hasMoreChanges"]) == (state, [], False)


@pytest.mark.parametrize("arguments", [{"ids": ["N1", "N2", "N3"]}, {"ids": None}])
def test_more_objects_than_one_call_gives_are_too_large(tmp_path: Path, arguments: dict[str, Any]) -> None:
    harness = Harness(tmp_path, Limits(max_objects_in_get=2), NOTES)
    user = harness.user("ann")
    harness.call(user, "Note/set", {"create": {name: {"title": name} for name in "abc"}})
    assert harness.error(user, "Note/get", arguments)["type"] == "requestTooLarge"
    assert harness.call(user, "Note/get", {"ids": ["N1", "N2"]})["accountId"]
    harness.close()
