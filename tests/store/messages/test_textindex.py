"""Document keys, the queue, and the table of full text."""

from contextlib import closing, suppress
from pathlib import Path

import pytest

from angarium.formats.searchtext import parse_query
from angarium.store.contract import MessageQuery, OverQuota, SearchText, Term, Transaction, Window
from angarium.store.sqlite import open_store
from angarium.store.sqlite.messages import textindex
from angarium.store.sqlite.messages.ids import SEQUENCES, first_document, last_document
from tests.store.messages.ground import ACCOUNT, Ground
from tests.store.messages.samples import START, Sample, new


def _documents(ground: Ground) -> list[object]:
    return [document for (document,) in ground.rows("SELECT document FROM email ORDER BY id")]


def test_a_full_second_spills_into_later_ones_only() -> None:
    ground = Ground.prepared()
    for number in range(SEQUENCES + 3):
        ground.add(Sample(f"m{number}", START))
    first = first_document(ACCOUNT, START)
    documents = _documents(ground)
    assert documents[:SEQUENCES] == list(range(first, first + SEQUENCES))
    assert documents[SEQUENCES:] == [first + SEQUENCES + offset for offset in range(3)]
    ground.messages.index_waiting(10_000)
    assert ground.messages.check(ACCOUNT) == []


@pytest.mark.parametrize("received", [START, 10**17])
def test_there_is_room_however_many_are_of_one_second(received: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(textindex, "SEQUENCES", 2)
    ground = Ground.prepared()
    for number in range(300):
        ground.add(Sample(f"m{number}", received, text=SearchText(body="word")))
    documents, first = _documents(ground), first_document(ACCOUNT, received)
    assert documents == list(range(first, first + 300))
    ground.messages.index_waiting(10_000)
    found = ground.messages.query(ACCOUNT, MessageQuery(Term("text", "word"), ()), Window(limit=20))
    assert found.ids == ground.messages.in_mailbox(ACCOUNT, "B1")[:20]


def test_an_account_without_a_key_left_takes_no_more_of_that_time(monkeypatch: pytest.MonkeyPatch) -> None:
    last = first_document(ACCOUNT, START) + 1
    monkeypatch.setattr(textindex, "last_document", lambda _account: last)
    ground = Ground.prepared()
    assert [ground.add(Sample(name, START)) for name in ("first", "second")]
    with pytest.raises(OverQuota):
        ground.add(Sample("third", START))
    assert ground.add(Sample("earlier", START - 1000))


def test_times_before_1970_and_far_in_the_future_have_keys_of_the_account() -> None:
    ground = Ground.prepared()
    for number, received in enumerate((-(10**15), -1, 10**17)):
        ground.add(Sample(f"m{number}", received, text=SearchText(body="word")))
    assert all(first_document(ACCOUNT) <= int(str(key)) <= last_document(ACCOUNT) for key in _documents(ground))
    ground.messages.index_waiting()
    found = ground.messages.query(ACCOUNT, MessageQuery(Term("text", "word"), ()), Window(limit=2))
    assert found.ids == ground.messages.in_mailbox(ACCOUNT, "B1")[:2]
    encoded, _ = ground.messages.rows(ACCOUNT, None, ("receivedAt",))
    assert b'"0001-01-01T00:00:00Z"' in encoded
    assert b'"9999-12-31T23:59:59.999Z"' in encoded


def test_a_key_is_used_again_only_after_its_text_is_gone() -> None:
    ground = Ground.prepared()
    first = ground.add(Sample("first", text=SearchText(body="old")))
    ground.messages.index_waiting()
    ground.messages.destroy(ACCOUNT, first)
    second = ground.add(Sample("second", text=SearchText(body="fresh")))
    ground.messages.index_waiting()
    assert ground.messages.query(ACCOUNT, MessageQuery(Term("text", "old"), ()), Window()).ids == []
    assert ground.messages.query(ACCOUNT, MessageQuery(Term("text", "fresh"), ()), Window()).ids == [second]


def test_what_is_destroyed_is_found_no_more_in_the_same_job() -> None:
    ground = Ground.prepared()
    emails = [ground.add(Sample(f"m{number}", START, text=SearchText(body="word"))) for number in range(3)]
    ground.messages.index_waiting()
    state = ground.state()
    ground.messages.destroy(ACCOUNT, emails[1])
    query = MessageQuery(Term("text", "word"), ())
    found = ground.messages.query(ACCOUNT, query, Window(total=True))
    assert (found.ids, found.total) == ([emails[2], emails[0]], 2)
    changes = ground.messages.query_changes(ACCOUNT, query, state, total=True)
    assert changes is not None
    assert (changes.removed, changes.total) == ([emails[1]], 2)


def test_text_that_a_savepoint_brings_back_stays(tmp_path: Path) -> None:
    with closing(open_store(tmp_path / "data", durable=False)) as store:
        account = store.write(lambda view: view.create_account()).result()
        store.write(lambda view: view.records.create(account, "Mailbox", "B", b"{}", {})).result()
        message = new(Sample("one", START, frozenset({"B1"}), text=SearchText(body="old")))
        kept = store.write(lambda view: view.messages.add(account, message).id).result()
        other = store.write(lambda view: view.messages.add(account, message).id).result()
        store.write(lambda view: view.messages.index_waiting()).result()

        def job(transaction: Transaction) -> str:
            messages = transaction.messages
            for _ in range(2):  # also where the key was used again meanwhile
                with suppress(KeyError), transaction.savepoint():
                    messages.destroy(account, other)
                    messages.add(account, message)
                    raise KeyError
            messages.destroy(account, other)
            with suppress(KeyError), transaction.savepoint():
                messages.add(account, message)
                raise KeyError
            return messages.add(account, message).id

        added = store.write(job).result()
        assert store.read(lambda view: view.messages.check(account)) == []
        store.write(lambda view: view.messages.index_waiting()).result()
        assert store.read(lambda view: view.messages.check(account)) == []
        query = MessageQuery(Term("text", "old"), ())
        assert store.read(lambda view: view.messages.query(account, query, Window()).ids) == [added, kept]


def test_batches_take_the_lowest_keys_and_tell_how_many_went() -> None:
    ground = Ground.prepared()
    for number in (3, 1, 2):
        ground.add(Sample(f"m{number}", START + number * 1000))
    assert (ground.messages.index_waiting(2), ground.messages.waiting()) == (2, 1)
    assert ground.rows("SELECT document FROM waiting") == [(first_document(ACCOUNT, START + 3000),)]
    assert (ground.messages.index_waiting(2), ground.messages.index_waiting(2)) == (1, 0)


def test_what_waits_of_one_account_is_not_searched_for_another() -> None:
    ground = Ground.prepared()
    ground.add(Sample("mine", text=SearchText(body="word")))
    words = parse_query("word")
    assert len(textindex.waiting_matches(ground.connection, ACCOUNT, words, ())) == 1
    assert textindex.waiting_matches(ground.connection, ACCOUNT + 1, words, ()) == []
