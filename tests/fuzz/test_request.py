"""Requests of any octets, any shape, any arguments: answered or refused, never a fault, and never half a response."""

from typing import Any

import orjson
from hypothesis import strategies as st

from angarium.engine.errors import RequestError
from tests.attacks.ground import Ground, registry
from tests.fuzz.conftest import Fuzz

METHODS = registry().methods
NAMES = sorted({known.name for method in METHODS.values() for known in method.arguments or ()})
WORDS = (
    "accountId",
    "operator",
    "conditions",
    "property",
    "keyword",
    "name",
    "#ids",
    "$seen",
    "inMailbox",
    "blobId",
    "/",
    "*",
)

leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(WORDS),
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8) | st.sampled_from([*WORDS, *NAMES]), inner, max_size=4)
    ),
    max_leaves=12,
)


def sane(land: Ground, body: bytes, calls: int | None = None) -> None:
    """A body is refused as a whole, or each of its calls is answered, without a fault."""
    try:
        response = land.engine.post(land.user, body)
    except RequestError:
        return
    responses = response["methodResponses"]
    assert calls is None or len(responses) >= calls
    for name, given, _ in responses:
        assert name != "error" or given["type"] != "serverFail", given
    assert isinstance(response["sessionState"], str)


def test_any_octets_are_answered_or_refused(land: Ground, fuzz: Fuzz) -> None:
    whole = orjson.dumps(
        {"using": list(land.engine.registry.capabilities), "methodCalls": [["Core/echo", {"a": [1, "\u00e9"]}, "c"]]}
    )
    edits = st.lists(st.tuples(st.integers(0, len(whole)), st.integers(0, 9), st.binary(max_size=6)), max_size=5)

    def check(changes: list[tuple[int, int, bytes]]) -> None:
        body = whole
        for at, cut, put in changes:
            body = body[:at] + put + body[at + cut :]
        sane(land, body)

    fuzz(edits, check)
    fuzz(st.binary(max_size=200), lambda body: sane(land, body))


def test_any_json_is_answered_or_refused(land: Ground, fuzz: Fuzz) -> None:
    envelope = st.fixed_dictionaries(
        {}, optional={"using": values, "methodCalls": values, "createdIds": values, "more": values}
    )
    fuzz(envelope | values, lambda value: sane(land, orjson.dumps(value)))


def test_any_arguments_are_answered(land: Ground, fuzz: Fuzz) -> None:
    own = land.engine.account(land.user)
    known = st.sampled_from([own, land.friend, land.mailbox, land.email, land.blob, "#a", "a0", "0", "1", "$seen"])
    given = values | known | st.lists(known, max_size=3) | st.dictionaries(known, values | known, max_size=3)

    def call(name: str) -> st.SearchStrategy[list[Any]]:
        arguments = [argument.name for argument in METHODS[name].arguments or ()]
        keys = st.sampled_from([*arguments, *(f"#{argument}" for argument in arguments)] or ["x"])
        filled = st.dictionaries(keys, given, max_size=5).map(lambda chosen: {"accountId": own, **chosen})
        return filled.map(lambda chosen: [name, chosen, "c"])

    calls = st.lists(st.sampled_from(sorted(METHODS)).flatmap(call), min_size=1, max_size=6)

    def check(invocations: list[Any]) -> None:
        body = {"using": list(land.engine.registry.capabilities), "methodCalls": invocations}
        sane(land, orjson.dumps(body), len(invocations))

    fuzz(calls, check)


def test_any_object_is_created_or_refused(land: Ground, fuzz: Fuzz) -> None:
    kinds = {kind.name: [known.name for known in kind.properties] for kind in registry().types.values() if kind.writer}
    good: dict[str, dict[str, Any]] = {"Mailbox": {"name": "x"}, "Email": {"mailboxIds": {land.mailbox: True}}}
    parts = (
        "partId",
        "blobId",
        "type",
        "charset",
        "name",
        "cid",
        "disposition",
        "subParts",
        "language",
        "location",
        "t",
    )
    inner = st.dictionaries(
        st.sampled_from(parts), values | st.sampled_from(["t", land.blob, "text/plain", "multipart/x"])
    )
    bodies = st.sampled_from([{"t": {"value": "text"}}, {"t": {"value": ""}}])
    headers = st.builds(
        "header:{}:{}".format,
        st.sampled_from(["Subject", "X-A", "From", "Content-Type", "", "a b", "Date"]),
        st.sampled_from(
            ["asText", "asRaw", "asAddresses", "asDate", "asURLs", "asMessageIds", "all", "asText:all", ""]
        ),
    )

    def objects(kind: str) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
        keys = st.sampled_from(kinds[kind]) | (headers if kind == "Email" else st.nothing())
        content = values | st.lists(inner, max_size=3) | inner | bodies
        return st.dictionaries(keys, content, max_size=4).map(lambda chosen: (kind, {**good.get(kind, {}), **chosen}))

    def check(wanted: tuple[str, dict[str, Any]]) -> None:
        kind, value = wanted
        answer = land.engine.call(land.user, f"{kind}/set", {"create": {"a": value}})
        refused, made = answer.get("notCreated") or {}, answer.get("created") or {}
        assert len(refused) + len(made) == 1
        assert all(error["type"] != "serverFail" for error in refused.values()), (value, refused)
        for shown in made.values():
            assert land.engine.call(land.user, f"{kind}/get", {"ids": [shown["id"]]})["notFound"] == []
            assert land.engine.call(land.user, f"{kind}/set", {"destroy": [shown["id"]]})["destroyed"] == [shown["id"]]

    fuzz(st.sampled_from(sorted(kinds)).flatmap(objects), check)
