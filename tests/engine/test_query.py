"""Foo/query and Foo/queryChanges (RFC 8620 §5.5, §5.6), and windows over lists."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.engine.access import Principal
from angarium.engine.declare import Capability, Sort
from angarium.engine.limits import Limits
from angarium.engine.listing import window
from angarium.store.contract import AnchorNotFound, Window
from tests.engine.note import NOTE, NOTES, URN
from tests.harness import Harness, Served

LETTERS = "abcdefghij"
BY_TITLE = [{"property": "title"}]


@pytest.fixture
def ten(notes: Harness, ann: Principal) -> list[str]:
    created = notes.call(ann, "Note/set", {"create": {letter: {"title": letter} for letter in LETTERS}})["created"]
    return [created[letter]["id"] for letter in LETTERS]


@pytest.mark.parametrize(
    ("arguments", "letters", "position"),
    [
        ({}, LETTERS, 0),
        ({"position": 3, "limit": 2}, "de", 3),
        ({"position": -3}, "hij", 7),
        ({"position": -3, "limit": 1}, "h", 7),
        ({"position": -99}, LETTERS, 0),
        ({"position": 10}, "", 10),
        ({"limit": 0}, "", 0),
        ({"position": 2, "anchorOffset": 5}, "cdefghij", 2),
        ({"sort": [{"property": "title", "isAscending": False}], "limit": 3}, "jih", 0),
        ({"sort": None, "filter": None, "anchor": None, "limit": None}, LETTERS, 0),
    ],
)
def test_a_window_is_cut_from_the_sorted_list(
    notes: Harness, ann: Principal, ten: list[str], arguments: dict[str, Any], letters: str, position: int
) -> None:
    answer = notes.call(ann, "Note/query", {"sort": BY_TITLE} | arguments)
    assert [LETTERS[ten.index(item)] for item in answer["ids"]] == list(letters)
    assert answer["position"] == position
    assert "total" not in answer
    assert "limit" not in answer


@pytest.mark.parametrize(
    ("offset", "limit", "letters", "position"),
    [(0, 2, "ef", 4), (-1, 3, "def", 3), (-9, 2, "ab", 0), (5, 5, "j", 9), (9, 5, "", 13)],
)
def test_an_anchor_moves_the_window_to_it(
    notes: Harness, ann: Principal, ten: list[str], offset: int, limit: int, letters: str, position: int
) -> None:
    arguments = {"sort": BY_TITLE, "anchor": ten[4], "anchorOffset": offset, "limit": limit, "position": 99}
    answer = notes.call(ann, "Note/query", arguments)
    assert [LETTERS[ten.index(item)] for item in answer["ids"]] == list(letters)
    assert answer["position"] == position


def test_a_position_beyond_every_number_is_the_largest(notes: Harness, ann: Principal, ten: list[str]) -> None:
    answer = notes.call(ann, "Note/query", {"sort": BY_TITLE, "anchor": ten[4], "anchorOffset": 2**53 - 1})
    assert (answer["ids"], answer["position"]) == ([], 2**53 - 1)


def test_an_anchor_outside_the_results_is_not_found(notes: Harness, ann: Principal, ten: list[str]) -> None:
    filtered = {"filter": {"titleIs": "a"}, "anchor": ten[1]}
    for arguments in ({"anchor": "N999"}, {"anchor": "#never"}, filtered):
        assert notes.error(ann, "Note/query", arguments)["type"] == "anchorNotFound"


def test_the_total_is_told_when_asked_for(notes: Harness, ann: Principal, ten: list[str]) -> None:
    assert notes.call(ann, "Note/query", {"calculateTotal": True, "limit": 1})["total"] == 10


@pytest.mark.parametrize(
    ("tree", "letters"),
    [
        ({}, LETTERS),
        ({"titleIs": None}, LETTERS),
        ({"operator": "OR", "conditions": [{"titleIs": "a"}, {"titleIs": "c"}]}, "ac"),
        ({"operator": "AND", "conditions": [{"titleIs": "a"}, {"titleIs": "c"}]}, ""),
        ({"operator": "NOT", "conditions": [{"titleIs": "a"}, {"titleIs": "c"}]}, "bdefghij"),
        ({"operator": "AND", "conditions": []}, LETTERS),
        ({"operator": "OR", "conditions": []}, ""),
        ({"operator": "NOT", "conditions": []}, LETTERS),
        ({"operator": "NOT", "conditions": [{"operator": "NOT", "conditions": [{"titleIs": "b"}]}]}, "b"),
    ],
)
def test_operators_combine_conditions(notes: Harness, ann: Principal, ten: list[str], tree: Any, letters: str) -> None:
    answer = notes.call(ann, "Note/query", {"filter": tree, "sort": BY_TITLE})
    assert [LETTERS[ten.index(item)] for item in answer["ids"]] == list(letters)


def test_filters_and_sorts_that_are_not_known_are_unsupported(notes: Harness, ann: Principal) -> None:
    assert notes.error(ann, "Note/query", {"filter": {"x": 1}})["type"] == "unsupportedFilter"
    for sort in ({"property": "colour"}, {"property": "title", "collation": "i;none"}):
        assert notes.error(ann, "Note/query", {"sort": [sort]})["type"] == "unsupportedSort"


def test_a_collation_that_the_type_does_not_obey_is_unsupported(tmp_path: Path) -> None:
    plain = replace(NOTE, sorts=(Sort("title", collations=("i;unicode-casemap",)),))
    harness = Harness(tmp_path, served=Served([Capability(URN)], [plain], []))
    user = harness.user("ann")
    for collation, name in (("i;unicode-casemap", "Note/query"), ("i;octet", "error")):
        sort = [{"property": "title", "collation": collation}]
        [(answered, given)] = harness.responses(user, ("Note/query", {"sort": sort}))
        assert answered == name
        assert given.get("type") in (None, "unsupportedSort")
    harness.close()


def test_the_query_state_changes_with_the_results(notes: Harness, ann: Principal, ten: list[str]) -> None:
    first = notes.call(ann, "Note/query", {"sort": BY_TITLE})["queryState"]
    assert notes.call(ann, "Note/query", {"sort": BY_TITLE})["queryState"] == first
    notes.call(ann, "Note/set", {"update": {ten[0]: {"title": "z"}}})
    assert notes.call(ann, "Note/query", {"sort": BY_TITLE})["queryState"] != first


def test_a_filter_too_deep_or_too_wide_is_unsupported(notes: Harness, ann: Principal) -> None:
    deep: dict[str, Any] = {"titleIs": "a"}
    for _ in range(9):
        deep = {"operator": "NOT", "conditions": [deep]}
    wide = {"operator": "OR", "conditions": [{"titleIs": "a"}] * 101}
    empty = {"operator": "OR", "conditions": [{"operator": "AND", "conditions": []}] * 101}
    for tree in (deep, wide, empty):
        assert notes.error(ann, "Note/query", {"filter": tree})["type"] == "unsupportedFilter"
    assert notes.call(ann, "Note/query", {"filter": deep["conditions"][0]})["ids"] == []


def test_a_limit_over_the_servers_is_clamped_and_told(tmp_path: Path) -> None:
    harness = Harness(tmp_path, Limits(max_query=2), NOTES)
    user = harness.user("ann")
    harness.call(user, "Note/set", {"create": {letter: {"title": letter} for letter in "abc"}})
    assert harness.call(user, "Note/query", {"limit": 3})["limit"] == 2
    assert harness.call(user, "Note/query", {})["limit"] == 2
    assert len(harness.call(user, "Note/query", {})["ids"]) == 2
    assert "limit" not in harness.call(user, "Note/query", {"limit": 2})
    harness.close()


def test_query_changes_bring_an_old_list_up_to_date(notes: Harness, ann: Principal, ten: list[str]) -> None:
    before = notes.call(ann, "Note/query", {"sort": BY_TITLE})
    notes.call(
        ann,
        "Note/set",
        {"create": {"n": {"title": "bb"}}, "update": {ten[0]: {"title": "z"}}, "destroy": [ten[5]]},
    )
    changes = notes.call(
        ann, "Note/queryChanges", {"sort": BY_TITLE, "sinceQueryState": before["queryState"], "calculateTotal": True}
    )
    ids = [item for item in before["ids"] if item not in changes["removed"]]
    for added in changes["added"]:
        ids.insert(added["index"], added["id"])
    after = notes.call(ann, "Note/query", {"sort": BY_TITLE})
    assert ids == after["ids"]
    assert (changes["newQueryState"], changes["total"]) == (after["queryState"], 10)
    assert changes["oldQueryState"] == before["queryState"]


def test_more_query_changes_than_wanted_are_too_many(notes: Harness, ann: Principal, ten: list[str]) -> None:
    since = {"sinceQueryState": "0", "maxChanges": 9}
    assert notes.error(ann, "Note/queryChanges", since)["type"] == "tooManyChanges"
    assert len(notes.call(ann, "Note/queryChanges", since | {"maxChanges": 10})["added"]) == 10


def test_a_query_that_says_it_cannot_calculate_changes_does_not(notes: Harness, ann: Principal) -> None:
    secret = {"filter": {"titleIs": "secret"}}
    assert notes.call(ann, "Note/query", secret)["canCalculateChanges"] is False
    error = notes.error(ann, "Note/queryChanges", secret | {"sinceQueryState": "0"})
    assert error["type"] == "cannotCalculateChanges"
    assert notes.error(ann, "Note/queryChanges", {"sinceQueryState": "7777"})["type"] == "cannotCalculateChanges"


@given(st.integers(0, 12), st.integers(-15, 15), st.integers(-15, 15), st.none() | st.integers(0, 15), st.booleans())
def test_any_window_is_a_run_of_the_list(
    size: int, position: int, offset: int, limit: int | None, anchored: bool
) -> None:
    ids = [f"N{number}" for number in range(size)]
    anchor = "N3" if anchored else None
    try:
        result = window(ids, Window(position, anchor, offset, limit, total=True))
    except AnchorNotFound:
        assert anchored
        assert size <= 3
        return
    assert result.ids == ids[result.position : result.position + len(result.ids)]
    assert limit is None or len(result.ids) <= limit
    assert result.position >= 0
    assert result.total == size
