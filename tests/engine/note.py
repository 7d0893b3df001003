"""The smallest data type that has everything: copy it to begin a new one.

A Note has a title, a colour, tags, and perhaps a parent note. It is kept as records; its lists are made in memory.
"""

from collections.abc import Mapping, Sequence

from angarium.engine.call import Call
from angarium.engine.declare import Capability, DataType, Filter, Property, Sort
from angarium.engine.errors import invalid_properties
from angarium.engine.listing import ListedQuerier, matches
from angarium.engine.records import RecordObjects
from angarium.engine.shapes import boolean, identifier, map_of, nullable, number, one_of, text, text_of, true, unsigned
from angarium.formats.json import JSON
from angarium.store.contract import Expression, Indexes, Order, Term
from tests.harness import Served

URN = "urn:example:notes"


def indexes(value: Mapping[str, JSON]) -> Indexes:
    return {"title": [str(value["title"])]}


def check(call: Call, record: str | None, value: Mapping[str, JSON]) -> None:
    taken = call.snapshot.records.find(call.account.key, "Note", "title", str(value["title"]))
    if any(other != record for other in taken):
        error = invalid_properties("another note has this title", "title")
        error.again = True
        raise error
    parent = value.get("parentId")
    if isinstance(parent, str) and not call.snapshot.records.get(call.account.key, "Note", [parent]):
        raise invalid_properties("there is no such parent", "parentId")


OBJECTS = RecordObjects("Note", "N", indexes, check)


def _found(call: Call, filter_: Expression | None, sort: Sequence[Order]) -> list[str]:
    found = OBJECTS.read(call, None, ["title", "size"]).objects
    assert not isinstance(found, bytes)
    notes = [note for note in found if matches(filter_, lambda term: note["title"] == term.value)]  # noqa: B023
    for order in reversed(sort):
        notes.sort(key=lambda note: str(note[order.property]), reverse=not order.ascending)
    return [str(note["id"]) for note in notes]


class NoteQuerier(ListedQuerier):
    """Finds notes by walking all of them."""

    def can_calculate(self, call: Call, filter_: Expression | None, sort: tuple[Order, ...]) -> bool:
        return filter_ != Term("titleIs", "secret")


class NoteCopier:
    """Takes a note over from another account."""

    def copy(self, call: Call, source: Call, record: str, overrides: dict[str, JSON]) -> dict[str, JSON]:
        original = OBJECTS.load(source, record, [known.name for known in NOTE.properties if known.name != "id"])
        if original is None:
            raise invalid_properties("there is no such note", "id")
        return OBJECTS.create(call, original | overrides)


NOTE = DataType(
    name="Note",
    capability=URN,
    properties=(
        Property("id", identifier, server_set=True),
        Property("title", text_of(40, least=1)),
        Property("colour", one_of(("red", "blue")), "blue"),
        Property("size", unsigned, 0, immutable=True),
        Property("weight", nullable(number), None),
        Property("isPinned", boolean, False),
        Property("tags", map_of(text, true), {}),
        Property("parentId", nullable(identifier), None, references="Note"),
        Property("related", map_of(identifier, true), {}, references="Note"),
        Property("legacyFlag", boolean, False, private=True),
    ),
    reader=OBJECTS,
    writer=OBJECTS,
    querier=NoteQuerier("Note", _found),
    copier=NoteCopier(),
    filters=(Filter("titleIs", text),),
    sorts=(Sort("title"), Sort("hasTag", keyword=True)),
)

NOTES = Served([Capability(URN, {"maxNotes": 100}, lambda account: {"mayWrite": not account.read_only})], [NOTE], [])
