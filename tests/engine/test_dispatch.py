"""Running calls in order and reporting errors in their scope (RFC 8620 §3.3 to §3.6, §4)."""

import logging
from pathlib import Path
from typing import Any

import pytest

from angarium.engine.access import Principal
from angarium.engine.call import Call
from angarium.engine.declare import Access, Argument, Capability, Method, Response
from angarium.engine.limits import Limits
from angarium.engine.shapes import nullable, unsigned
from angarium.store.contract import TooSlow
from tests.engine.note import NOTE, NOTES, URN
from tests.harness import Harness, Served


def test_echo_gives_back_any_arguments(notes: Harness, ann: Principal) -> None:
    arguments = {"hello": True, "high": [5, None, {"é": 1.5}], "accountId": 7}
    answer = notes.request(ann, [["Core/echo", arguments, "b3ff"]])
    assert answer == {
        "methodResponses": [["Core/echo", arguments, "b3ff"]],
        "sessionState": f"0-{notes.registry.digest}",
    }


def test_responses_stand_in_the_order_of_the_calls_and_an_error_stops_none(notes: Harness, ann: Principal) -> None:
    names = [name for name, _ in notes.responses(ann, ("Core/echo", {}), ("No/such", {}), ("Note/get", {}))]
    assert names == ["Core/echo", "error", "Note/get"]


@pytest.mark.parametrize(
    ("account", "kind"),
    [
        (None, "invalidArguments"),
        (5, "invalidArguments"),
        ("a999", "accountNotFound"),
        ("", "accountNotFound"),
        ("ann", "accountNotFound"),
    ],
)
def test_the_account_must_be_given_and_be_one_that_the_user_sees(
    notes: Harness, ann: Principal, account: Any, kind: str
) -> None:
    given = {} if account is None else {"accountId": account}
    assert notes.request(ann, [["Note/get", given, "a"]])["methodResponses"][0][1]["type"] == kind


def test_an_account_of_another_user_looks_like_one_that_does_not_exist(notes: Harness, ann: Principal) -> None:
    other = notes.account(notes.user("bob"))
    errors = [notes.error(ann, "Note/get", {"accountId": account}) for account in (other, "a9")]
    assert errors[0]["type"] == errors[1]["type"] == "accountNotFound"
    assert errors[0]["description"].replace(other, "a9") == errors[1]["description"]


def test_writing_to_an_account_that_one_may_only_read_is_refused(notes: Harness, ann: Principal) -> None:
    bob = notes.share(ann, notes.user("bob"), read_only=True)
    account = notes.account(ann)
    assert notes.call(bob, "Note/get", {"accountId": account})["list"] == []
    assert notes.error(bob, "Note/set", {"accountId": account})["type"] == "accountReadOnly"


@pytest.mark.parametrize(
    ("name", "arguments", "word"),
    [
        ("Note/get", {"ids": "N1"}, "ids"),
        ("Note/get", {"ids": ["N1", 5]}, "ids/1"),
        ("Note/get", {"ids": ["a b"]}, "ids/0"),
        ("Note/get", {"properties": {"id": True}}, "properties"),
        ("Note/get", {"properties": ["id", "nothing"]}, "nothing"),
        ("Note/get", {"properties": ["legacyFlag"]}, "legacyFlag"),
        ("Note/get", {"id": "N1"}, "id"),
        ("Note/changes", {}, "sinceState"),
        ("Note/changes", {"sinceState": None}, "sinceState"),
        ("Note/changes", {"sinceState": 0}, "sinceState"),
        ("Note/changes", {"sinceState": "0", "maxChanges": 0}, "maxChanges"),
        ("Note/changes", {"sinceState": "0", "maxChanges": -5}, "maxChanges"),
        ("Note/set", {"create": []}, "create"),
        ("Note/set", {"create": {"a": None}}, "create/a"),
        ("Note/set", {"create": {"#a": {}}}, "create/#a"),
        ("Note/set", {"update": {"N1": 5}}, "update/N1"),
        ("Note/set", {"destroy": "N1"}, "destroy"),
        ("Note/set", {"ifInState": 5}, "ifInState"),
        ("Note/query", {"filter": []}, "filter"),
        ("Note/query", {"filter": {"titleIs": 5}}, "titleIs"),
        ("Note/query", {"filter": {"operator": "XOR", "conditions": []}}, "operator"),
        ("Note/query", {"filter": {"operator": "AND"}}, "conditions"),
        ("Note/query", {"filter": {"operator": "AND", "conditions": [5]}}, "condition"),
        ("Note/query", {"filter": {"operator": "AND", "conditions": [], "titleIs": "a"}}, "members"),
        ("Note/query", {"sort": {"property": "title"}}, "sort"),
        ("Note/query", {"sort": [{}]}, "property"),
        ("Note/query", {"sort": [{"property": "title", "isAscending": 1}]}, "isAscending"),
        ("Note/query", {"sort": [{"property": "hasTag"}]}, "keyword"),
        ("Note/query", {"sort": [{"property": "title", "keyword": 5}]}, "keyword"),
        ("Note/query", {"position": "1"}, "position"),
        ("Note/query", {"position": 1.5}, "position"),
        ("Note/query", {"position": None}, "position"),
        ("Note/query", {"position": True}, "position"),
        ("Note/query", {"limit": -1}, "limit"),
        ("Note/query", {"anchor": 5}, "anchor"),
        ("Note/query", {"calculateTotal": "yes"}, "calculateTotal"),
        ("Note/query", {"calculateTotal": None}, "calculateTotal"),
        ("Note/queryChanges", {}, "sinceQueryState"),
        ("Note/queryChanges", {"sinceQueryState": "0", "maxChanges": -1}, "maxChanges"),
        ("Note/copy", {"create": {}}, "fromAccountId"),
        ("Note/copy", {"fromAccountId": "a9", "create": None}, "create"),
    ],
)
def test_an_argument_of_a_wrong_type_is_refused_and_named(
    notes: Harness, ann: Principal, name: str, arguments: dict[str, Any], word: str
) -> None:
    error = notes.error(ann, name, arguments)
    assert error["type"] == "invalidArguments"
    assert word in error["description"]


def test_created_ids_come_in_and_go_out_only_when_the_client_sent_them(notes: Harness, ann: Principal) -> None:
    account = notes.account(ann)
    create = ["Note/set", {"accountId": account, "create": {"k": {"title": "one"}}}, "a"]
    assert "createdIds" not in notes.request(ann, [create])
    note = notes.call(ann, "Note/get")["list"][0]["id"]
    answer = notes.request(ann, [["Note/get", {"accountId": account, "ids": ["#x"]}, "a"]], createdIds={"x": note})
    assert answer["methodResponses"][0][1]["list"][0]["title"] == "one"
    assert answer["createdIds"] == {"x": note}
    create[1]["create"] = {"m": {"title": "two"}}  # type: ignore[index]
    assert notes.request(ann, [create], createdIds={})["createdIds"].keys() == {"m"}


def _failing(call: Call) -> Response:
    call.transaction.records.create(call.account.key, "Note", "N", b'{"title":"left behind"}', {})
    if call.integer("how"):
        raise ZeroDivisionError
    return {}


FAILING = Served(
    [Capability(URN)],
    [NOTE],
    [Method("Note/fail", URN, Access.WRITE, _failing, (Argument("how", nullable(unsigned)),))],
)


def test_a_bug_is_server_fail_with_the_number_of_a_log_entry_and_keeps_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    harness = Harness(tmp_path, served=FAILING)
    user = harness.user("ann")
    with caplog.at_level(logging.ERROR):
        good, bad, after = harness.responses(user, ("Note/fail", {}), ("Note/fail", {"how": 1}), ("Note/get", {}))
    assert bad[1]["type"] == "serverFail"
    assert "ZeroDivisionError" in caplog.text
    assert caplog.records[0].getMessage().split("id=")[1].split()[0] in bad[1]["description"]
    assert good[0] == "Note/fail"
    assert len(after[1]["list"]) == 1
    harness.close()


def test_a_response_over_the_limit_is_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    harness = Harness(tmp_path, Limits(max_size_response=5000), NOTES)
    user = harness.user("ann")
    words = "x" * 3000
    one, two, three = harness.responses(
        user, ("Core/echo", {"w": words}), ("Core/echo", {"w": words}), ("Core/echo", {})
    )
    assert (one[0], two[1]["type"], three[0]) == ("Core/echo", "requestTooLarge", "Core/echo")
    harness.close()


def test_a_write_whose_response_has_no_room_is_undone(tmp_path: Path) -> None:
    harness = Harness(tmp_path, Limits(max_size_response=5000), NOTES)
    user = harness.user("ann")
    create = {f"k{number}": {"title": f"title {number}"} for number in range(50)}
    refused, after = harness.responses(user, ("Note/set", {"create": create}), ("Note/get", {"ids": ["#k1"]}))
    assert refused[1]["type"] == "requestTooLarge"
    assert after[1]["notFound"] == ["#k1"]
    assert harness.call(user, "Note/get")["list"] == []
    harness.close()


def _unspeakable(call: Call) -> Response:
    call.transaction.records.create(call.account.key, "Note", "N", b"{}", {})
    return {"lone surrogate": "\ud800"}


def test_a_response_that_no_json_can_hold_is_a_bug_and_undone(tmp_path: Path) -> None:
    method = Method("Note/speak", URN, Access.WRITE, _unspeakable)
    harness = Harness(tmp_path, served=Served([Capability(URN)], [NOTE], [method]))
    user = harness.user("ann")
    bad, after = harness.responses(user, ("Note/speak", {}), ("Note/get", {}))
    assert bad[1]["type"] == "serverFail"
    assert after[1]["list"] == []
    harness.close()


def test_a_read_after_a_write_in_one_request_sees_it(notes: Harness, ann: Principal) -> None:
    state = notes.call(ann, "Note/get", {"ids": []})["state"]
    made, told = notes.responses(
        ann, ("Note/set", {"create": {"k": {"title": "one"}}}), ("Note/changes", {"sinceState": state})
    )
    assert told[1]["created"] == [made[1]["created"]["k"]["id"]]
    assert told[1]["newState"] == made[1]["newState"]


def test_no_noncharacter_leaves_the_server(notes: Harness, ann: Principal) -> None:
    notes.call(ann, "Note/set", {"create": {"k": {"title": "a\uffffb"}}})
    assert notes.call(ann, "Note/get")["list"][0]["title"] == "a\ufffdb"


def _slow(call: Call) -> Response:
    raise TooSlow("the read was stopped")


def test_a_read_that_takes_too_long_is_unavailable(tmp_path: Path) -> None:
    method = Method("Note/ponder", URN, Access.READ, _slow)
    harness = Harness(tmp_path, served=Served([Capability(URN)], [NOTE], [method]))
    user = harness.user("ann")
    bad, after = harness.responses(user, ("Note/ponder", {}), ("Note/get", {}))
    assert bad[1]["type"] == "serverUnavailable"
    assert after[0] == "Note/get"
    harness.close()


def test_a_hasty_read_that_takes_too_long_is_left_to_whoever_asked(tmp_path: Path) -> None:
    method = Method("Note/ponder", URN, Access.READ, _slow)
    harness = Harness(tmp_path, served=Served([Capability(URN)], [NOTE], [method]))
    user = harness.user("ann")
    body = f'{{"using":["{URN}"],"methodCalls":[["Note/ponder",{{"accountId":"{harness.account(user)}"}},"a"]]}}'
    request = harness.engine.prepare(body.encode())
    with pytest.raises(TooSlow):
        harness.store.glance(lambda view: harness.engine.run(request, user, snapshot=view, hasty=True))
    harness.close()


def test_what_a_method_does_ahead_is_done_on_a_snapshot_and_a_fault_in_it_is_told_by_the_method(
    ann: Principal, tmp_path: Path
) -> None:
    seen: list[Any] = []

    def ahead(principal: Principal, arguments: Any) -> Any:
        def work(call: Any, _preparation: Any) -> None:
            seen.append((principal.id, call.arguments["n"], call.snapshot.accounts()))
            if arguments["n"] == 1:
                raise ValueError("a bug")

        return work if arguments["n"] else None

    method = Method("Test/write", URN, Access.WRITE, lambda call: {}, None, account=False, ahead=ahead)
    harness = Harness(tmp_path / "ahead", served=Served([Capability(URN)], [], [method]))
    try:
        calls = [["Test/write", {"n": n}, "c"] for n in range(3)]
        answer = harness.request(ann, [*calls, ["Core/echo", {}, "e"]])
        assert [name for name, _, _ in answer["methodResponses"]] == ["Test/write"] * 3 + ["Core/echo"]
        assert seen == [(ann.id, 1, []), (ann.id, 2, [])]
    finally:
        harness.close()
