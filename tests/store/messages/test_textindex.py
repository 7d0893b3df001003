"""Document keys, the queue, and the table of full text."""

import pytest

from angarium.formats.searchtext import parse_query
from angarium.store.contract import MessageQuery, OverQuota, SearchText, Term, Window
from angarium.store.sqlite.messages import textindex
from angarium.store.sqlite.messages.ids import SEQUENCES, first_document, last_document
from tests.store.messages.ground import ACCOUNT, Ground
from tests.store.messages.samples import START, Sample


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
