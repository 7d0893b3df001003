"""Bodies that are no I-JSON or no Request object: refused as RFC 8620 §3.6.1 says, at once, and nothing else breaks."""

import orjson
import pytest

from tests.client import CORE, MAIL, Client

ECHO = b'{"using":["urn:ietf:params:jmap:core"],"methodCalls":[["Core/echo",%s,"c"]]}'
DEEP = 100_000

NOT_JSON = {
    "nothing": b"",
    "half": b'{"using":[',
    "words": b"hello",
    "two values": b"{} {}",
    "comment": b"{/* */}",
    "trailing comma": b'{"using":[],}',
    "single quotes": b"{'using':[]}",
    "latin-1": ECHO % '{"a":"é"}'.encode("latin-1"),
    "utf-16": ECHO.decode().encode("utf-16"),
    "overlong utf-8": ECHO % b'{"a":"\xc0\x80"}',
    "surrogate in utf-8": ECHO % b'{"a":"\xed\xa0\x80"}',
    "raw NUL": ECHO % b'{"a":"\x00"}',
    "raw line feed": ECHO % b'{"a":"\n"}',
    "lone high surrogate": ECHO % rb'{"a":"\ud800"}',
    "lone low surrogate": ECHO % rb'{"a":"\udc00x"}',
    "lone surrogate in a name": ECHO % rb'{"\ud800":1}',
    "NaN": ECHO % b'{"a":NaN}',
    "infinity": ECHO % b'{"a":-Infinity}',
    "number beyond a double": ECHO % b'{"a":1e400}',
    "integer beyond 2^53": ECHO % b'{"a":9007199254740993}',
    "integer of a million digits": ECHO % (b'{"a":1' + b"0" * 1_000_000 + b"}"),
    "fraction of a million digits": ECHO % (b'{"a":' + b"9" * 1_000_000 + b".5}"),
    "leading zero": ECHO % b'{"a":01}',
    "hexadecimal": ECHO % b'{"a":0x1}',
    "name twice": ECHO % b'{"a":1,"a":2}',
    "name twice in words": ECHO % rb'{"a":1,"\u0061":2}',
    "name twice inside": ECHO % b'{"a":{"b":{"c":1,"c":1}}}',
    "using twice": b'{"using":[],"methodCalls":[],"using":[]}',
    "deep arrays": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "deep and never closed": b"[{" * DEEP,
    "deep inside an argument": ECHO % (b'{"a":' + b"[" * DEEP + b"]" * DEEP + b"}"),
    "a little too deep": ECHO % (b'{"a":' + b"[" * 64 + b"]" * 64 + b"}"),
}

NOT_REQUEST = {
    "null": b"null",
    "number": b"17",
    "string": b'"using"',
    "empty array": b"[]",
    "array": b'[["Core/echo",{}]]',
    "empty object": b"{}",
    "no using": b'{"methodCalls":[]}',
    "no calls": b'{"using":[]}',
    "using null": b'{"using":null,"methodCalls":[]}',
    "using a string": b'{"using":"urn:ietf:params:jmap:core","methodCalls":[]}',
    "using numbers": b'{"using":[1],"methodCalls":[]}',
    "calls an object": b'{"using":[],"methodCalls":{}}',
    "call a string": b'{"using":[],"methodCalls":["Core/echo"]}',
    "call of two": b'{"using":[],"methodCalls":[["Core/echo",{}]]}',
    "call of four": b'{"using":[],"methodCalls":[["Core/echo",{},"c",1]]}',
    "name a number": b'{"using":[],"methodCalls":[[1,{},"c"]]}',
    "arguments an array": b'{"using":[],"methodCalls":[["Core/echo",[],"c"]]}',
    "call id a number": b'{"using":[],"methodCalls":[["Core/echo",{},1]]}',
    "created ids an array": b'{"using":[],"methodCalls":[],"createdIds":[]}',
    "created ids not ids": b'{"using":[],"methodCalls":[],"createdIds":{"a":"no id"}}',
    "created ids numbers": b'{"using":[],"methodCalls":[],"createdIds":{"a":1}}',
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_what_is_no_i_json_is_refused_as_such(ann: Client, body: bytes) -> None:
    answer = ann.post(body)
    assert (answer.status, answer.problem) == (400, "notJSON")
    assert len(answer.body) < 2_000, "the problem must not give back what was sent"


@pytest.mark.parametrize("body", NOT_REQUEST.values(), ids=NOT_REQUEST.keys())
def test_what_is_no_request_object_is_refused_as_such(ann: Client, body: bytes) -> None:
    answer = ann.post(body)
    assert (answer.status, answer.problem) == (400, "notRequest")


@pytest.mark.parametrize(
    "value",
    [
        b'{"a":"%s"}' % (b"[" * 5000),
        rb'{"a":"\\\"[[[[\\\\"}',
        rb'{"a":"\ud83d\ude00"}',
        rb'{"a\u0000b":"\u0000"}',
        b'{"a":"a:b,{}[]","b":9007199254740991,"c":-9007199254740991,"d":1.5e300,"e":1e-400}',
        b'{"a":' + b"[" * 40 + b"]" * 40 + b"}",
        b'{"__proto__":{"polluted":true},"constructor":1}',
    ],
)
def test_what_only_looks_dangerous_comes_back_as_it_was(ann: Client, value: bytes) -> None:
    answer = ann.post(ECHO % value)
    assert answer.status == 200
    assert answer.json()["methodResponses"] == [["Core/echo", orjson.loads(value), "c"]]


def test_hundreds_of_thousands_of_names_in_one_object_are_no_danger(ann: Client) -> None:
    value = b"{" + b",".join(b'"%x":0' % number for number in range(700_000)) + b"}"
    answer = ann.post(ECHO % value)
    assert answer.status == 200
    assert len(answer.json()["methodResponses"][0][1]) == 700_000


def test_a_body_over_the_limit_is_refused_before_it_is_read(ann: Client) -> None:
    answer = ann.post(b" " * 10_000_001)
    assert answer.problem == "limit"
    assert answer.json()["limit"] == "maxSizeRequest"


def test_a_body_in_chunks_is_counted_while_it_comes(ann: Client) -> None:
    pieces = (b" " * 1_000_000 for _ in range(11))
    answer = ann.send("POST", "/jmap", pieces, {"Content-Type": "application/json"})
    assert answer.problem == "limit"


def test_more_calls_than_the_limit_are_refused(ann: Client) -> None:
    most = ann.session["capabilities"][CORE]["maxCallsInRequest"]
    calls = [["Core/echo", {}, "c"]] * (most + 1)
    answer = ann.post(orjson.dumps({"using": [CORE], "methodCalls": calls}))
    assert (answer.status, answer.problem, answer.json()["limit"]) == (400, "limit", "maxCallsInRequest")
    assert len(ann.request(calls[:most])["methodResponses"]) == most


@pytest.mark.parametrize(
    "urn", ["urn:ietf:params:jmap:core ", "", "\u0000", "URN:IETF:PARAMS:JMAP:CORE", "x" * 100_000]
)
def test_an_unknown_capability_is_refused(ann: Client, urn: str) -> None:
    answer = ann.post(orjson.dumps({"using": [CORE, urn], "methodCalls": []}))
    assert (answer.status, answer.problem) == (400, "unknownCapability")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Core/Echo",
        "Core/echo ",
        "core/echo",
        "Email/drop",
        "Email/__init__",
        "../Email/get",
        "\u0000",
        "error",
        "É" * 9999,
    ],
)
def test_an_unknown_method_is_an_error_of_that_call_alone(ann: Client, name: str) -> None:
    responses = ann.request([["Core/echo", {}, "a"], [name, {}, "b"], ["Core/echo", {}, "c"]])["methodResponses"]
    assert [response[0] for response in responses] == ["Core/echo", "error", "Core/echo"]
    assert responses[1][1]["type"] == "unknownMethod"


def test_a_capability_that_is_not_used_hides_its_methods(ann: Client) -> None:
    (response,) = ann.request([["Email/get", {"accountId": ann.account, "ids": []}, "c"]], using=[CORE])[
        "methodResponses"
    ]
    assert response[1]["type"] == "unknownMethod"
    (response,) = ann.request([["Core/echo", {}, "c"]], using=[])["methodResponses"]
    assert response[1]["type"] == "unknownMethod"


@pytest.mark.parametrize(
    "account", ["", "a0", "a999999", "A1", "a1 ", "a01", "0", "ann@example.com", "../a1", "\u0000", "a" * 100_000]
)
def test_an_unknown_account_is_not_found(ann: Client, account: str) -> None:
    error = ann.error("Email/get", {"accountId": account, "ids": []})
    assert error["type"] in ("accountNotFound", "invalidArguments")
    assert len(str(error)) < 500


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_form_of_another_site_cannot_be_a_request(ann: Client, media_type: str) -> None:
    body = orjson.dumps({"using": [CORE, MAIL], "methodCalls": []})
    answer = ann.post(body, {"Content-Type": media_type})
    assert answer.status in (400, 415)
