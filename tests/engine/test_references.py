"""Result references (RFC 8620 §3.7)."""

from pathlib import Path
from typing import Any

import pytest

from angarium.engine.access import Principal
from angarium.engine.limits import Limits
from tests.engine.note import NOTES
from tests.harness import Harness


def reference(path: str, name: str = "Core/echo", result_of: str = "c0") -> dict[str, str]:
    return {"resultOf": result_of, "name": name, "path": path}


def test_an_argument_takes_its_value_from_an_earlier_response(notes: Harness, ann: Principal) -> None:
    notes.call(ann, "Note/set", {"create": {"a": {"title": "one"}, "b": {"title": "two"}}})
    answers = notes.responses(
        ann,
        ("Note/query", {"sort": [{"property": "title", "isAscending": False}]}),
        ("Note/get", {"#ids": reference("/ids", "Note/query"), "properties": ["title"]}),
        ("Core/echo", {"#titles": reference("/list/*/title", "Note/get", "c1")}),
    )
    assert answers[2][1]["titles"] == ["two", "one"]


@pytest.mark.parametrize(
    "given",
    [
        reference("/nothing"),
        reference("nothing"),
        reference("/w/0"),
        reference("/w", "Other/echo"),
        reference("/w", "Core/echo", "c1"),
        reference("/w", "Core/echo", "never"),
        reference("/~"),
    ],
)
def test_a_reference_that_leads_nowhere_refuses_its_call(notes: Harness, ann: Principal, given: Any) -> None:
    _, bad = notes.responses(ann, ("Core/echo", {"w": "x"}), ("Core/echo", {"#w": given}))
    assert bad[1]["type"] == "invalidResultReference"


@pytest.mark.parametrize(
    "given", [None, 5, {}, {"resultOf": "c0"}, {**reference("/w"), "more": 1}, {**reference("/w"), "path": 1}]
)
def test_what_is_no_reference_is_invalid(notes: Harness, ann: Principal, given: Any) -> None:
    _, bad = notes.responses(ann, ("Core/echo", {"w": "x"}), ("Core/echo", {"#w": given}))
    assert bad[1]["type"] == "invalidArguments"


def test_the_same_argument_as_value_and_as_reference_is_refused(notes: Harness, ann: Principal) -> None:
    _, bad = notes.responses(ann, ("Core/echo", {"w": "x"}), ("Core/echo", {"w": 1, "#w": reference("/w")}))
    assert bad[1]["type"] == "invalidArguments"


def test_the_first_response_of_a_call_id_is_the_one_referred_to(notes: Harness, ann: Principal) -> None:
    account = notes.account(ann)
    calls = [
        ["No/such", {}, "a"],
        ["Core/echo", {"w": 1}, "a"],
        ["Core/echo", {"#w": reference("/w", result_of="a")}, "b"],
    ]
    answer = notes.request(ann, calls)["methodResponses"]
    assert answer[2][1]["type"] == "invalidResultReference"
    assert account


def test_references_cannot_be_doubled_into_the_sky(tmp_path: Path) -> None:
    harness = Harness(tmp_path, Limits(max_query=1000), NOTES)
    user = harness.user("ann")
    calls: list[tuple[str, dict[str, Any]]] = [("Core/echo", {"w": [[1] * 10] * 2})]
    for index in range(20):
        doubled = {"#w": reference("/*/*", result_of=f"c{index}"), "#v": reference("/w/*", result_of=f"c{index}")}
        calls.append(("Core/echo", doubled))
    answers = harness.responses(user, *calls)
    assert {name for name, _ in answers[1:]} == {"error"}
    wide = harness.responses(
        user, ("Core/echo", {"w": [list(range(100))] * 11}), ("Core/echo", {"#w": reference("/w/*")})
    )
    assert wide[1][1]["type"] == "invalidResultReference"
    harness.close()
