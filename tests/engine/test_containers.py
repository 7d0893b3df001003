"""Objects that hold others: what is in them goes or stays, and what the server does with them by itself."""

from typing import Any

import pytest

from angarium.engine.access import Principal
from angarium.store.contract import AccountKey
from tests.engine.board import BOARDS_KEPT, EMPTYING
from tests.harness import Harness


@pytest.fixture
def account(boards: Harness, bea: Principal) -> AccountKey:
    return bea.accounts[boards.account(bea)].key


@pytest.fixture
def made(boards: Harness, bea: Principal) -> dict[str, str]:
    """Boards a and b, a slip on both and one on a alone."""
    ids = created(boards, bea, "Board", {name: {"name": name} for name in "ab"})
    slips = {"both": {"boardIds": {ids["a"]: True, ids["b"]: True}}, "alone": {"boardIds": {ids["a"]: True}}}
    return {**ids, **created(boards, bea, "Slip", slips)}


def created(boards: Harness, user: Principal, kind: str, objects: dict[str, Any]) -> dict[str, str]:
    answer = boards.call(user, f"{kind}/set", {"create": objects})
    return {key: shown["id"] for key, shown in answer["created"].items()}


def test_what_holds_something_stays_and_so_does_what_it_holds(
    boards: Harness, bea: Principal, made: dict[str, str]
) -> None:
    answer = boards.call(bea, "Board/set", {"destroy": [made["a"]]})
    assert answer["notDestroyed"][made["a"]]["type"] == "willDestroy"
    assert len(boards.call(bea, "Slip/get", {"ids": None})["list"]) == 2


def test_what_is_nowhere_else_goes_with_its_container_and_what_is_elsewhere_was_changed(
    boards: Harness, bea: Principal, made: dict[str, str]
) -> None:
    boards.now += 1_500
    answer = boards.call(bea, "Board/set", {"destroy": [made["a"]], EMPTYING: True})
    assert answer["destroyed"] == [made["a"]]
    left = {"id": made["both"], "boardIds": {made["b"]: True}, "seen": "2026-09-21T14:13:21.5Z"}
    assert boards.call(bea, "Slip/get", {"ids": None})["list"] == [left]


@pytest.mark.parametrize(("wanted", "path"), [({}, "boardIds"), ({"B999": True}, "boardIds/B999")])
def test_whatever_is_in_nothing_or_in_what_is_not_there_is_refused(
    boards: Harness, bea: Principal, made: dict[str, str], wanted: dict[str, bool], path: str
) -> None:
    answer = boards.call(bea, "Slip/set", {"create": {"s": {"boardIds": wanted}}})
    assert answer["notCreated"]["s"]["properties"] == [path]


def test_the_first_one_comes_once_even_when_it_is_gone(boards: Harness, bea: Principal, account: AccountKey) -> None:
    boards.store.write(lambda view: BOARDS_KEPT.begin(view, account)).result()
    (first,) = boards.call(bea, "Board/get", {"ids": None})["list"]
    assert (first["name"], first["isDefault"]) == ("Board", True)
    boards.call(bea, "Board/set", {"destroy": [first["id"]]})
    boards.store.write(lambda view: BOARDS_KEPT.begin(view, account)).result()
    assert boards.call(bea, "Board/get", {"ids": None})["list"] == []


def test_whoever_needs_the_default_one_gets_it_even_when_there_is_none(
    boards: Harness, bea: Principal, account: AccountKey
) -> None:
    made = boards.store.write(lambda view: BOARDS_KEPT.default(view, account)).result()
    assert boards.store.write(lambda view: BOARDS_KEPT.default(view, account)).result() == made
    assert [board["id"] for board in boards.call(bea, "Board/get", {"ids": None})["list"]] == [made]


def test_what_the_server_sets_apart_is_what_the_owner_sees(
    boards: Harness, bea: Principal, account: AccountKey
) -> None:
    made = boards.store.write(lambda view: BOARDS_KEPT.create(view, account, "a", isOpen=True)).result()
    bob = boards.share(bea, boards.user("bob"))
    of_bob = boards.call(bob, "Board/get", {"accountId": boards.account(bea), "ids": [made]})["list"][0]
    of_bea = boards.call(bea, "Board/get", {"ids": [made]})["list"][0]
    assert (of_bea["isOpen"], of_bob["isOpen"]) == (True, False)
    boards.store.write(lambda view: BOARDS_KEPT.change(view, account, made, {"name": "b"})).result()
    seen = boards.store.read(lambda view: BOARDS_KEPT.every(view.records, account))
    assert seen == {made: {"name": "b", "isOpen": True, "isDefault": True}}
