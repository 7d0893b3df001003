"""One default of a kind: which it is, and how a /set moves it."""

import pytest

from angarium.engine.access import Principal
from tests.harness import Harness


def default(boards: Harness, bea: Principal) -> list[str]:
    found = boards.call(bea, "Board/get", {"ids": None})["list"]
    return [each["name"] for each in found if each["isDefault"]]


def put(boards: Harness, bea: Principal, *titles: str) -> dict[str, str]:
    made = boards.call(bea, "Board/set", {"create": {title: {"name": title} for title in titles}})["created"]
    return {title: made[title]["id"] for title in titles}


def test_the_first_object_is_the_default_and_others_are_not(boards: Harness, bea: Principal) -> None:
    put(boards, bea, "a", "b")
    assert default(boards, bea) == ["a"]


def test_the_default_moves_once_everything_succeeded_and_both_are_told(boards: Harness, bea: Principal) -> None:
    made = put(boards, bea, "a", "b")
    answer = boards.call(bea, "Board/set", {"onSuccessSetIsDefault": made["b"]})
    assert answer["updated"] == {made["a"]: {"isDefault": False}, made["b"]: {"isDefault": True}}
    assert answer["newState"] == boards.call(bea, "Board/get", {"ids": []})["state"] != answer["oldState"]
    assert default(boards, bea) == ["b"]


def test_what_is_created_in_the_same_call_can_become_the_default(boards: Harness, bea: Principal) -> None:
    put(boards, bea, "a")
    answer = boards.call(bea, "Board/set", {"create": {"n": {"name": "new"}}, "onSuccessSetIsDefault": "#n"})
    assert answer["created"]["n"]["isDefault"] is True
    assert default(boards, bea) == ["new"]


@pytest.mark.parametrize("wanted", ["B999", "#nothing"])
def test_what_is_not_there_never_becomes_the_default(boards: Harness, bea: Principal, wanted: str) -> None:
    put(boards, bea, "a")
    assert boards.call(bea, "Board/set", {"onSuccessSetIsDefault": wanted})["updated"] is None
    assert default(boards, bea) == ["a"]


def test_a_failure_leaves_the_default_where_it_was(boards: Harness, bea: Principal) -> None:
    made = put(boards, bea, "a", "b")
    boards.call(bea, "Board/set", {"destroy": ["B999"], "onSuccessSetIsDefault": made["b"]})
    assert default(boards, bea) == ["a"]


def test_one_of_those_that_are_left_takes_the_place_of_a_default_that_goes(boards: Harness, bea: Principal) -> None:
    made = put(boards, bea, "a", "b", "c")
    answer = boards.call(bea, "Board/set", {"destroy": [made["a"]]})
    assert answer["updated"] == {made["b"]: {"isDefault": True}}
    assert default(boards, bea) == ["b"]
