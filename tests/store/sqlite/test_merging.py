"""The parts of full text become one in idle moments."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import cast

import apsw
import pytest

from angarium.store.contract import MessageQuery, SearchText, Term, Transaction, Window
from angarium.store.sqlite import merging as merging_
from angarium.store.sqlite import open_store, writer
from angarium.store.sqlite.database import FILE
from angarium.store.sqlite.merging import LOOK_AFTER, Merging
from angarium.store.sqlite.messages import textindex
from tests.store.conformance import account_of, done, message
from tests.store.messages.ground import ACCOUNT, Ground
from tests.store.messages.samples import START, Sample
from tests.waiting import eventually

_BATCHES = 15  # more than are merged when they come
_WORDS = ["moss", "fern", "ivy", "holly", "rowan", "aspen", "birch", "alder", "hazel", "elder"]


def _segments(connection: apsw.Connection) -> int:
    return cast(int, connection.execute("SELECT count(DISTINCT segid) FROM email_text_idx").get)


def _scattered(batches: int = _BATCHES) -> Ground:
    """Messages that were indexed in many batches."""
    ground = Ground.prepared()
    for batch in range(batches):
        for number in range(10):
            body = f"{_WORDS[number]} {' '.join(f'w{batch}x{number}x{word}' for word in range(100))}"
            ground.add(Sample(f"m{batch} {number}", START + 1000 * batch, text=SearchText(body=body)))
        ground.messages.index_waiting()
    return ground


def _steps(merging: Merging, ground: Ground) -> int:
    count = 0
    while merging:
        merging.step(ground.connection)
        count += 1
    return count


def _found(ground: Ground) -> list[list[str]]:
    return [
        list(ground.messages.query(ACCOUNT, MessageQuery(Term("text", word), ()), Window(limit=1000)).ids)
        for word in _WORDS
    ]


def test_what_lies_scattered_becomes_one_and_is_found_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    ground = _scattered()
    before, found = _segments(ground.connection), _found(ground)
    assert before > 4
    assert [len(ids) for ids in found] == [_BATCHES] * len(_WORDS)
    monkeypatch.setattr(merging_, "STEP", 2)
    assert _steps(Merging((textindex.TABLE,)), ground) > 5
    assert (_segments(ground.connection), _found(ground)) == (1, found)
    assert ground.messages.check(ACCOUNT) == []


def test_it_goes_on_while_more_is_indexed_and_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    ground = _scattered()
    monkeypatch.setattr(merging_, "STEP", 2)
    merging = Merging((textindex.TABLE,))
    for number in range(3):
        merging.step(ground.connection)
        ground.add(Sample(f"late {number}", START, text=SearchText(body="moss")))
        ground.messages.index_waiting()
        ground.messages.destroy(ACCOUNT, _found(ground)[1][0])
    _steps(merging, ground)
    assert [len(ids) for ids in _found(ground)[:2]] == [_BATCHES + 3, _BATCHES - 3]
    assert ground.messages.check(ACCOUNT) == []


def test_a_little_beside_a_large_part_is_left_until_it_is_worth_it() -> None:
    ground = _scattered(5)
    merging = Merging((textindex.TABLE,))
    _steps(merging, ground)
    ground.add(Sample("late", START, text=SearchText(body="moss")))
    ground.messages.index_waiting()
    merging.note(LOOK_AFTER - 1)
    assert not merging
    merging.note(1)
    assert _steps(merging, ground) == 1
    assert _segments(ground.connection) == 2


def test_it_is_done_when_the_writer_is_idle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging_, "LOOK_AFTER", 20 * _BATCHES)
    monkeypatch.setattr(writer, "INDEX_SLICE", 20)

    def deliver(transaction: Transaction) -> None:
        for number in range(20 * _BATCHES):
            body = " ".join(f"w{number}x{word}" for word in range(50))
            new = message(transaction.blobs.add(body.encode()))
            transaction.messages.add(account, replace(new, search=SearchText(body=body)))

    with closing(open_store(tmp_path)) as store:
        account = account_of(store)
        done(store, deliver)
        reader = apsw.Connection(str(tmp_path / FILE), flags=apsw.SQLITE_OPEN_READONLY)
        eventually(lambda: reader.execute("SELECT count(*) FROM waiting").get == 0)
        eventually(lambda: _segments(reader) == 1)
        reader.close()


def test_a_full_disk_is_a_line_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_merging: Merging, _connection: apsw.Connection) -> None:
        raise apsw.FullError("database or disk is full")

    monkeypatch.setattr(Merging, "step", full)
    with closing(open_store(tmp_path)) as store:
        done(store, lambda transaction: transaction.blobs.add(b"x"))
        eventually(lambda: bool(caplog.records))
    assert [(record.getMessage(), record.exc_info) for record in caplog.records] == [
        ("full text could not be merged: the disk is full", None)
    ]
