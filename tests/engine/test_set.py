"""Foo/set (RFC 8620 §5.3)."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from angarium.engine.access import Principal
from angarium.engine.declare import Capability
from angarium.engine.limits import Limits
from angarium.engine.records import RecordObjects
from tests.engine.note import NOTE, NOTES, URN
from tests.harness import Harness, Served


@pytest.fixture
def note(notes: Harness, ann: Principal) -> str:
    created = notes.call(ann, "Note/set", {"create": {"n": {"title": "first", "tags": {"old": True}, "size": 3}}})
    return str(created["created"]["n"]["id"])


def get(notes: Harness, user: Principal, note: str) -> Any:
    return notes.call(user, "Note/get", {"ids": [note]})["list"][0]


def test_a_create_tells_the_id_and_the_defaults_but_not_what_was_given(notes: Harness, ann: Principal) -> None:
    answer = notes.call(ann, "Note/set", {"create": {"n": {"title": "a", "colour": "red"}}})
    shown = answer["created"]["n"]
    assert shown.pop("id").startswith("N")
    assert shown == {"size": 0, "weight": None, "isPinned": False, "tags": {}, "parentId": None, "related": {}}
    assert (answer["notCreated"], answer["updated"], answer["destroyed"]) == (None, None, None)
    assert answer["oldState"] != answer["newState"]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, ["title"]),
        ({"title": ""}, ["title"]),
        ({"title": None}, ["title"]),
        ({"title": "x" * 41}, ["title"]),
        ({"title": "a", "colour": "green"}, ["colour"]),
        ({"title": "a", "unknown": 1}, ["unknown"]),
        ({"title": "a", "id": "N5"}, ["id"]),
        ({"title": "a", "legacyFlag": True}, ["legacyFlag"]),
        ({"title": "a", "tags": {"x": False}}, ["tags/x"]),
        ({"title": "a", "tags": {"a/b": 1}}, ["tags/a~1b"]),
        ({"title": 5, "colour": 5, "size": -1}, ["title", "colour", "size"]),
        ({"title": "a", "isPinned": 1}, ["isPinned"]),
        ({"title": "a", "parentId": "N999"}, ["parentId"]),
    ],
)
def test_a_create_that_is_wrong_names_every_property_that_is(
    notes: Harness, ann: Principal, given: dict[str, Any], wrong: list[str]
) -> None:
    answer = notes.call(ann, "Note/set", {"create": {"n": given}})
    error = answer["notCreated"]["n"]
    assert (error["type"], error["properties"]) == ("invalidProperties", wrong)
    assert error["description"]
    assert answer["created"] is None
    assert answer["oldState"] == answer["newState"]


def test_one_bad_object_never_spoils_the_others(notes: Harness, ann: Principal) -> None:
    answer = notes.call(ann, "Note/set", {"create": {"a": {"title": "a"}, "b": {}, "c": {"title": "c"}}})
    assert answer["created"].keys() == {"a", "c"}
    assert answer["notCreated"].keys() == {"b"}


def test_a_patch_changes_replaces_adds_and_removes(notes: Harness, ann: Principal, note: str) -> None:
    patch = {"title": "second", "tags/new": True, "tags/old": None, "weight": 1.5}
    answer = notes.call(ann, "Note/set", {"update": {note: patch}})
    assert answer["updated"] == {note: None}
    shown = get(notes, ann, note)
    assert (shown["title"], shown["tags"], shown["weight"]) == ("second", {"new": True}, 1.5)


def test_null_sets_the_default(notes: Harness, ann: Principal, note: str) -> None:
    notes.call(ann, "Note/set", {"update": {note: {"colour": "red", "isPinned": True}}})
    notes.call(ann, "Note/set", {"update": {note: {"colour": None, "isPinned": None, "tags": None}}})
    shown = get(notes, ann, note)
    assert (shown["colour"], shown["isPinned"], shown["tags"]) == ("blue", False, {})


@pytest.mark.parametrize(
    "patch",
    [
        {"tags": {}, "tags/old": None},
        {"weight/inner": 1},
        {"parentId/inner": 1},
        {"title/0": "x"},
        {"tags~2": {}},
        {"tags/old/deeper/still": True},
    ],
)
def test_a_patch_that_breaks_the_rules_is_invalid_patch_and_changes_nothing(
    notes: Harness, ann: Principal, note: str, patch: dict[str, Any]
) -> None:
    before = get(notes, ann, note)
    answer = notes.call(ann, "Note/set", {"update": {note: {"colour": "red", **patch}}})
    assert answer["notUpdated"][note]["type"] == "invalidPatch"
    assert get(notes, ann, note) == before


@pytest.mark.parametrize(
    ("patch", "wrong"),
    [
        ({"title": None}, ["title"]),
        ({"size": 4}, ["size"]),
        ({"id": "N999"}, ["id"]),
        ({"nothing": 1}, ["nothing"]),
        ({"tags/a": False}, ["tags/a"]),
        ({"isPinned": 0}, ["isPinned"]),
        ({"legacyFlag": True}, ["legacyFlag"]),
        ({"colour": 1, "weight": "x"}, ["colour", "weight"]),
    ],
)
def test_an_update_that_is_wrong_names_every_property_that_is(
    notes: Harness, ann: Principal, note: str, patch: dict[str, Any], wrong: list[str]
) -> None:
    error = notes.call(ann, "Note/set", {"update": {note: patch}})["notUpdated"][note]
    assert (error["type"], error["properties"]) == ("invalidProperties", wrong)


def test_the_whole_object_is_a_patch_that_changes_nothing(notes: Harness, ann: Principal, note: str) -> None:
    answer = notes.call(ann, "Note/set", {"update": {note: get(notes, ann, note)}})
    assert answer["updated"] == {note: None}
    assert answer["oldState"] == answer["newState"]


def test_what_is_not_there_is_not_found(notes: Harness, ann: Principal) -> None:
    answer = notes.call(ann, "Note/set", {"update": {"N99": {"title": "x"}, "#q": {}}, "destroy": ["N98", "#r"]})
    assert {error["type"] for error in [*answer["notUpdated"].values(), *answer["notDestroyed"].values()]} == {
        "notFound"
    }
    assert answer["notUpdated"].keys() == {"N99", "#q"}
    assert answer["notDestroyed"].keys() == {"N98", "#r"}


def test_an_update_of_what_the_same_call_destroys_is_skipped(notes: Harness, ann: Principal, note: str) -> None:
    answer = notes.call(ann, "Note/set", {"update": {note: {"colour": "red"}}, "destroy": [note, note]})
    assert answer["notUpdated"][note]["type"] == "willDestroy"
    assert answer["destroyed"] == [note]


def test_a_wrong_state_stops_the_whole_call(notes: Harness, ann: Principal, note: str) -> None:
    error = notes.error(ann, "Note/set", {"ifInState": "0", "destroy": [note]})
    assert error["type"] == "stateMismatch"
    state = notes.call(ann, "Note/get", {"ids": []})["state"]
    assert notes.call(ann, "Note/set", {"ifInState": state, "destroy": [note]})["destroyed"] == [note]


def test_objects_created_in_one_call_may_name_each_other_in_any_order(notes: Harness, ann: Principal) -> None:
    create = {
        "child": {"title": "child", "parentId": "#mother", "related": {"#aunt": True}},
        "mother": {"title": "mother", "parentId": "#grandmother"},
        "grandmother": {"title": "grandmother"},
        "aunt": {"title": "aunt"},
    }
    created = notes.call(ann, "Note/set", {"create": create})["created"]
    shown = get(notes, ann, created["child"]["id"])
    assert shown["parentId"] == created["mother"]["id"]
    assert shown["related"] == {created["aunt"]["id"]: True}


def test_objects_that_wait_for_each_other_or_for_a_failed_one_are_refused(notes: Harness, ann: Principal) -> None:
    create = {
        "a": {"title": "a", "parentId": "#b"},
        "b": {"title": "b", "parentId": "#a"},
        "c": {"title": "c", "parentId": "#broken"},
        "broken": {"title": ""},
        "d": {"title": "d", "parentId": "#never"},
    }
    answer = notes.call(ann, "Note/set", {"create": create})
    assert answer["created"] is None
    assert {key: error["properties"] for key, error in answer["notCreated"].items()} == {
        "a": ["parentId"], "b": ["parentId"], "c": ["parentId"], "d": ["parentId"], "broken": ["title"],
    }  # fmt: skip


def test_what_was_just_created_can_be_changed_and_destroyed_by_its_creation_id(notes: Harness, ann: Principal) -> None:
    answer = notes.call(
        ann,
        "Note/set",
        {
            "create": {"a": {"title": "a"}, "b": {"title": "b"}},
            "update": {"#a": {"parentId": "#b", "related/#b": True}},
            "destroy": [],
        },
    )
    one, two = answer["created"]["a"]["id"], answer["created"]["b"]["id"]
    assert answer["updated"] == {one: None}
    assert get(notes, ann, one)["related"] == {two: True}


def test_a_creation_id_lives_through_the_request_and_the_newest_wins(notes: Harness, ann: Principal) -> None:
    account = notes.account(ann)
    answer = notes.request(
        ann,
        [
            ["Note/set", {"accountId": account, "create": {"k": {"title": "one"}}}, "0"],
            ["Note/set", {"accountId": account, "create": {"k": {"title": "two"}}}, "1"],
            ["Note/set", {"accountId": account, "destroy": ["#k"]}, "2"],
            ["Note/get", {"accountId": account, "properties": ["title"]}, "3"],
        ],
    )["methodResponses"]
    assert [item["title"] for item in answer[3][1]["list"]] == ["one"]


def test_a_name_that_another_change_of_the_call_sets_free_can_be_taken(
    notes: Harness, ann: Principal, note: str
) -> None:
    answer = notes.call(ann, "Note/set", {"create": {"n": {"title": "first"}}, "update": {note: {"title": "moved"}}})
    assert answer["notCreated"] is None
    again = notes.call(ann, "Note/set", {"create": {"n": {"title": "moved"}}, "destroy": [note]})
    assert again["notCreated"] is None


def test_more_objects_than_one_call_changes_are_too_large(tmp_path: Path) -> None:
    harness = Harness(tmp_path, Limits(max_objects_in_set=2), NOTES)
    user = harness.user("ann")
    arguments = {"create": {"a": {"title": "a"}}, "update": {"N1": {}}, "destroy": ["N2"]}
    assert harness.error(user, "Note/set", arguments)["type"] == "requestTooLarge"
    assert harness.call(user, "Note/get")["list"] == []
    harness.close()


@pytest.mark.parametrize("turned", [False, True])
def test_a_long_chain_of_creations_is_ordered_whichever_way_it_is_sent(
    notes: Harness, ann: Principal, turned: bool
) -> None:
    chain = [(f"k{n}", {"title": f"t{n}", **({"parentId": f"#k{n + 1}"} if n < 199 else {})}) for n in range(200)]
    answer = notes.call(ann, "Note/set", {"create": dict(reversed(chain) if turned else chain)})
    assert len(answer["created"]) == 200


def test_two_patches_that_come_to_one_place_are_invalid(notes: Harness, ann: Principal, note: str) -> None:
    other = notes.call(ann, "Note/set", {"create": {"o": {"title": "other"}}})["created"]["o"]["id"]
    patch = {"related/#o": True, f"related/{other}": None}
    update = ["Note/set", {"accountId": notes.account(ann), "update": {note: patch}}, "0"]
    answer = notes.request(ann, [update], createdIds={"o": other})["methodResponses"][0][1]
    assert answer["notUpdated"][note]["type"] == "invalidPatch"


MEMOS = RecordObjects("Memo", "M")
MEMO = replace(NOTE, name="Memo", reader=MEMOS, writer=MEMOS, querier=None, copier=None)


def test_creation_ids_are_one_map_for_all_types(tmp_path: Path) -> None:
    harness = Harness(tmp_path, served=Served([Capability(URN)], [NOTE, MEMO], []))
    user = harness.user("ann")
    note, memo, got = harness.responses(
        user,
        ("Note/set", {"create": {"k": {"title": "note"}}}),
        ("Memo/set", {"create": {"k": {"title": "memo", "parentId": "#k"}}}),
        ("Memo/get", {"ids": ["#k"], "properties": ["parentId"]}),
    )
    assert got[1]["list"] == [{"id": memo[1]["created"]["k"]["id"], "parentId": note[1]["created"]["k"]["id"]}]
    harness.close()


def test_a_singleton_is_neither_created_nor_destroyed(tmp_path: Path) -> None:
    harness = Harness(tmp_path, served=Served([Capability(URN)], [replace(NOTE, singleton=True)], []))
    user = harness.user("ann")
    answer = harness.call(user, "Note/set", {"create": {"k": {"title": "a"}}, "destroy": ["singleton"]})
    assert answer["notCreated"]["k"]["type"] == "singleton"
    assert answer["notDestroyed"]["singleton"]["type"] == "singleton"
    harness.close()
