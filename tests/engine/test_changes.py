"""Foo/changes (RFC 8620 §5.2)."""

import pytest

from angarium.engine.access import Principal
from tests.harness import Harness


def _create(notes: Harness, user: Principal, *titles: str) -> list[str]:
    created = notes.call(user, "Note/set", {"create": {title: {"title": title} for title in titles}})["created"]
    return [created[title]["id"] for title in titles]


def test_created_updated_and_destroyed_are_told_apart(notes: Harness, ann: Principal) -> None:
    one, two, _ = _create(notes, ann, "one", "two", "three")
    state = notes.call(ann, "Note/get", {"ids": []})["state"]
    [four] = _create(notes, ann, "four")
    notes.call(ann, "Note/set", {"update": {one: {"colour": "red"}}, "destroy": [two]})
    changes = notes.call(ann, "Note/changes", {"sinceState": state})
    assert (changes["created"], changes["updated"], changes["destroyed"]) == ([four], [one], [two])
    assert changes["oldState"] == state
    assert changes["newState"] == notes.call(ann, "Note/get", {"ids": []})["state"]


def test_what_came_and_went_since_is_left_out(notes: Harness, ann: Principal) -> None:
    state = notes.call(ann, "Note/get", {"ids": []})["state"]
    [one] = _create(notes, ann, "one")
    notes.call(ann, "Note/set", {"destroy": [one]})
    changes = notes.call(ann, "Note/changes", {"sinceState": state})
    assert (changes["created"], changes["updated"], changes["destroyed"]) == ([], [], [])


def test_pages_of_one_lead_to_the_newest_state_and_tell_each_object_as_created_first(
    notes: Harness, ann: Principal
) -> None:
    one, two = _create(notes, ann, "one", "two")
    notes.call(ann, "Note/set", {"update": {one: {"colour": "red"}}})
    state, told, more = "0", [], True
    while more:
        page = notes.call(ann, "Note/changes", {"sinceState": state, "maxChanges": 1})
        assert len(page["created"] + page["updated"] + page["destroyed"]) <= 1
        told += [("created", item) for item in page["created"]] + [("updated", item) for item in page["updated"]]
        state, more = page["newState"], page["hasMoreChanges"]
    assert told[:2] == [("created", one), ("created", two)]
    assert state == notes.call(ann, "Note/get", {"ids": []})["state"]


@pytest.mark.parametrize("state", ["", "x", "-1", "01", "99999", "9" * 30, "1.0", "١"])
def test_a_state_that_was_never_given_out_cannot_be_calculated_from(notes: Harness, ann: Principal, state: str) -> None:
    assert notes.error(ann, "Note/changes", {"sinceState": state})["type"] == "cannotCalculateChanges"
