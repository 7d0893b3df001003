"""Queries that are deep, wide, full of wildcards and operators of search engines, or far away."""

import re
from typing import Any

import pytest

from tests.attacks.ground import Ground

FAR = 2**53 - 1


@pytest.fixture(scope="module")
def filled(land: Ground) -> Ground:
    """One message, and twenty more, each with a word of its own."""
    land.engine.call(land.user, "Email/set", {"destroy": [land.letter]})
    for number in range(20):
        land.imported(
            b"From: p%d@example.net\r\nSubject: number %d\r\nX-Mark: m%d\r\n\r\nword%d\r\n"
            % (number, number, number, number)
        )
    return land


def nested(depth: int) -> Any:
    condition: Any = {"hasKeyword": "$seen"}
    for _ in range(depth):
        condition = {"operator": "NOT", "conditions": [condition]}
    return condition


@pytest.mark.parametrize("depth", [9, 25])
def test_a_filter_that_nests_too_deep_is_refused(land: Ground, depth: int) -> None:
    assert land.engine.error(land.user, "Email/query", {"filter": nested(depth)})["type"] == "unsupportedFilter"


def test_a_filter_of_the_allowed_depth_works(land: Ground) -> None:
    assert land.engine.call(land.user, "Email/query", {"filter": nested(8)})["ids"] == []


@pytest.mark.parametrize("operator", ["AND", "OR", "NOT"])
def test_a_filter_with_too_many_conditions_is_refused(land: Ground, operator: str) -> None:
    many = {"operator": operator, "conditions": [{"text": f"w{number}"} for number in range(10_000)]}
    assert land.engine.error(land.user, "Email/query", {"filter": many})["type"] == "unsupportedFilter"


def test_a_tree_of_empty_operators_is_counted_too(land: Ground) -> None:
    empty = {"operator": "AND", "conditions": []}
    many = {"operator": "OR", "conditions": [empty] * 100_000}
    name, given = land.engine.responses(land.user, ("Email/query", {"filter": many}))[0]
    assert name == "Email/query" or given["type"] == "unsupportedFilter"


def test_as_many_conditions_as_allowed_work(filled: Ground) -> None:
    many = {"operator": "OR", "conditions": [{"text": f"word{number}"} for number in range(100)]}
    assert len(filled.engine.call(filled.user, "Email/query", {"filter": many})["ids"]) == 20
    nothing = {"operator": "NOT", "conditions": [{"body": f"word{number}"} for number in range(100)]}
    assert len(filled.engine.call(filled.user, "Email/query", {"filter": nothing})["ids"]) == 1


@pytest.mark.parametrize("property_", ["text", "from", "to", "subject", "body"])
@pytest.mark.parametrize(
    "words",
    [
        "%",
        "_",
        "num%er",
        "numbe_",
        "*",
        "?",
        "[a-z]",
        "number*",
        '"',
        "'",
        '" OR "number',
        "' OR 1=1 --",
        "number NOT number",
        "number AND",
        "NEAR(number, 1)",
        "subject:number",
        "{subject}: number",
        "-subject : number",
        "^number",
        "number + 1",
        "(",
        ")" * 1_000,
        "\\",
        "\u0000",
        "number\u0000",
        "a" * 100_000,
        " ".join(f"w{number}" for number in range(5_000)),
        "\U0010ffff" * 10_000,
        "漢" * 5_000,
    ],
)
def test_the_language_of_a_search_engine_is_only_text(filled: Ground, property_: str, words: str) -> None:
    plain = re.sub(r"[^\w]", " ", words)
    (name, given), (_, simple) = filled.engine.responses(
        filled.user, ("Email/query", {"filter": {property_: words}}), ("Email/query", {"filter": {property_: plain}})
    )
    if name == "error":
        assert given["type"] in ("unsupportedFilter", "invalidArguments"), given
    elif plain.strip() and simple.get("ids"):
        assert set(given["ids"]) <= set(simple["ids"]), "signs widened what words find"
    else:
        assert len(given["ids"]) < 20, "a pattern matched every message"


@pytest.mark.parametrize(
    "header",
    [
        [],
        [""],
        ["X-Mark", ""],
        ["X-Mark", "%"],
        ["X-Mark", "m_"],
        ["x-mark' OR 1=1 --"],
        ["X:Y"],
        ["\r\nX"],
        ["X" * 100_000, "y"],
    ],
)
def test_a_header_filter_is_no_pattern(filled: Ground, header: list[str]) -> None:
    name, given = filled.engine.responses(filled.user, ("Email/query", {"filter": {"header": header}}))[0]
    if name == "error":
        assert given["type"] in ("unsupportedFilter", "invalidArguments"), given
    elif header != ["X-Mark", ""]:
        assert given["ids"] == []


@pytest.mark.parametrize(
    "window",
    [
        {"position": FAR},
        {"position": -FAR},
        {"limit": 0},
        {"limit": FAR},
        {"limit": FAR, "position": FAR},
        {"anchorOffset": FAR},
        {"anchorOffset": -FAR},
        {"calculateTotal": True, "limit": 0},
    ],
)
@pytest.mark.parametrize("collapse", [False, True])
@pytest.mark.parametrize("anchored", [False, True])
def test_windows_at_the_end_of_the_numbers_are_answered(
    filled: Ground, window: dict[str, Any], collapse: bool, anchored: bool
) -> None:
    arguments = {**window, "collapseThreads": collapse, **({"anchor": filled.email} if anchored else {})}
    answer = filled.engine.call(filled.user, "Email/query", arguments)
    assert len(answer["ids"]) <= 21
    assert 0 <= answer["position"] <= FAR


@pytest.mark.parametrize("name", ["Email/query", "Email/queryChanges", "Mailbox/query"])
def test_more_comparators_than_anyone_needs_are_unsupported(filled: Ground, name: str) -> None:
    kind = name.split("/")[0]
    one = {"property": "name" if kind == "Mailbox" else "size"}
    since = {"sinceQueryState": "0"} if name.endswith("Changes") else {}
    most = filled.engine.limits.max_comparators
    assert filled.engine.responses(filled.user, (name, {"sort": [one] * most} | since))[0][0] == name
    for many in (most + 1, 3_000):  # the engine of the store takes 2,000
        assert filled.engine.error(filled.user, name, {"sort": [one] * many} | since)["type"] == "unsupportedSort"


def test_a_keyword_or_mailbox_of_the_query_is_no_part_of_its_language(filled: Ground) -> None:
    for condition in (
        {"hasKeyword": "' OR '1'='1"},
        {"hasKeyword": "x" * 100_000},
        {"inMailbox": "B1' OR '1'='1"},
        {"inMailboxOtherThan": [f"B{number}" for number in range(5_000)]},
        {"allInThreadHaveKeyword": "%"},
        {"before": "0001-01-01T00:00:00Z"},
        {"after": "9999-12-31T23:59:59Z"},
        {"minSize": FAR},
    ):
        name, given = filled.engine.responses(filled.user, ("Email/query", {"filter": condition}))[0]
        if name == "error":
            assert given["type"] in ("unsupportedFilter", "invalidArguments"), (condition, given)
        elif "inMailboxOtherThan" not in condition:
            assert given["ids"] == [], condition


def test_too_many_ids_are_refused_before_anything_is_read(filled: Ground) -> None:
    ids = [f"M{number}" for number in range(1_001)]
    assert filled.engine.error(filled.user, "Email/get", {"ids": ids})["type"] == "requestTooLarge"
    assert filled.engine.error(filled.user, "Thread/get", {"ids": ids})["type"] == "requestTooLarge"
    patch = {identifier: {"keywords/$seen": True} for identifier in ids[:501]}
    assert filled.engine.error(filled.user, "Email/set", {"update": patch})["type"] == "requestTooLarge"
    assert filled.engine.error(filled.user, "Email/set", {"destroy": ids[:501]})["type"] == "requestTooLarge"


def test_snippets_of_markup_show_the_markup_and_run_none_of_it(filled: Ground) -> None:
    evil = b'<script>alert("needle")</script> & <img src=x onerror=needle>'
    made = filled.imported(b"Subject: " + evil + b"\r\n\r\n" + evil + b"\r\n")
    shown = filled.engine.call(
        filled.user, "SearchSnippet/get", {"emailIds": [made["id"]], "filter": {"text": "needle"}}
    )["list"][0]
    for text in (shown["subject"], shown["preview"]):
        bare = text.replace("<mark>", "").replace("</mark>", "")
        assert "<" not in bare
        assert ">" not in bare
        assert "<mark>needle</mark>" in text
