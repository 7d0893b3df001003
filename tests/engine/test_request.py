"""What is refused before any method runs (RFC 8620 §3.3, §3.6.1)."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from angarium.engine.access import Principal
from angarium.engine.declare import Access
from angarium.engine.errors import RequestError
from angarium.engine.limits import CORE, Limits
from tests.engine.note import NOTES, URN
from tests.harness import Harness


@pytest.mark.parametrize("body", [b"", b"{", b'{"using":[],"using":[]}', b"\xff", b"[" * 100_000, b"NaN"])
def test_what_is_not_i_json_is_not_json(notes: Harness, body: bytes) -> None:
    with pytest.raises(RequestError) as caught:
        notes.engine.prepare(body)
    assert caught.value.problem()["type"] == "urn:ietf:params:jmap:error:notJSON"
    assert caught.value.status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"1",
        b"null",
        b"{}",
        b'{"using":null,"methodCalls":[]}',
        b'{"using":["a",1],"methodCalls":[]}',
        b'{"using":[]}',
        b'{"using":[],"methodCalls":{}}',
        b'{"using":[],"methodCalls":[["Core/echo",{}]]}',
        b'{"using":[],"methodCalls":[["Core/echo",{},"a",1]]}',
        b'{"using":[],"methodCalls":[["Core/echo",[],"a"]]}',
        b'{"using":[],"methodCalls":[[1,{},"a"]]}',
        b'{"using":[],"methodCalls":[["Core/echo",{},1]]}',
        b'{"using":[],"methodCalls":[],"createdIds":[]}',
        b'{"using":[],"methodCalls":[],"createdIds":{"a":1}}',
        b'{"using":[],"methodCalls":[],"createdIds":{"a b":"c"}}',
    ],
)
def test_json_of_another_shape_is_not_request(notes: Harness, body: bytes) -> None:
    with pytest.raises(RequestError) as caught:
        notes.engine.prepare(body)
    assert caught.value.problem()["type"] == "urn:ietf:params:jmap:error:notRequest"


def test_an_unknown_capability_refuses_the_request_and_is_named(notes: Harness) -> None:
    with pytest.raises(RequestError, match="urn:example:none") as caught:
        notes.engine.prepare(b'{"using":["urn:example:none"],"methodCalls":[]}')
    assert caught.value.problem()["type"] == "urn:ietf:params:jmap:error:unknownCapability"


def test_more_calls_than_advertised_are_refused_by_the_name_of_the_limit(tmp_path: Path) -> None:
    harness = Harness(tmp_path, Limits(max_calls_in_request=2), NOTES)
    user = harness.user("ann")
    call: list[Any] = ["Core/echo", {}, "a"]
    assert len(harness.request(user, [call] * 2)["methodResponses"]) == 2
    with pytest.raises(RequestError) as caught:
        harness.request(user, [call] * 3)
    assert caught.value.problem() == {
        "type": "urn:ietf:params:jmap:error:limit",
        "limit": "maxCallsInRequest",
        "status": 400,
        "detail": "A request may hold 2 method calls; this one has 3.",
    }
    harness.close()


def test_a_method_outside_the_capabilities_used_is_unknown(notes: Harness, ann: Principal) -> None:
    answer = notes.request(ann, [["Note/get", {"accountId": notes.account(ann)}, "a"]], using=[CORE])
    assert answer["methodResponses"][0][0] == "error"
    assert answer["methodResponses"][0][1]["type"] == "unknownMethod"


def test_with_nothing_used_every_method_is_unknown(notes: Harness, ann: Principal) -> None:
    answer = notes.request(ann, [["Core/echo", {}, "a"]], using=[])
    assert answer["methodResponses"][0][1]["type"] == "unknownMethod"


@pytest.mark.parametrize(
    ("calls", "access"),
    [
        (["Core/echo"], Access.PURE),
        (["Nothing/here"], Access.PURE),
        (["Core/echo", "Note/get"], Access.READ),
        (["Note/get", "Note/set", "Core/echo"], Access.WRITE),
    ],
)
def test_a_request_needs_what_the_greediest_of_its_calls_needs(
    notes: Harness, calls: list[str], access: Access
) -> None:
    triples = ",".join(f'["{name}",{{}},"a"]' for name in calls)
    body = f'{{"using":["{CORE}","{URN}"],"methodCalls":[{triples}]}}'
    assert notes.engine.prepare(body.encode()).access is access


def test_members_of_a_request_that_are_not_known_are_ignored(notes: Harness, ann: Principal) -> None:
    answer = notes.request(ann, [["Core/echo", {}, "a"]], future={"deep": [1]})
    assert answer["methodResponses"] == [["Core/echo", {}, "a"]]
    assert answer.keys() == {"methodResponses", "sessionState"}


def test_no_calls_get_no_responses(notes: Harness, ann: Principal) -> None:
    assert notes.request(ann, [])["methodResponses"] == []


def test_a_request_is_brief_when_each_call_writes_few_objects_of_a_brief_type(tmp_path: Path) -> None:
    harness = Harness(tmp_path)
    try:
        few, many = ({f"M{n}": dict[str, Any]() for n in range(count)} for count in (8, 9))
        flag = ["Email/set", {"accountId": "a1", "update": few}, "a"]

        def is_brief(*calls: Any) -> bool:
            body = {"using": list(harness.registry.capabilities), "methodCalls": calls}
            return harness.engine.prepare(orjson.dumps(body)).is_brief

        assert is_brief(flag)
        assert is_brief(flag, ["ContactCard/set", {"accountId": "a1", "create": {"c": {}}, "ifInState": "5"}, "b"])
        assert not is_brief(["Email/set", {"accountId": "a1", "update": many}, "a"])
        assert not is_brief(["Email/set", {"accountId": "a1", "update": few, "destroy": ["M9"]}, "a"])
        assert not is_brief(flag, ["Email/query", {"accountId": "a1"}, "b"])
        assert not is_brief(["Mailbox/set", {"accountId": "a1", "destroy": ["B1"]}, "a"])
        assert not is_brief(["No/such", {}, "a"])
    finally:
        harness.close()
