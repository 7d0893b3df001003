"""What is made before a request has the writer, and what becomes of it."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from angarium.engine.access import Principal
from angarium.engine.ahead import Preparation, prepared_creates
from angarium.engine.call import Call
from angarium.engine.errors import invalid_properties
from angarium.formats.json import JSON
from angarium.store.contract import NotDurable, Stage, StagedBlob, StoreError
from tests.engine.note import NOTE, NOTES, OBJECTS
from tests.harness import Harness, Served

BLUE, LARGE = "blue", b"x" * 100_000


@dataclass(frozen=True)
class ReadyNote:
    """A note with the size that it was given ahead."""

    size: int
    weight: int

    def create(self, call: Call, value: dict[str, JSON]) -> dict[str, JSON]:
        return OBJECTS.create(call, {**value, "size": self.size})


class Sizer:
    """Gives notes a size, which tells that they were made from what was prepared."""

    def __init__(self) -> None:
        self.seen: list[dict[str, JSON]] = []
        self.weight = 0

    def takes_long(self, creates: Any) -> bool:
        return any(given.get("colour") == BLUE for given in creates.values())

    def prepare(self, call: Call, value: dict[str, JSON], receive: Callable[[bytes], StagedBlob]) -> ReadyNote:
        assert call.request.transaction is None
        self.seen.append(value)
        if value["title"] == "bad":
            raise invalid_properties("bad in advance", "title")
        return ReadyNote(receive(LARGE).size, self.weight)


@pytest.fixture
def sizer() -> Sizer:
    return Sizer()


@pytest.fixture
def sized(tmp_path: Path, sizer: Sizer) -> Iterator[Harness]:
    note = replace(NOTE, ahead={"set": prepared_creates(NOTE, sizer)})
    harness = Harness(tmp_path / "sized", served=Served(NOTES.capabilities, [note], []))
    yield harness
    harness.close()


@pytest.fixture
def sue(sized: Harness) -> Principal:
    return sized.user("sue")


def creating(harness: Harness, user: Principal, create: Any, **more: Any) -> bytes:
    call = ["Note/set", {"accountId": harness.account(user), "create": create, **more}, "s"]
    return orjson.dumps({"using": list(harness.registry.capabilities), "methodCalls": [call]})


def sizes(answer: Any) -> dict[str, int]:
    return {key: note.get("size", 0) for key, note in (answer["created"] or {}).items()}


def incoming(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "sized" / "incoming").iterdir())


def test_objects_are_made_from_what_was_prepared(sized: Harness, sue: Principal, tmp_path: Path) -> None:
    answer = sized.call(sue, "Note/set", {"create": {at: {"title": at, "colour": BLUE} for at in ("a", "b")}})
    assert sizes(answer) == {"a": len(LARGE), "b": len(LARGE)}
    assert incoming(tmp_path) == []


def test_a_few_that_take_no_time_are_not_prepared(sized: Harness, sue: Principal, sizer: Sizer) -> None:
    few = {str(at): {"title": str(at)} for at in range(8)}
    assert set(sizes(sized.call(sue, "Note/set", {"create": few})).values()) == {0}
    many = {str(at): {"title": f"more {at}"} for at in range(9)}
    assert set(sizes(sized.call(sue, "Note/set", {"create": many})).values()) == {len(LARGE)}
    assert len(sizer.seen) == 9


def test_what_is_refused_ahead_is_left_to_the_writer(sized: Harness, sue: Principal) -> None:
    create = {"a": {"title": "bad", "colour": BLUE}, "b": {"title": "b"}, "c": {"title": "c", "colour": "no"}}
    answer = sized.call(sue, "Note/set", {"create": create})
    assert sizes(answer) == {"a": 0, "b": len(LARGE)}
    assert answer["notCreated"]["c"]["properties"] == ["colour"]


def test_properties_that_refer_to_others_are_no_part_of_it(sized: Harness, sue: Principal, sizer: Sizer) -> None:
    create = {"child": {"title": "child", "colour": BLUE, "parentId": "#parent"}, "parent": {"title": "parent"}}
    answer = sized.call(sue, "Note/set", {"create": create})
    assert sizes(answer) == {"child": len(LARGE), "parent": len(LARGE)}
    assert answer["created"]["child"]["parentId"] == answer["created"]["parent"]["id"]
    assert {"title": "child", "colour": BLUE} in sizer.seen


@pytest.mark.parametrize(
    "arguments",
    [
        {"create": {str(at): {"title": str(at)} for at in range(501)}},
        {"create": [1, 2, 3, 4, 5, 6, 7, 8, 9]},
        {"create": {str(at): 5 for at in range(9)}},
        {"create": {str(at): {"title": str(at)} for at in range(9)}, "accountId": "A999"},
        {"create": {str(at): {"title": str(at)} for at in range(9)}, "unknown": True},
    ],
)
def test_nothing_is_prepared_for_a_call_that_is_an_error(
    sized: Harness, sue: Principal, sizer: Sizer, arguments: Any
) -> None:
    sized.error(sue, "Note/set", arguments)
    assert sizer.seen == []


def test_nothing_is_prepared_for_who_may_only_read(sized: Harness, sue: Principal, sizer: Sizer) -> None:
    bob = sized.share(sue, sized.user("bob"), read_only=True)
    create = {"a": {"title": "a", "colour": BLUE}}
    error = sized.error(bob, "Note/set", {"accountId": sized.account(sue), "create": create})
    assert error["type"] == "accountReadOnly"
    assert sizer.seen == []


def test_what_takes_more_memory_than_there_is_room_for_is_not_kept(
    sized: Harness, sue: Principal, sizer: Sizer, tmp_path: Path
) -> None:
    sizer.weight = 6_000_000
    calls = [
        ("Note/set", {"create": {f"{at}{each}": {"title": f"{at}{each}", "colour": BLUE} for each in "ab"}})
        for at in "12"
    ]
    answers = sized.responses(sue, *calls)
    assert [sizes(answer) for _, answer in answers] == [
        {"1a": len(LARGE), "1b": len(LARGE)},
        {"2a": 0, "2b": 0},
    ]
    assert incoming(tmp_path) == []


def test_what_runs_a_second_time_uses_it_again(sized: Harness, sue: Principal) -> None:
    request = sized.engine.prepare(creating(sized, sue, {"a": {"title": "a", "colour": BLUE}}))
    ahead = sized.engine.ahead(request, sue, sized.store.stage)
    assert ahead is not None
    with closing(ahead):
        sized.store.read(ahead.run)

        def undone(view: Any) -> None:
            sized.engine.run(request, sue, transaction=view)
            raise ValueError("undo")

        with pytest.raises(ValueError, match="undo"):
            sized.store.write(undone).result()
        answer = sized.store.write(lambda view: sized.engine.run(request, sue, transaction=view)).result()
    assert sizes(orjson.loads(answer)["methodResponses"][0][1]) == {"a": len(LARGE)}


def test_what_runs_after_the_end_is_made_with_the_writer(sized: Harness, sue: Principal, tmp_path: Path) -> None:
    request = sized.engine.prepare(creating(sized, sue, {"a": {"title": "a", "colour": BLUE}}))
    ahead = sized.engine.ahead(request, sue, sized.store.stage)
    assert ahead is not None
    sized.store.read(ahead.run)
    assert len(incoming(tmp_path)) == 1
    ahead.close()
    assert incoming(tmp_path) == []
    answer = sized.store.write(lambda view: sized.engine.run(request, sue, transaction=view)).result()
    assert sizes(orjson.loads(answer)["methodResponses"][0][1]) == {"a": 0}


def test_what_ends_meanwhile_leaves_nothing_behind(sized: Harness, sue: Principal, tmp_path: Path) -> None:
    request = sized.engine.prepare(creating(sized, sue, {at: {"title": at, "colour": BLUE} for at in "ab"}))

    def ended() -> Stage:
        assert ahead is not None
        ahead.close()
        return sized.store.stage()

    ahead = sized.engine.ahead(request, sue, ended)
    assert ahead is not None
    sized.store.read(ahead.run)
    assert incoming(tmp_path) == []
    assert request.calls[0].prepared == {}


def test_a_disk_that_takes_nothing_leaves_it_to_the_writer(sized: Harness, sue: Principal) -> None:
    def failing() -> Stage:
        raise NotDurable("no room")

    request = sized.engine.prepare(creating(sized, sue, {"a": {"title": "a", "colour": BLUE}}))
    ahead = sized.engine.ahead(request, sue, failing)
    assert ahead is not None
    with closing(ahead):
        sized.store.read(ahead.run)
        answer = sized.store.write(lambda view: sized.engine.run(request, sue, transaction=view)).result()
    assert sizes(orjson.loads(answer)["methodResponses"][0][1]) == {"a": 0}


def test_what_is_received_for_nothing_is_dropped(sized: Harness, tmp_path: Path) -> None:
    preparation = Preparation(lambda *_: None, [], sized.store.stage)
    staged = preparation.receive(LARGE)
    assert staged.open()[:] == LARGE
    preparation.close()
    with pytest.raises(StoreError):
        preparation.receive(LARGE)
    assert incoming(tmp_path) == []
