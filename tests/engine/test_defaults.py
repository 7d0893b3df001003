"""One default of a kind: which it is, and how a /set moves it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from angarium.engine.access import Principal
from angarium.engine.call import Call
from angarium.engine.declare import Property
from angarium.engine.defaults import ARGUMENT, INDEX, Defaults, entries
from angarium.engine.records import RecordObjects
from angarium.engine.shapes import boolean
from angarium.formats.json import JSON
from angarium.store.contract import Indexes
from tests.engine import note
from tests.harness import Harness


def indexes(value: Mapping[str, JSON]) -> Indexes:
    return {**note.indexes(value), INDEX: entries(value)}


DEFAULTS = Defaults("Note", indexes)
OBJECTS = RecordObjects("Note", "N", indexes)


class Writer:
    """Makes notes of which the first is the default."""

    def create(self, call: Call, value: dict[str, JSON]) -> dict[str, JSON]:
        first = DEFAULTS.current(call.transaction.records, call.account.key) is None
        return OBJECTS.create(call, {**value, "isDefault": first})

    def load(self, call: Call, record: str, names: Sequence[str]) -> dict[str, JSON] | None:
        return OBJECTS.load(call, record, names)

    def update(
        self, call: Call, record: str, old: dict[str, JSON], new: dict[str, JSON], names: Sequence[str]
    ) -> dict[str, JSON] | None:
        return OBJECTS.update(call, record, old, new, names)

    def destroy(self, call: Call, record: str) -> None:
        OBJECTS.destroy(call, record)


NOTE = replace(
    note.NOTE,
    properties=(*note.NOTE.properties, Property("isDefault", boolean, server_set=True)),
    reader=OBJECTS,
    writer=Writer(),
    arguments={"set": (ARGUMENT,)},
    before_set=DEFAULTS.settling,
)


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[Harness]:
    harness = Harness(tmp_path, served=replace(note.NOTES, types=[NOTE]))
    yield harness
    harness.close()


def default(notes: Harness, ann: Principal) -> list[str]:
    found = notes.call(ann, "Note/get", {"ids": None})["list"]
    return [each["title"] for each in found if each["isDefault"]]


def put(notes: Harness, ann: Principal, *titles: str) -> dict[str, str]:
    made = notes.call(ann, "Note/set", {"create": {title: {"title": title} for title in titles}})["created"]
    return {title: made[title]["id"] for title in titles}


def test_the_first_object_is_the_default_and_others_are_not(notes: Harness, ann: Principal) -> None:
    put(notes, ann, "a", "b")
    assert default(notes, ann) == ["a"]


def test_the_default_moves_once_everything_succeeded_and_both_are_told(notes: Harness, ann: Principal) -> None:
    made = put(notes, ann, "a", "b")
    answer = notes.call(ann, "Note/set", {"onSuccessSetIsDefault": made["b"]})
    assert answer["updated"] == {made["a"]: {"isDefault": False}, made["b"]: {"isDefault": True}}
    assert answer["newState"] == notes.call(ann, "Note/get", {"ids": []})["state"] != answer["oldState"]
    assert default(notes, ann) == ["b"]


def test_what_is_created_in_the_same_call_can_become_the_default(notes: Harness, ann: Principal) -> None:
    put(notes, ann, "a")
    answer = notes.call(ann, "Note/set", {"create": {"n": {"title": "new"}}, "onSuccessSetIsDefault": "#n"})
    assert answer["created"]["n"]["isDefault"] is True
    assert default(notes, ann) == ["new"]


@pytest.mark.parametrize("wanted", ["N999", "#nothing"])
def test_what_is_not_there_never_becomes_the_default(notes: Harness, ann: Principal, wanted: str) -> None:
    put(notes, ann, "a")
    assert notes.call(ann, "Note/set", {"onSuccessSetIsDefault": wanted})["updated"] is None
    assert default(notes, ann) == ["a"]


def test_a_failure_leaves_the_default_where_it_was(notes: Harness, ann: Principal) -> None:
    made = put(notes, ann, "a", "b")
    notes.call(ann, "Note/set", {"destroy": ["N999"], "onSuccessSetIsDefault": made["b"]})
    assert default(notes, ann) == ["a"]


def test_one_of_those_that_are_left_takes_the_place_of_a_default_that_goes(notes: Harness, ann: Principal) -> None:
    made = put(notes, ann, "a", "b", "c")
    answer = notes.call(ann, "Note/set", {"destroy": [made["a"]]})
    assert answer["updated"] == {made["b"]: {"isDefault": True}}
    assert default(notes, ann) == ["b"]
