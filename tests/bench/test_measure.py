from gzip import compress
from pathlib import Path

import pytest
from bench.account import Account, JmapError
from bench.client import Connection, Origin, Response
from bench.corpus import Corpus
from bench.ground import discover, mailboxes_by_name
from bench.load import load
from bench.measure import Samples, Subject, Unseen, even_shares, plain_body, sample, sample_bare
from bench.rows import Row, declared
from bench.wire import measure as measure_wire

from bench import server

# What the small account of these tests can answer.
_ANSWERABLE = (
    "query of 50",
    "with total",
    "position 5000",
    "unread",
    "50 list rows",
    "one body",
    "changes after one",
    "keyword 1",
    "keyword 50",
    "upload + import",
    "create draft",
)


class _Unhurried(Unseen):
    def settle(self) -> None:
        pass


@pytest.fixture
def subject(account: Account, corpus: Corpus) -> Subject:
    load(account, corpus, 200, lambda _: None)
    return Subject("small", account, discover(account, 200, 0), _Unhurried())


@pytest.fixture
def rows(corpus: Corpus) -> list[Row]:
    return [row for row in declared(corpus) if row.name in _ANSWERABLE]


def test_every_operation_is_timed_beside_an_echo(subject: Subject, rows: list[Row]) -> None:
    for row in rows:
        taken = Samples()
        sample(subject, row, 4, taken)
        assert len(taken.row) == len(taken.echo) == len(taken.server_cpu) == len(taken.client_cpu) == 4
        assert min(taken.row) > 0
        assert max(taken.client_cpu) < 1
        assert taken.sent > 200
        assert taken.received > 100


def test_a_second_pass_goes_on_with_the_turns(subject: Subject, rows: list[Row]) -> None:
    taken = Samples()
    sample(subject, rows[0], 2, taken)
    sample(subject, rows[0], 2, taken)
    assert (taken.turn, len(taken.row)) == (4, 4)


def test_the_account_is_left_as_it_was(subject: Subject, rows: list[Row]) -> None:
    before = mailboxes_by_name(subject.account)
    for row in rows:
        sample(subject, row, 2, Samples())
    assert mailboxes_by_name(subject.account) == before
    assert discover(subject.account, 200, 0).unflagged == subject.ground.unflagged


def test_a_wrong_answer_stops_the_run(subject: Subject, corpus: Corpus) -> None:
    rare = next(row for row in declared(corpus) if row.name == "collapsed")
    wrong = Row(rare.name, rare.steps, lambda _ground, _got: False)
    with pytest.raises(JmapError, match="rules out"):
        sample(subject, wrong, 1, Samples())


def test_the_wire_is_counted_for_every_row(subject: Subject, rows: list[Row]) -> None:
    counted = measure_wire(subject, rows)
    assert [wire.row for wire in counted] == [row.name for row in rows]
    assert {wire.encoding for wire in counted} == {"identity"}
    assert all(abs(wire.compressed - wire.received) < 10 < wire.received for wire in counted)


def test_the_bare_echo_answers_what_it_is_sent_and_is_timed(subject: Subject, tmp_path: Path) -> None:
    with server.bare_echo(tmp_path) as process, Connection(Origin.of(process.url)) as connection:
        answered = connection.exchange(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi")
        taken = sample_bare(subject, connection, process, 5)
    assert answered.body == b"hi"
    assert len(taken.row) == len(taken.echo) == 5
    assert sum(taken.server_cpu) > 0


def test_a_gzip_body_is_read() -> None:
    assert plain_body(Response(200, {"content-encoding": "gzip"}, compress(b"x"), 0)) == b"x"
    assert plain_body(Response(200, {}, b"x", 0)) == b"x"


@pytest.mark.parametrize(
    ("total", "shares"),
    [(200, [50, 50, 50, 50]), (20, [6, 6, 4, 4]), (5, [2, 2, 2]), (1, [2])],
)
def test_rounds_are_dealt_evenly_in_pairs(total: int, shares: list[int]) -> None:
    assert even_shares(total, 4) == shares
