"""Foo/copy (RFC 8620 §5.4)."""

from typing import Any

import pytest

from angarium.engine.access import Principal
from tests.harness import Harness


@pytest.fixture
def bob(notes: Harness, ann: Principal) -> Principal:
    return notes.share(ann, notes.user("bob"))


@pytest.fixture
def note(notes: Harness, ann: Principal) -> str:
    return str(notes.call(ann, "Note/set", {"create": {"n": {"title": "hers"}}})["created"]["n"]["id"])


def test_a_copy_stands_in_the_other_account_with_what_was_overridden(
    notes: Harness, ann: Principal, bob: Principal, note: str
) -> None:
    answer = notes.call(
        bob, "Note/copy", {"fromAccountId": notes.account(ann), "create": {"k": {"id": note, "colour": "red"}}}
    )
    shown = notes.call(bob, "Note/get", {"ids": [answer["created"]["k"]["id"]]})["list"][0]
    assert (shown["title"], shown["colour"]) == ("hers", "red")
    assert len(notes.call(ann, "Note/get")["list"]) == 1


def test_the_original_is_destroyed_by_an_implicit_set_under_the_same_call_id(
    notes: Harness, ann: Principal, bob: Principal, note: str
) -> None:
    arguments = {
        "accountId": notes.account(bob),
        "fromAccountId": notes.account(ann),
        "create": {"k": {"id": note}, "broken": {"id": "N99"}},
        "onSuccessDestroyOriginal": True,
    }
    copied, destroyed = notes.request(bob, [["Note/copy", arguments, "x"]])["methodResponses"]
    assert copied[1]["notCreated"].keys() == {"broken"}
    assert (destroyed[0], destroyed[2]) == ("Note/set", "x")
    assert (destroyed[1]["accountId"], destroyed[1]["destroyed"]) == (notes.account(ann), [note])
    assert notes.call(ann, "Note/get")["list"] == []


def test_the_implicit_set_minds_its_own_state_and_the_rights_of_the_user(
    notes: Harness, ann: Principal, bob: Principal, note: str
) -> None:
    arguments = {"fromAccountId": notes.account(ann), "create": {"k": {"id": note}}, "onSuccessDestroyOriginal": True}
    answers = notes.responses(bob, ("Note/copy", arguments | {"destroyFromIfInState": "0"}))
    assert answers[1][1]["type"] == "stateMismatch"
    reader = notes.share(ann, notes.user("eve"), read_only=True)
    answers = notes.responses(reader, ("Note/copy", arguments))
    assert (answers[0][0], answers[1][1]["type"]) == ("Note/copy", "accountReadOnly")
    assert len(notes.call(ann, "Note/get")["list"]) == 1


def test_only_what_the_client_does_not_know_is_told_of_a_copy(
    notes: Harness, ann: Principal, bob: Principal, note: str
) -> None:
    given = {"id": note, "colour": "red"}
    answer = notes.call(bob, "Note/copy", {"fromAccountId": notes.account(ann), "create": {"k": given}})
    assert "id" in answer["created"]["k"]
    assert answer["created"]["k"].keys().isdisjoint({"colour", "legacyFlag"})
    assert answer["newState"] == notes.call(bob, "Note/get", {"ids": []})["state"] != answer["oldState"]


@pytest.mark.parametrize(
    ("overrides", "wrong"),
    [
        ({"colour": 5, "size": -3}, ["colour", "size"]),
        ({"nothing": 1}, ["nothing"]),
        ({"legacyFlag": True}, ["legacyFlag"]),
        ({"tags": {"x": False}}, ["tags/x"]),
        ({"parentId": "#never"}, ["parentId"]),
        ({"id": None}, ["id"]),
    ],
)
def test_what_a_copy_is_to_have_instead_is_checked_like_a_create(
    notes: Harness, ann: Principal, bob: Principal, note: str, overrides: dict[str, Any], wrong: list[str]
) -> None:
    create = {"bad": {"id": note, **overrides}, "good": {"id": note}}
    answer = notes.call(bob, "Note/copy", {"fromAccountId": notes.account(ann), "create": create})
    error = answer["notCreated"]["bad"]
    assert (error["type"], error["properties"]) == ("invalidProperties", wrong)
    assert answer["created"].keys() == {"good"}


def test_a_copy_may_name_another_copy_of_the_call_and_be_named_later(
    notes: Harness, ann: Principal, bob: Principal, note: str
) -> None:
    mother = notes.call(ann, "Note/set", {"create": {"m": {"title": "mother"}}})["created"]["m"]["id"]
    create = {"child": {"id": note, "parentId": "#mother"}, "mother": {"id": mother}}
    copied, got = notes.responses(
        bob,
        ("Note/copy", {"fromAccountId": notes.account(ann), "create": create}),
        ("Note/get", {"ids": ["#child"], "properties": ["parentId"]}),
    )
    assert got[1]["list"][0]["parentId"] == copied[1]["created"]["mother"]["id"]


def test_accounts_that_do_not_fit_are_refused(notes: Harness, ann: Principal, bob: Principal) -> None:
    same = {"fromAccountId": notes.account(bob), "create": {}}
    assert notes.error(bob, "Note/copy", same)["type"] == "invalidArguments"
    hidden = {"fromAccountId": notes.account(notes.user("eve")), "create": {}}
    assert notes.error(bob, "Note/copy", hidden)["type"] == "fromAccountNotFound"
    for argument in ("ifInState", "ifFromInState"):
        given = {"fromAccountId": notes.account(ann), "create": {}, argument: "77"}
        assert notes.error(bob, "Note/copy", given)["type"] == "stateMismatch"
