"""ContactCard/query and queryChanges (RFC 9610 §3.3, §3.4)."""

from typing import Any

import pytest

from tests.datatypes.contacts.desk import Desk, named

CARDS: dict[str, dict[str, Any]] = {
    "åsa": named(
        "Åsa",
        "Quill",
        uid="u1",
        created="2020-01-01T00:00:00Z",
        updated="2024-01-01T00:00:00Z",
        nicknames={"n": {"name": "Skipper"}},
        emails={"e": {"address": "asa@harbour.example", "label": "ferry desk"}},
        phones={"p": {"number": "+46 (8) 123-45"}},
        organizations={"o": {"name": "Harbour Office"}},
    ),
    "bo": named(
        "bo",
        "ängström",
        uid="u2",
        created="2021-01-01T00:00:00Z",
        updated="2023-01-01T00:00:00Z",
        onlineServices={"s": {"service": "Mastodon", "user": "@bo@fjord.example"}},
        addresses={"a": {"components": [{"kind": "locality", "value": "Göteborg"}]}},
        notes={"n": {"note": "knows every quiet bay"}},
    ),
    "crew": {
        "kind": "group",
        "uid": "u3",
        "created": "2022-01-01T00:00:00Z",
        "updated": "2022-01-01T00:00:00Z",
        "name": {"full": "The quiet crew"},
        "members": {"u1": True, "u2": True},
        "example.com:mascot": "walrus",
    },
    "zoe": named("Zoe", "Adler", uid="u4", created="2023-01-01T00:00:00Z", updated="2021-01-01T00:00:00Z"),
}
CARDS["zoe"]["name"]["components"].append({"kind": "surname2", "value": "Bergman"})


@pytest.fixture
def cards(ann: Desk) -> dict[str, str]:
    """The ids of the cards by their names here."""
    return {name: ann.put(**card) for name, card in CARDS.items()}


def _names(cards: dict[str, str], ids: list[str]) -> list[str]:
    by_id = {record: name for name, record in cards.items()}
    return [by_id[record] for record in ids]


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ({}, ["åsa", "bo", "crew", "zoe"]),
        ({"uid": "u2"}, ["bo"]),
        ({"uid": "U2"}, []),
        ({"hasMember": "u1"}, ["crew"]),
        ({"kind": "group"}, ["crew"]),
        ({"kind": "individual"}, ["åsa", "bo", "zoe"]),
        ({"createdBefore": "2021-01-01T00:00:00Z"}, ["åsa"]),
        ({"createdAfter": "2022-01-01T00:00:00Z"}, ["crew", "zoe"]),
        ({"updatedBefore": "2022-01-01T00:00:00Z"}, ["zoe"]),
        ({"updatedAfter": "2023-01-01T00:00:00Z"}, ["åsa", "bo"]),
        ({"text": "HARBOUR"}, ["åsa"]),
        ({"text": "asa@harbour.example"}, ["åsa"]),
        ({"text": "skipper 4681"}, []),
        ({"text": "skipper 46812345"}, ["åsa"]),
        ({"text": "goteborg"}, ["bo"]),
        ({"text": "walrus"}, ["crew"]),
        ({"text": "quiet"}, ["bo", "crew"]),
        ({"text": '"quiet bay"'}, ["bo"]),
        ({"text": "qui*"}, ["åsa", "bo", "crew"]),
        ({"text": "ContactCard"}, []),
        ({"name": "quiet"}, ["crew"]),
        ({"name": "asa quill"}, ["åsa"]),
        ({"name/given": "asa"}, ["åsa"]),
        ({"name/given": "quill"}, []),
        ({"name/surname": "angstrom"}, ["bo"]),
        ({"name/surname2": "bergman"}, ["zoe"]),
        ({"name/surname": "bergman"}, []),
        ({"nickname": "skipper"}, ["åsa"]),
        ({"nickname": "asa"}, []),
        ({"organization": "office"}, ["åsa"]),
        ({"email": "harbour"}, ["åsa"]),
        ({"email": "ferry"}, ["åsa"]),
        ({"phone": "+46812345"}, ["åsa"]),
        ({"phone": "123"}, ["åsa"]),
        ({"onlineService": "mastodon"}, ["bo"]),
        ({"onlineService": "fjord"}, ["bo"]),
        ({"address": "Göteborg"}, ["bo"]),
        ({"note": "bay"}, ["bo"]),
        ({"note": "goteborg"}, []),
        ({"kind": "individual", "text": "quiet"}, ["bo"]),
        ({"operator": "NOT", "conditions": [{"text": "quiet"}, {"uid": "u4"}]}, ["åsa"]),
        ({"operator": "OR", "conditions": [{"uid": "u1"}, {"hasMember": "u1"}]}, ["åsa", "crew"]),
    ],
)
def test_every_filter_finds_what_it_says(
    ann: Desk, cards: dict[str, str], filter_: dict[str, Any], found: list[str]
) -> None:
    for _ in range(2):
        assert _names(cards, ann.call("ContactCard/query", filter=filter_)["ids"]) == found
        ann.harness.store.write(lambda transaction: transaction.records.index_waiting()).result()


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ([{"property": "created", "isAscending": False}], ["zoe", "crew", "bo", "åsa"]),
        ([{"property": "updated"}], ["zoe", "crew", "bo", "åsa"]),
        ([{"property": "name/given"}], ["crew", "åsa", "bo", "zoe"]),
        ([{"property": "name/given", "isAscending": False}], ["zoe", "bo", "åsa", "crew"]),
        ([{"property": "name/surname"}], ["crew", "zoe", "bo", "åsa"]),
        ([{"property": "name/surname2", "isAscending": False}, {"property": "created"}], ["zoe", "åsa", "bo", "crew"]),
        ([{"property": "name/given", "collation": "i;octet"}], ["crew", "zoe", "bo", "åsa"]),
        ([{"property": "name/given", "collation": "i;ascii-casemap"}], ["crew", "bo", "zoe", "åsa"]),
        ([{"property": "name/given", "collation": "i;unicode-casemap"}], ["crew", "åsa", "bo", "zoe"]),
    ],
)
def test_every_sort_orders_as_it_says(
    ann: Desk, cards: dict[str, str], sort: list[dict[str, Any]], found: list[str]
) -> None:
    assert _names(cards, ann.find(sort=sort)) == found


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"filter": {"shoeSize": "42"}}, "unsupportedFilter"),
        ({"filter": {"text": 7}}, "invalidArguments"),
        ({"filter": {"createdBefore": "yesterday"}}, "invalidArguments"),
        ({"sort": [{"property": "kind"}]}, "unsupportedSort"),
        ({"sort": [{"property": "created", "collation": "i;octet"}]}, "unsupportedSort"),
        ({"sort": [{"property": "name/given", "collation": "i;klingon"}]}, "unsupportedSort"),
    ],
)
def test_what_cannot_be_asked_is_refused(ann: Desk, arguments: dict[str, Any], error: str) -> None:
    assert ann.error("ContactCard/query", **arguments)["type"] == error


def test_changes_lead_from_the_old_result_to_the_new(ann: Desk, cards: dict[str, str]) -> None:
    asked: dict[str, Any] = {"filter": {"text": "quiet"}, "sort": [{"property": "name/given", "isAscending": False}]}
    before = ann.call("ContactCard/query", **asked)
    assert before["canCalculateChanges"] is True
    ann.update(cards["bo"], {"notes": None})
    ann.update(cards["zoe"], {"notes": {"n": {"note": "quiet too"}}})
    changes = ann.call("ContactCard/queryChanges", **asked, sinceQueryState=before["queryState"], calculateTotal=True)
    assert sorted(changes["removed"]) == sorted([cards["bo"], cards["zoe"]])
    assert (changes["added"], changes["total"]) == ([{"id": cards["zoe"], "index": 0}], 2)
    too_many = ann.error("ContactCard/queryChanges", **asked, sinceQueryState=before["queryState"], maxChanges=1)
    assert too_many["type"] == "tooManyChanges"
