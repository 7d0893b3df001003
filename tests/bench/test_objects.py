import orjson
from bench.ground import PAGE, without_mail
from bench.rows import Api, Step

from bench import objects

_POOL = [f"C{number}" for number in range(500)]
_GROUND = without_mail("a1", 500)


def _calls(step: Step, turn: int, earlier: tuple[bytes, ...] = ()) -> Api:
    asked = step(_GROUND, turn, earlier)
    assert isinstance(asked, Api)
    return asked


def test_reads_rotate_over_the_pool() -> None:
    got = _calls(objects.get("Thing", _POOL), 3)
    assert got.calls == [("Thing/get", {"accountId": "a1", "ids": _POOL[3 * PAGE : 4 * PAGE]}, "g")]


def test_changes_are_those_since_the_edit_told_the_state() -> None:
    told = _calls(objects.edit("Thing", _POOL, lambda turn: {"note": f"{turn}"}), 7)
    assert [name for name, _, _ in told.calls] == ["Thing/get", "Thing/set"]
    assert told.calls[1][1]["update"] == {"C7": {"note": "7"}}
    answer = orjson.dumps({"methodResponses": [["Thing/get", {"state": "s41"}, "g"]]})
    asked = _calls(objects.changes("Thing"), 7, (answer,))
    assert asked.calls == [("Thing/changes", {"accountId": "a1", "sinceState": "s41"}, "c")]


def test_a_change_too_many_is_seen() -> None:
    told = {"created": [], "updated": ["C1"], "destroyed": []}
    assert objects.one_changed(_GROUND, [("Thing/changes", told, "c")])
    assert not objects.one_changed(_GROUND, [("Thing/changes", {**told, "updated": ["C1", "C2"]}, "c")])


def test_a_query_finds_a_page_or_all_that_there_is() -> None:
    def answer(count: int) -> list[tuple[str, dict[str, object], str]]:
        return [("Thing/query", {"ids": _POOL[:count]}, "q")]

    assert objects.finds(5)(_GROUND, answer(5))
    assert objects.finds(500)(_GROUND, answer(PAGE))
    assert not objects.finds(500)(_GROUND, answer(PAGE - 1))
