"""Foo/copy (RFC 8620 §5.4)."""

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


def test_accounts_that_do_not_fit_are_refused(notes: Harness, ann: Principal, bob: Principal) -> None:
    same = {"fromAccountId": notes.account(bob), "create": {}}
    assert notes.error(bob, "Note/copy", same)["type"] == "invalidArguments"
    hidden = {"fromAccountId": notes.account(notes.user("eve")), "create": {}}
    assert notes.error(bob, "Note/copy", hidden)["type"] == "fromAccountNotFound"
    for argument in ("ifInState", "ifFromInState"):
        given = {"fromAccountId": notes.account(ann), "create": {}, argument: "77"}
        assert notes.error(bob, "Note/copy", given)["type"] == "stateMismatch"
