"""Mailbox/query and Mailbox/queryChanges (RFC 8621 §2.3, §2.4)."""

from typing import Any

import pytest

from tests.datatypes.mail.desk import Desk, octets


@pytest.fixture
def tree(ann: Desk) -> dict[str, str]:
    """z(1) over b, a; m(2) over x; besides the mailboxes that Ann begins with."""
    ids = {"z": ann.new_box("z", sortOrder=1), "m": ann.new_box("m", sortOrder=2)}
    ids["b"] = ann.new_box("b", parentId=ids["z"])
    ids["a"] = ann.new_box("a", parentId=ids["z"])
    ids["x"] = ann.new_box("x", parentId=ids["m"])
    return ids


def found(ann: Desk, **arguments: Any) -> list[str]:
    names = {box["id"]: name for name, box in ann.boxes().items()}
    return [names[box] for box in ann.call("Mailbox/query", **arguments)["ids"]]


@pytest.mark.usefixtures("tree")
def test_names_sort_without_regard_to_case(ann: Desk) -> None:
    assert found(ann, sort=[{"property": "name"}]) == ["a", "Archive", "b", "Drafts", "Inbox", "m", "Trash", "x", "z"]
    assert found(ann, sort=[{"property": "name", "collation": "i;octet"}])[:2] == ["Archive", "Drafts"]


@pytest.mark.usefixtures("tree")
def test_sorts_combine_and_descend(ann: Desk) -> None:
    sort = [{"property": "sortOrder"}, {"property": "name", "isAscending": False}]
    assert found(ann, sort=sort)[:5] == ["x", "b", "a", "z", "m"]


@pytest.mark.usefixtures("tree")
def test_sort_as_tree_puts_children_after_their_parent(ann: Desk) -> None:
    sort = [{"property": "sortOrder"}, {"property": "name"}]
    assert found(ann, sort=sort, sortAsTree=True)[:5] == ["z", "a", "b", "m", "x"]
    reverse = [{"property": "name", "isAscending": False}]
    assert found(ann, sort=reverse, sortAsTree=True)[:4] == ["z", "b", "a", "Trash"]


@pytest.mark.usefixtures("tree")
def test_sort_as_tree_counts_ancestors_that_the_filter_leaves_out(ann: Desk) -> None:
    assert found(ann, filter={"hasAnyRole": False}, sortAsTree=True) == ["z", "a", "b", "m", "x"]
    names = {"operator": "OR", "conditions": [{"name": "X", "hasAnyRole": False}, {"name": "b", "hasAnyRole": False}]}
    assert found(ann, filter=names, sortAsTree=True, sort=[{"property": "name"}]) == ["x", "b"]


@pytest.mark.usefixtures("tree")
def test_filter_as_tree_wants_every_ancestor_to_match(ann: Desk) -> None:
    names = {"operator": "OR", "conditions": [{"name": name, "hasAnyRole": False} for name in "xbz"]}
    assert sorted(found(ann, filter=names)) == ["b", "x", "z"]
    assert sorted(found(ann, filter=names, filterAsTree=True)) == ["b", "z"]


def test_parent_id_null_finds_top_level_mailboxes(ann: Desk, tree: dict[str, str]) -> None:
    assert sorted(found(ann, filter={"parentId": None, "hasAnyRole": False})) == ["m", "z"]
    assert sorted(found(ann, filter={"parentId": tree["z"]})) == ["a", "b"]


@pytest.mark.usefixtures("tree")
def test_role_null_finds_mailboxes_without_role(ann: Desk) -> None:
    assert sorted(found(ann, filter={"role": None})) == ["a", "b", "m", "x", "z"]
    assert found(ann, filter={"role": "trash"}) == ["Trash"]


def test_mailboxes_are_found_by_whether_one_is_subscribed(ann: Desk, tree: dict[str, str]) -> None:
    ann.call("Mailbox/set", update={tree["x"]: {"isSubscribed": False}})
    assert found(ann, filter={"isSubscribed": False}) == ["x"]
    assert "x" not in found(ann, filter={"operator": "NOT", "conditions": [{"isSubscribed": False}]})


@pytest.mark.usefixtures("tree")
def test_a_window_is_told_with_its_place_and_the_total(ann: Desk) -> None:
    answer = ann.call("Mailbox/query", sort=[{"property": "name"}], position=1, limit=2, calculateTotal=True)
    assert (answer["position"], len(answer["ids"]), answer["total"]) == (1, 2, 9)
    assert answer["canCalculateChanges"] is True


def replay(old: list[str], changes: Any) -> list[str]:
    """RFC 8620 §5.6: take out, then put in from the lowest index on."""
    ids = [record for record in old if record not in changes["removed"]]
    for item in changes["added"]:
        ids.insert(item["index"], item["id"])
    return ids


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"sortAsTree": True, "sort": [{"property": "name"}]},
        {"filterAsTree": True, "filter": {"isSubscribed": True}},
        {"sortAsTree": True, "filterAsTree": True, "sort": [{"property": "name", "isAscending": False}]},
    ],
)
def test_query_changes_leads_to_the_new_result(ann: Desk, tree: dict[str, str], arguments: dict[str, Any]) -> None:
    changes: list[dict[str, Any]] = [
        {"update": {tree["z"]: {"name": "0"}}},
        {"update": {tree["z"]: {"isSubscribed": False}}},
        {"update": {tree["x"]: {"parentId": tree["z"]}, tree["m"]: {"name": "zz"}}},
        {"create": {"n": {"name": "n", "parentId": tree["m"]}}, "destroy": [tree["b"]]},
        {"update": {tree["z"]: {"parentId": tree["m"], "isSubscribed": True}}},
    ]
    first = before = ann.call("Mailbox/query", **arguments)
    for change in changes:
        ann.call("Mailbox/set", **change)
        ann.put(octets(str(change)[:60]))
        now = ann.call("Mailbox/query", **arguments)
        for old in (before, first):
            told = ann.call("Mailbox/queryChanges", sinceQueryState=old["queryState"], calculateTotal=True, **arguments)
            assert replay(old["ids"], told) == now["ids"]
            assert told["total"] == len(now["ids"])
        before = now


def test_new_mail_changes_no_query_of_mailboxes(ann: Desk) -> None:
    state = ann.call("Mailbox/query")["queryState"]
    ann.put(octets())
    told = ann.call("Mailbox/queryChanges", sinceQueryState=state)
    assert (told["removed"], told["added"]) == ([], [])
