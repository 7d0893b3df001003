"""RecordQuerier: a declared type is found without a line of its own."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from angarium.engine.access import Principal
from angarium.engine.declare import Capability, DataType, Filter, Lookup, Property, Sort
from angarium.engine.queries import RecordQuerier, moment
from angarium.engine.records import RecordObjects
from angarium.engine.shapes import identifier, text, utc_date
from angarium.formats.collation import sortable
from angarium.formats.json import JSON
from angarium.store.contract import Comparison, Indexes
from tests.harness import Harness, Served

URN = "urn:example:visits"

FILTERS = (
    Filter("place", text, Lookup("place")),
    Filter("before", utc_date, Lookup("at", Comparison.BELOW, moment)),
    Filter("after", utc_date, Lookup("at", Comparison.FROM, moment)),
    Filter("text", text, Lookup("", Comparison.WORDS)),
)
SORTS = (Sort("at", collations=()), Sort("place", index="sortPlace"))


def indexes(value: Mapping[str, JSON]) -> Indexes:
    at, place = moment(value["at"]), str(value["place"])
    assert isinstance(at, int)
    return {"at": [at], "place": [place], "sortPlace": [sortable(place)]}


OBJECTS = RecordObjects("Visit", "V", indexes, texts=lambda value: {"note": str(value["note"])})
VISIT = DataType(
    name="Visit",
    capability=URN,
    properties=(
        Property("id", identifier, server_set=True),
        Property("place", text),
        Property("at", utc_date),
        Property("note", text, ""),
    ),
    reader=OBJECTS,
    writer=OBJECTS,
    querier=RecordQuerier("Visit", FILTERS, SORTS),
    filters=FILTERS,
    sorts=SORTS,
)


@pytest.fixture
def visits(tmp_path: Path) -> Iterator[Harness]:
    harness = Harness(tmp_path, served=Served([Capability(URN)], [VISIT], []))
    yield harness
    harness.close()


@pytest.fixture
def ann(visits: Harness) -> Principal:
    user = visits.user("ann")
    for place, day, note in (("Zürich", 3, "lake"), ("Åbo", 1, "the old harbour"), ("bern", 2, "bridge by the lake")):
        create = {"new": {"place": place, "at": f"2026-01-0{day}T00:00:00Z", "note": note}}
        assert visits.call(user, "Visit/set", {"create": create})["created"]
    return user


def _places(visits: Harness, user: Principal, **arguments: Any) -> list[str]:
    ids = visits.call(user, "Visit/query", arguments)["ids"]
    return [visit["place"] for visit in visits.call(user, "Visit/get", {"ids": ids})["list"]]


@pytest.mark.parametrize(
    ("filter_", "sort", "places"),
    [
        (None, None, ["Zürich", "Åbo", "bern"]),
        ({}, [{"property": "at"}], ["Åbo", "bern", "Zürich"]),
        (None, [{"property": "place"}], ["Åbo", "bern", "Zürich"]),
        (None, [{"property": "place", "collation": "i;octet"}], ["Zürich", "bern", "Åbo"]),
        ({"place": "bern"}, None, ["bern"]),
        ({"after": "2026-01-02T00:00:00Z", "before": "2026-01-03T00:00:00Z"}, None, ["bern"]),
        ({"text": "lake"}, [{"property": "at"}], ["bern", "Zürich"]),
        ({"operator": "NOT", "conditions": [{"text": "lake"}]}, None, ["Åbo"]),
    ],
)
def test_declared_filters_and_sorts_are_answered(
    visits: Harness, ann: Principal, filter_: Any, sort: Any, places: list[str]
) -> None:
    assert _places(visits, ann, filter=filter_, sort=sort) == places


def test_changes_of_a_query_are_told(visits: Harness, ann: Principal) -> None:
    asked = {"filter": {"text": "lake"}, "sort": [{"property": "at"}]}
    before = visits.call(ann, "Visit/query", asked)
    assert before["canCalculateChanges"] is True
    gone, other = before["ids"]
    visits.call(ann, "Visit/set", {"update": {gone: {"note": "dry"}}})
    changes = visits.call(ann, "Visit/queryChanges", {**asked, "sinceQueryState": before["queryState"]})
    assert (changes["removed"], changes["added"]) == ([gone], [])
    assert visits.call(ann, "Visit/query", asked)["ids"] == [other]


def test_a_change_that_leaves_the_text_alone_leaves_it_found(visits: Harness, ann: Principal) -> None:
    (record,) = visits.call(ann, "Visit/query", {"filter": {"place": "bern"}})["ids"]
    visits.call(ann, "Visit/set", {"update": {record: {"place": "Bern"}}})
    assert _places(visits, ann, filter={"text": "bridge"}) == ["Bern"]
