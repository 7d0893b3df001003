import pytest
from bench.account import Account, Login
from bench.corpus import Corpus
from bench.crowd import CLIENTS
from bench.ground import discover
from bench.load import load
from bench.measure import Subject, Unseen
from bench.rows import ECHO, declared
from bench.sides import Side

from bench import compare


def _silent(_text: str) -> None:
    pass


@pytest.fixture
def sides(account: Account, login: Login, corpus: Corpus) -> list[Side]:
    load(account, corpus, 200, _silent)
    ground = discover(account, 200, 0)
    return [Side(name, login, Unseen(), Subject(name, account, ground, Unseen())) for name in ("ours", "theirs")]


def test_each_row_is_taken_on_both_sides_by_one_client_and_by_many(
    sides: list[Side], corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare, "_CROWD_SECONDS", 0.02)
    rows = [ECHO, *(row for row in declared(corpus) if row.name == "keyword 1")]
    found = compare.mail(sides, rows, 4, _silent)
    assert [(result.row, result.subject, result.clients) for result in found] == [
        (row, side, clients)
        for row in ("Core/echo", "keyword 1")
        for side in ("ours", "theirs")
        for clients in (1, CLIENTS)
    ]
    assert all(result.time.p50 > 0 and result.rate > 0 and result.objects == 200 for result in found)
    assert all((result.quick > 0) == (result.clients == 1) for result in found)


def test_no_rows_take_no_time(sides: list[Side]) -> None:
    assert compare.mail(sides, [], 4, _silent) == []
