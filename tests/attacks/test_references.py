"""Result references and creation ids that point nowhere, forwards, at themselves, or at more than is good."""

from typing import Any

import pytest

from angarium.engine.limits import Limits
from tests.attacks.ground import Ground


def ref(result_of: str, path: str, name: str = "Core/echo") -> dict[str, str]:
    return {"resultOf": result_of, "name": name, "path": path}


@pytest.mark.parametrize(
    "reference",
    [
        ref("c1", ""),  # itself
        ref("c2", "/x"),  # what comes later
        ref("c9", "/x"),  # what never comes
        ref("c0", "/x", "Email/get"),  # another method than was called
        ref("c0", "/y"),
        ref("c0", "x"),
        ref("c0", "/x/0"),
        ref("c0", "/list/-1"),
        ref("c0", "/list/-"),
        ref("c0", "/list/00"),
        ref("c0", "/list/1e0"),
        ref("c0", "/list/" + "9" * 5_000),
        ref("c0", "/~2"),
        ref("c0", "/*"),
        ref("c0", "/" * 100_000),
        ref("c0", "/list/*/deeper"),
        ref("error", "/type", "error"),
    ],
)
def test_a_reference_to_nothing_refuses_its_call_and_no_other(land: Ground, reference: Any) -> None:
    _, second, third = land.engine.responses(
        land.user,
        ("Core/echo", {"x": 1, "list": [1, 2]}),
        ("Core/echo", {"#x": reference}),
        ("Core/echo", {"x": 3}),
    )
    assert (second[0], second[1]["type"]) == ("error", "invalidResultReference")
    assert (third[0], third[1]["x"]) == ("Core/echo", 3)


def test_a_refused_call_gives_nothing_to_refer_to(land: Ground) -> None:
    _, second = land.engine.responses(
        land.user, ("Email/get", {"ids": 7}), ("Email/get", {"#ids": ref("c0", "/list/*/id", "Email/get")})
    )
    assert second[1]["type"] == "invalidResultReference"


def test_what_a_reference_brings_is_checked_like_what_is_given(land: Ground) -> None:
    values: list[Any] = [7, "x", {}, [7], None, [[]]]
    for value in values:
        _, second = land.engine.responses(
            land.user, ("Core/echo", {"x": value}), ("Email/changes", {"#sinceState": ref("c0", "/x")})
        )
        assert second[0] == "error"
        assert second[1]["type"] in ("invalidArguments", "cannotCalculateChanges")


def test_an_account_cannot_be_reached_by_reference_either(land: Ground) -> None:
    (_, second) = land.engine.request(
        land.user, [["Core/echo", {"x": "a999"}, "c0"], ["Email/get", {"#accountId": ref("c0", "/x"), "ids": []}, "c1"]]
    )["methodResponses"]
    assert second[1]["type"] == "accountNotFound"


def test_calls_that_double_what_they_refer_to_end_at_a_limit(land: Ground) -> None:
    calls: list[Any] = [["Core/echo", {"x": ["y" * 1000] * 100}, "c0"]]
    for number in range(1, 32):
        before = ref(f"c{number - 1}", "/x")
        calls.append(
            [
                "Core/echo",
                {"#x": before, "#z": before} if number % 2 else {"#x": ref(f"c{number - 1}", "")},
                f"c{number}",
            ]
        )
    responses = land.engine.request(land.user, calls)["methodResponses"]
    assert len(responses) == 32
    assert any(response[0] == "error" for response in responses)


def test_lists_in_lists_in_lists_gather_no_more_than_the_limit(land: Ground) -> None:
    value: Any = ["x"]
    for _ in range(4):
        value = [value] * 20
    _, second = land.engine.responses(
        land.user, ("Core/echo", {"x": value}), ("Core/echo", {"#x": ref("c0", "/x/*/*/*/*/*")})
    )
    assert second[1]["type"] == "invalidResultReference"


def test_more_stars_than_a_list_is_deep_lead_nowhere(land: Ground) -> None:
    values: tuple[Any, ...] = ([[[]] * 50] * 50, [[["x"]] * 50] * 50)
    for value in values:
        _, second = land.engine.responses(
            land.user, ("Core/echo", {"x": value}), ("Core/echo", {"#x": ref("c0", "/x" + "/*" * 30_000)})
        )
        assert second[1].get("x") == [] or second[1]["type"] == "invalidResultReference"


def test_all_responses_together_stay_below_the_limit(land: Ground) -> None:
    big = ["x" * 1_000_000] * 4
    calls: list[Any] = [["Core/echo", {"x": big}, "c0"]]
    calls += [["Core/echo", {"#x": ref("c0", "/x")}, f"c{number}"] for number in range(1, 32)]
    responses = land.engine.request(land.user, calls)["methodResponses"]
    assert sum(4_000_000 for response in responses if response[0] == "Core/echo") <= Limits().max_size_response
    assert {response[1].get("type") for response in responses if response[0] == "error"} == {"requestTooLarge"}


@pytest.mark.parametrize(
    "arguments",
    [
        {"create": {"a": {"name": "one", "parentId": "#never"}}},
        {"create": {"a": {"name": "one", "parentId": "#a"}}},
        {"create": {"a": {"name": "one", "parentId": "#b"}, "b": {"name": "two", "parentId": "#a"}}},
    ],
)
def test_a_creation_id_that_cannot_be_resolved_refuses_the_object(land: Ground, arguments: Any) -> None:
    before = land.image()
    answer = land.engine.call(land.user, "Mailbox/set", arguments)
    assert not answer["created"]
    assert {error["type"] for error in answer["notCreated"].values()} == {"invalidProperties"}
    assert land.image() == before


def test_a_creation_id_that_was_never_used_is_not_found(land: Ground) -> None:
    answer = land.engine.call(
        land.user, "Email/set", {"update": {"#never": {"keywords/$seen": True}}, "destroy": ["#gone"]}
    )
    assert answer["notUpdated"]["#never"]["type"] == "notFound"
    assert answer["notDestroyed"]["#gone"]["type"] == "notFound"
    assert land.engine.call(land.user, "Email/get", {"ids": ["#never"]})["notFound"] == ["#never"]


def test_a_parent_may_stand_after_its_child(land: Ground) -> None:
    chain = {f"m{number}": {"name": f"level {number}", "parentId": f"#m{number + 1}"} for number in range(8)}
    answer = land.engine.call(land.user, "Mailbox/set", {"create": {**chain, "m8": {"name": "root"}}})
    assert len(answer["created"]) == 9
    land.engine.call(land.user, "Mailbox/set", {"destroy": [box["id"] for box in answer["created"].values()]})


def test_a_crowd_of_creates_that_wait_for_nothing_ends(land: Ground) -> None:
    chain = {f"m{number}": {"name": f"x{number}", "parentId": f"#m{number + 1}"} for number in range(500)}
    answer = land.engine.call(land.user, "Mailbox/set", {"create": chain})
    assert not answer["created"]
    assert len(answer["notCreated"]) == 500


def test_created_ids_given_by_the_client_open_nothing(land: Ground) -> None:
    response = land.engine.request(
        land.user,
        [["Email/get", {"accountId": land.engine.account(land.user), "ids": ["#a", "#b"]}, "c"]],
        createdIds={"a": land.email, "b": "M99999"},
    )
    given = response["methodResponses"][0][1]
    assert [email["id"] for email in given["list"]] == [land.email]
    assert response["createdIds"] == {"a": land.email, "b": "M99999"}
