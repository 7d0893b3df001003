import threading
import time

import pytest

from angarium.store.contract import Snapshot, TooSlow
from angarium.store.sqlite import SqliteStore


def test_a_read_that_finds_every_reader_busy_waits_for_one(store: SqliteStore) -> None:
    leave = threading.Event()
    started = threading.Barrier(5)

    def hold(snapshot: Snapshot) -> None:
        started.wait(10)
        leave.wait(10)

    threads = [threading.Thread(target=store.read, args=(hold,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    started.wait(10)
    with pytest.raises(TooSlow, match="busy"):
        store.read(lambda s: None, 0.05)
    with pytest.raises(TooSlow, match="busy"):
        store.glance(lambda s: None)
    threading.Timer(0.05, leave.set).start()
    assert store.read(lambda s: s.accounts()) == []
    for thread in threads:
        thread.join()


def test_one_statement_that_runs_for_ever_is_stopped(store: SqliteStore) -> None:
    def endless(snapshot: Snapshot) -> None:
        connection = snapshot.records._connection  # type: ignore[attr-defined]
        connection.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n")

    begun = time.monotonic()
    with pytest.raises(TooSlow):
        store.read(endless, 0.1)
    assert time.monotonic() - begun < 5
    assert store.read(lambda s: s.accounts()) == []


def test_an_error_in_a_read_leaves_the_reader_usable(store: SqliteStore) -> None:
    def fail(snapshot: Snapshot) -> None:
        raise LookupError

    for _ in range(6):
        with pytest.raises(LookupError):
            store.read(fail)
    assert store.read(lambda s: s.accounts()) == []


def test_a_reader_cannot_write(store: SqliteStore) -> None:
    def write(snapshot: Snapshot) -> None:
        snapshot.records._connection.execute("DELETE FROM record")  # type: ignore[attr-defined]

    with pytest.raises(Exception, match="readonly"):
        store.read(write)


def test_closing_waits_for_nobody_and_breaks_nobody(store: SqliteStore) -> None:
    inside, closed = threading.Event(), threading.Event()
    seen: list[int] = []

    def hold(snapshot: Snapshot) -> None:
        inside.set()
        closed.wait(10)
        seen.append(snapshot.records.count(snapshot.accounts()[0] if snapshot.accounts() else 0, "Card"))  # type: ignore[arg-type]

    thread = threading.Thread(target=store.read, args=(hold,))
    thread.start()
    inside.wait(10)
    store.close()
    closed.set()
    thread.join()
    assert seen == [0]
