"""Requests of the dialect: what chooses it, what is refused as a whole, and errors of single calls."""

import json

import pytest

from tests.protocols.legacy.client import Old
from tests.protocols.legacy.conftest import NewOld
from tests.protocols.served import Served


@pytest.mark.parametrize("path", ["/jmap", "/jmap/"])
@pytest.mark.parametrize("blank", [b"", b" \r\n\t", b"\n" * 100_000])
def test_a_body_that_begins_with_a_bracket_is_of_this_dialect(
    served: Served, ann: Old, path: str, blank: bytes
) -> None:
    body = blank + b'[["getMailboxes", {"ids": []}, "#1"]]'
    headers = {"Content-Type": "application/json"}
    answer = served.request("POST", path, body, headers, user=ann.user.name)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    ((name, given, identifier),) = answer.json
    assert (name, identifier) == ("mailboxes", "#1")
    assert given["list"] == []
    assert given["notFound"] is None
    assert given["accountId"] == f"{ann.user.name}@localhost"


def test_an_unknown_method_is_an_error_of_its_call_alone(ann: Old) -> None:
    replies = ann.replies(("nope", {}), ("getMailboxes", {"ids": []}), ("Core/echo", {}))
    assert [(name, identifier) for name, _, identifier in replies] == [
        ("error", "0"),
        ("mailboxes", "1"),
        ("error", "2"),
    ]
    assert replies[0][1]["type"] == "unknownMethod"


@pytest.mark.parametrize(
    "value",
    [[], [1], [["getMailboxes"]], [["getMailboxes", {}]], [["getMailboxes", [], "1"]], [[1, {}, "1"]], [["a", {}, 1]]],
)
def test_an_array_that_is_no_list_of_calls_is_refused_as_a_whole(ann: Old, value: object) -> None:
    answer = ann.post(json.dumps(value).encode())
    assert (answer.status, answer.kind) == (400, "notRequest")


@pytest.mark.parametrize("body", [b"[", b"[[", b'[["getMailboxes", {"a":1,"a":2}, "1"]]', b"[" * 100 + b"]" * 100])
def test_what_is_no_json_is_refused_as_such(ann: Old, body: bytes) -> None:
    answer = ann.post(body)
    assert (answer.status, answer.kind) == (400, "notJSON")


def test_too_much_is_413_in_this_dialect(served: Served, ann: Old) -> None:
    calls = json.dumps([["getMailboxes", {}, "1"]] * 33).encode()
    assert (ann.post(calls).status, ann.post(calls).json["limit"]) == (413, "maxCallsInRequest")
    large = b"[" + b" " * served.config.limits.max_size_request
    assert (ann.post(large).status, ann.post(large).json["limit"]) == (413, "maxSizeRequest")
    assert ann.post(b" " * 10 + b"{" + large).status == 400


def test_nobody_is_served_without_signing_in(served: Served) -> None:
    answer = served.request("POST", "/jmap", b"[]", {"Content-Type": "application/json"}, user=None)
    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Basic realm=")


def test_an_account_goes_by_the_name_of_its_user_or_by_its_id(ann: Old) -> None:
    for given in (None, ann.account, f"{ann.user.name}@localhost"):
        assert ann.ask("getMailboxes", {"accountId": given, "ids": []})["accountId"] == f"{ann.user.name}@localhost"


def test_an_account_of_another_is_told_as_one_that_is_not_there(ann: Old, new_old: NewOld) -> None:
    other = new_old()
    for name in (other.account, f"{other.user.name}@localhost", "a999", 5, ""):
        assert ann.error("getMailboxes", {"accountId": name})["type"] == "accountNotFound"


def test_unknown_arguments_and_unknown_names_of_properties_are_passed_over(ann: Old) -> None:
    given = {"ids": None, "properties": ["name", "nope"], "addressbookId": 5}
    assert all(box.keys() == {"id", "name"} for box in ann.ask("getMailboxes", given)["list"])


@pytest.mark.parametrize(
    ("method", "given", "argument"),
    [
        ("getMailboxes", {"ids": "B1"}, "ids"),
        ("getMailboxes", {"ids": [1]}, "ids"),
        ("getMessages", {}, "ids"),
        ("getMailboxUpdates", {}, "sinceState"),
        ("getMessageUpdates", {"sinceState": "0", "maxChanges": 0}, "maxChanges"),
        ("getMessageList", {"position": -1}, "position"),
        ("getMessageList", {"limit": -1}, "limit"),
        ("getMessageList", {"filter": {"operator": "AND", "conditions": [{"isUnread": 1}]}}, None),
        ("setMailboxes", {"create": []}, "create"),
        ("setMailboxes", {"update": {"B1": 5}}, "update"),
    ],
)
def test_arguments_of_another_shape_are_named(ann: Old, method: str, given: object, argument: str | None) -> None:
    error = ann.error(method, given)
    assert error["type"] == "invalidArguments"
    assert error["arguments"] == [argument or "filter.conditions[0].isUnread"]
