from collections.abc import Sequence

import orjson
import pytest
from bench.account import Call, JmapError
from bench.aims import GROWTH_AIMS, ROW_AIMS
from bench.corpus import Corpus
from bench.ground import Ground
from bench.rows import ECHO, Api, Row, Upload, declared, ids_asked, verify

_IDS = tuple(f"e{number}" for number in range(500))
_GROUND = Ground("a1", 10_000, "m1", 6_000, "m2", _IDS, _IDS, 5_000, 7)
_NAMES = [
    "Mailbox/get",
    "query of 50",
    "with total",
    "collapsed",
    "position 5000",
    "unread",
    "from",
    "rare",
    "common word",
    "50 list rows",
    "one body",
    "first screen",
    "first screen, gzip",
    "changes after one",
    "keyword 1",
    "keyword 50",
    "upload + import",
    "create draft",
]


def _row(corpus: Corpus, name: str) -> Row:
    return next(row for row in declared(corpus) if row.name == name)


def _calls(row: Row, turn: int = 0, earlier: Sequence[bytes] = ()) -> Sequence[Call]:
    wanted = row.steps[-1](_GROUND, turn, earlier)
    assert isinstance(wanted, Api)
    return wanted.calls


def test_every_row_of_the_design_is_declared_once(corpus: Corpus) -> None:
    assert [row.name for row in declared(corpus)] == _NAMES


def test_every_aim_is_that_of_a_row() -> None:
    assert set(_NAMES).issuperset({*ROW_AIMS, *GROWTH_AIMS})


def test_rows_that_have_a_limit_for_durable_writes_commit(corpus: Corpus) -> None:
    commits = {row.name: row.commits for row in declared(corpus) if row.commits}
    assert commits == {"keyword 1": 1, "keyword 50": 1, "upload + import": 2, "create draft": 1}


@pytest.mark.parametrize("name", [name for name in _NAMES if name not in ("changes after one", "upload + import")])
def test_references_name_an_earlier_call_by_id_and_method(corpus: Corpus, name: str) -> None:
    seen: dict[str, str] = {}
    for method, arguments, call in _calls(_row(corpus, name)):
        references = [value for key, value in arguments.items() if key.startswith("#")]
        assert all(seen[reference["resultOf"]] == reference["name"] for reference in references)
        seen[call] = method
    assert orjson.dumps(_calls(_row(corpus, name)))


def test_the_first_screen_is_one_request_of_five_calls(corpus: Corpus) -> None:
    row = _row(corpus, "first screen")
    assert len(row.steps) == 1
    assert [method for method, _, _ in _calls(row)] == [
        "Mailbox/get",
        "Email/query",
        "Email/get",
        "Thread/get",
        "Email/get",
    ]


def test_a_keyword_is_taken_off_where_it_was_set(corpus: Corpus) -> None:
    for name, count in (("keyword 1", 1), ("keyword 50", 50)):
        (on,), (off,), (other,) = (_calls(_row(corpus, name), turn) for turn in (0, 1, 2))
        assert list(on[1]["update"]) == list(off[1]["update"])
        assert len(on[1]["update"]) == count
        assert set(on[1]["update"]).isdisjoint(other[1]["update"])
        assert next(iter(on[1]["update"].values())) == {"keywords/$flagged": True}
        assert next(iter(off[1]["update"].values())) == {"keywords/$flagged": None}


def test_reads_do_not_ask_for_the_same_objects_every_time(corpus: Corpus) -> None:
    asked = {tuple(_calls(_row(corpus, "50 list rows"), turn)[0][1]["ids"]) for turn in range(20)}
    assert len(asked) == 10
    assert all(len(ids) == 50 for ids in asked)


def test_a_pool_smaller_than_a_window_is_asked_for_as_it_is() -> None:
    assert ids_asked(3, ["a", "b"], 50) == ["a", "b"]


def test_every_upload_is_new_mail(corpus: Corpus) -> None:
    upload = _row(corpus, "upload + import").steps[0]
    messages = [upload(_GROUND, turn, []) for turn in range(2)]
    assert all(isinstance(message, Upload) for message in messages)
    assert messages[0] != messages[1]


def test_the_import_uses_the_blob_of_the_upload(corpus: Corpus) -> None:
    ((_, arguments, _),) = _calls(_row(corpus, "upload + import"), earlier=[b'{"blobId": "b9"}'])
    assert arguments["emails"]["new"]["blobId"] == "b9"


def test_changes_are_asked_from_the_state_before_the_change(corpus: Corpus) -> None:
    row = _row(corpus, "changes after one")
    (before,) = row.before
    prepared = before(_GROUND, 0, [])
    assert isinstance(prepared, Api)
    assert [method for method, _, _ in prepared.calls] == ["Email/get", "Email/set"]
    earlier = orjson.dumps({"methodResponses": [["Email/get", {"state": "s1"}, "g"], ["Email/set", {}, "s"]]})
    assert _calls(row, earlier=[earlier])[0][1]["sinceState"] == "s1"


_WRONG: dict[str, list[Call]] = {
    "query of 50": [("Email/query", {"ids": ["e1"]}, "q")],
    "with total": [("Email/query", {"ids": list(_IDS[:50]), "total": 5_999}, "q")],
    "unread": [("Email/query", {"ids": []}, "q")],
    "from": [("Email/query", {"ids": []}, "q")],
    "rare": [("Email/query", {"ids": ["e1", "e2"]}, "q")],
    "common word": [("Email/query", {"ids": ["e1"]}, "q")],
    "50 list rows": [("Email/get", {"list": [{}] * 49, "notFound": ["e1"]}, "g")],
    "keyword 50": [("Email/set", {"updated": {"e1": None}}, "s")],
    "changes after one": [("Email/changes", {"created": [], "updated": [], "destroyed": []}, "c")],
    "create draft": [("Email/set", {"created": {}}, "s")],
}


@pytest.mark.parametrize("name", _WRONG)
def test_an_answer_that_the_corpus_rules_out_is_refused(corpus: Corpus, name: str) -> None:
    with pytest.raises(JmapError, match=name.replace("+", r"\+")):
        verify(_row(corpus, name), _GROUND, _WRONG[name])


def test_an_echo_must_come_back_unchanged() -> None:
    verify(ECHO, _GROUND, _calls(ECHO))
    with pytest.raises(JmapError):
        verify(ECHO, _GROUND, [("Core/echo", {"hello": False}, "b3ff")])
