import pytest
from bench.account import Account
from bench.corpus import Corpus
from bench.crowd import Crowd, CrowdError, sample_crowd
from bench.ground import discover, mailboxes_by_name
from bench.load import load
from bench.measure import Subject, Unseen
from bench.rows import ECHO, Row, declared

_CLIENTS = 4
_SECONDS = 0.05


@pytest.fixture
def subject(account: Account, corpus: Corpus) -> Subject:
    load(account, corpus, 200, lambda _: None)
    return Subject("small", account, discover(account, 200, 0), Unseen())


@pytest.fixture
def rows(corpus: Corpus) -> dict[str, Row]:
    return {row.name: row for row in declared(corpus)}


def test_each_client_asks_again_and_again(subject: Subject) -> None:
    taken = Crowd()
    sample_crowd(subject, ECHO, _CLIENTS, _SECONDS, taken)
    assert len(taken.seconds) >= _CLIENTS
    assert taken.rate == len(taken.seconds) / taken.elapsed > 0


def test_what_a_crowd_flags_it_unflags_again(subject: Subject, rows: dict[str, Row]) -> None:
    taken = Crowd()
    sample_crowd(subject, rows["keyword 1"], _CLIENTS, _SECONDS, taken)
    assert len(taken.seconds) % 2 == 0
    assert set(discover(subject.account, 200, 0).unflagged) == set(subject.ground.unflagged)


def test_what_a_crowd_makes_is_destroyed_again(subject: Subject, rows: dict[str, Row]) -> None:
    before = mailboxes_by_name(subject.account)["Inbox"]["totalEmails"]
    taken = Crowd()
    for _ in range(2):
        sample_crowd(subject, rows["upload + import"], _CLIENTS, _SECONDS, taken)
    assert mailboxes_by_name(subject.account)["Inbox"]["totalEmails"] == before


def test_steps_before_a_row_belong_to_the_operation_of_a_crowd(subject: Subject, rows: dict[str, Row]) -> None:
    taken = Crowd()
    sample_crowd(subject, rows["changes after one"], _CLIENTS, _SECONDS, taken)
    assert taken.seconds


def test_a_client_that_gets_a_wrong_answer_ends_the_run(subject: Subject) -> None:
    never = Row("never", ECHO.steps, lambda _ground, _got: False)
    with pytest.raises(CrowdError, match="row 'never' on small"):
        sample_crowd(subject, never, _CLIENTS, _SECONDS, Crowd())
