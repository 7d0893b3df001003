import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest

from angarium.store.contract import NotDurable, StateChange, StoreError, TooSlow, Transaction
from angarium.store.sqlite import SqliteStore, writer
from angarium.store.sqlite.group import CHECKPOINT_PAGES, Groups
from angarium.store.sqlite.transaction import SqliteTransaction
from angarium.store.sqlite.writer import GROUP_JOBS, INDEX_BACKLOG
from tests.store.conformance import account_of, done, done_at_once, message
from tests.waiting import eventually


def _waiting(transaction: Transaction) -> int:
    return cast(SqliteTransaction, transaction).messages.waiting()


def _deliver(transaction: Transaction, count: int) -> None:
    account = transaction.accounts()[0]
    for number in range(count):
        subject = f"weather {transaction.state(account, 'Email')} {number}"
        transaction.messages.add(account, message(transaction.blobs.add(subject.encode()), subject))


def test_jobs_that_wait_share_one_commit(store: SqliteStore) -> None:
    account = account_of(store)
    heard: list[int] = []
    store.subscribe(lambda changes: heard.append(changes[0].sequence))
    gate = threading.Event()
    store.write(lambda t: gate.wait(10))
    jobs = [store.write(lambda t: t.records.create(account, "Card", "C", b"{}", {})) for _ in range(20)]
    gate.set()
    for job in jobs:
        job.result(10)
    done(store, lambda t: None)
    assert len(heard) < 5


def test_a_job_cancelled_before_its_turn_does_not_run(store: SqliteStore) -> None:
    gate, ran = threading.Event(), []
    store.write(lambda t: gate.wait(10))
    waiting = store.write(lambda t: ran.append(1))
    assert waiting.cancel()
    gate.set()
    done(store, lambda t: None)
    assert ran == []


def test_a_listener_that_fails_stops_neither_others_nor_the_writer(
    store: SqliteStore, caplog: pytest.LogCaptureFixture
) -> None:
    account = account_of(store)
    heard: list[Sequence[StateChange]] = []

    def fail(changes: Sequence[StateChange]) -> None:
        raise LookupError("the listener's own")

    store.subscribe(fail)
    store.subscribe(heard.append)
    for _ in range(2):
        done(store, lambda t: t.records.create(account, "Card", "C", b"{}", {}))
    done(store, lambda t: None)
    assert len(heard) == 2
    assert "the listener's own" in caplog.text


def test_full_text_is_indexed_when_the_writer_is_idle(store: SqliteStore) -> None:
    account_of(store)
    done(store, lambda t: _deliver(t, 3))
    eventually(lambda: done(store, _waiting) == 0, poll=0.3)  # longer than what the writer takes for idle


def test_full_text_does_not_fall_behind_under_load(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "LOOK_SECONDS", 0)
    monkeypatch.setattr(writer, "LOOK_SHARE", 0)
    account_of(store)
    most = 0
    for _ in range(INDEX_BACKLOG // 60 + 8):
        done(store, lambda t: _deliver(t, 60))
        most = max(most, done(store, _waiting))
    assert most <= INDEX_BACKLOG + 60


def test_nobody_waits_for_a_writer_that_is_gone(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(groups: Groups, outcomes: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(Groups, "_commit", fail)
    gate = threading.Event()
    waiting = [store.write(lambda t: gate.wait(10)) for _ in range(GROUP_JOBS + 10)]
    gate.set()
    for future in waiting:
        with pytest.raises(NotDurable, match=r"no room|ended"):
            future.result(10)
    assert "the writer of the store ended" in caplog.text
    with pytest.raises(StoreError, match="closed"):
        store.write(lambda t: None)


def test_the_wal_is_folded_back_while_writing_goes_on(folder: Path, store: SqliteStore) -> None:
    account = account_of(store)
    for _ in range(300):
        done(store, lambda t: t.records.create(account, "Card", "C", bytes(100_000), {}))
    done(store, lambda t: None)
    assert (folder / "angarium.db-wal").stat().st_size < 2 * 4096 * CHECKPOINT_PAGES


def test_closing_finishes_what_is_queued_and_takes_no_more(store: SqliteStore) -> None:
    account = account_of(store)
    jobs = [store.write(lambda t: t.records.create(account, "Card", "C", b"{}", {})) for _ in range(300)]
    store.close()
    assert len({job.result(0) for job in jobs}) == 300
    with pytest.raises(StoreError, match="closed"):
        store.write(lambda t: None)
    with pytest.raises(StoreError, match="closed"):
        store.read(lambda s: None)
    store.close()


# --- writing at once ---


def test_what_is_written_at_once_is_indexed_when_nobody_writes(store: SqliteStore) -> None:
    account_of(store)
    time.sleep(0.5)  # by then the thread that writes waits for whatever comes
    done_at_once(store, lambda t: _deliver(t, 3))
    eventually(lambda: done_at_once(store, _waiting) == 0, poll=0.3)  # longer than what the writer takes for idle


def test_the_log_is_folded_back_while_somebody_writes_at_once(folder: Path, store: SqliteStore) -> None:
    account = account_of(store)
    for _ in range(300):
        done_at_once(store, lambda t: t.records.create(account, "Card", "C", bytes(100_000), {}))
    done(store, lambda t: None)
    assert (folder / "angarium.db-wal").stat().st_size < 2 * 4096 * CHECKPOINT_PAGES


def test_nobody_waits_for_a_slow_disk_at_once(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_of(store)
    monkeypatch.setattr(writer, "QUICK_SECONDS", -1)
    monkeypatch.setattr(writer, "SLOW_SHARE", 10**9)
    done(store, lambda t: t.records.create(account, "Card", "C", b"{}", {}))
    done(store, lambda t: None)  # what the group before leaves behind is done
    with pytest.raises(TooSlow):
        store.write_at_once(lambda t: None)


def test_nobody_writes_at_once_to_a_store_that_is_closed(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "QUICK_SECONDS", 10**9)
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.write_at_once(lambda t: None)


def test_a_commit_that_fails_is_told_at_once(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_of(store)

    def fail(groups: Groups, outcomes: object) -> None:
        raise OSError("no disk")

    with monkeypatch.context() as patch:
        patch.setattr(Groups, "_commit", fail)
        with pytest.raises(NotDurable, match="no disk"):
            done_at_once(store, lambda t: t.records.create(account, "Card", "C", b"{}", {}))
    assert store.read(lambda s: s.records.count(account, "Card")) == 0
