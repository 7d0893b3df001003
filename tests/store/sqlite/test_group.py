import threading
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from angarium.store.contract import NotDurable, Transaction
from angarium.store.sqlite import SqliteStore, open_store
from angarium.store.sqlite.transaction import SqliteTransaction
from tests.store.conformance import LARGE, account_of, done, hash_of
from tests.store.sqlite.faulty import FaultyDisk


@pytest.fixture
def disk() -> Iterator[FaultyDisk]:
    shim = FaultyDisk("faulty")
    yield shim
    shim.unregister()


@pytest.fixture
def store(folder: Path, disk: FaultyDisk) -> Iterator[SqliteStore]:
    opened = open_store(folder, vfs=disk.name)
    yield opened
    opened.close()


def create(transaction: Transaction) -> str:
    return transaction.records.create(transaction.accounts()[0], "Card", "C", b"{}", {})


def cards(store: SqliteStore) -> list[str]:
    return store.read(lambda s: list(s.records.get(s.accounts()[0], "Card")))


def give_up(transaction: Transaction) -> None:
    """What SQLite does by itself after some errors."""
    assert isinstance(transaction, SqliteTransaction)
    transaction._connection.execute("ROLLBACK")


def test_on_a_full_disk_nothing_is_acknowledged_and_afterwards_all_goes_on(
    store: SqliteStore, disk: FaultyDisk
) -> None:
    account_of(store)
    first = done(store, create)
    disk.full = True
    with pytest.raises(NotDurable, match="full"):
        done(store, create)
    assert cards(store) == [first]
    disk.full = False
    second = done(store, create)
    assert cards(store) == [first, second]


def test_after_a_failed_sync_nothing_is_written_until_the_store_is_opened_anew(
    folder: Path, store: SqliteStore, disk: FaultyDisk
) -> None:
    account_of(store)
    first = done(store, create)
    disk.sync_fails = True
    with pytest.raises(NotDurable, match="disk failed"):
        done(store, create)
    disk.sync_fails = False
    with pytest.raises(NotDurable, match="opened anew"):
        done(store, create)
    assert cards(store) == [first]
    store.close()
    again = open_store(folder)
    second = done(again, create)
    assert cards(again) == [first, second]
    again.close()


def test_after_a_folder_could_not_be_synced_nothing_is_written(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = account_of(store)

    def fail(path: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(store._files.disk, "sync_folder", fail)
    with pytest.raises(NotDurable, match="disk failed"):
        done(store, lambda t: t.blobs.upload(account, "joe", t.blobs.add(LARGE), 0, 10**9))
    with pytest.raises(NotDurable, match="opened anew"):
        done(store, create)
    assert store.read(lambda s: s.blobs.size(hash_of(LARGE))) is None


def test_a_transaction_lost_in_one_job_fails_its_group_and_no_other(store: SqliteStore) -> None:
    account_of(store)
    gate = threading.Event()
    held = store.write(lambda t: gate.wait(10))
    before = store.write(create)
    losing = store.write(give_up)
    gate.set()
    for future in (held, before, losing):
        with pytest.raises(NotDurable):
            future.result(10)
    assert cards(store) == []
    card = done(store, create)
    assert cards(store) == [card]


@pytest.mark.parametrize("inside", [True, False])
def test_nothing_slips_in_after_a_transaction_was_lost_and_the_job_went_on(store: SqliteStore, inside: bool) -> None:
    account_of(store)

    def job(transaction: Transaction) -> None:
        give_up(transaction)
        if inside:
            with transaction.savepoint():
                create(transaction)
        else:
            with pytest.raises(apsw.ConstraintError):
                create(transaction)

    with pytest.raises(NotDurable):
        done(store, job)
    assert cards(store) == []
    card = done(store, create)
    assert cards(store) == [card]


def test_a_transaction_lost_inside_a_savepoint_fails_the_job_that_swallows_the_error(store: SqliteStore) -> None:
    account_of(store)

    def job(transaction: Transaction) -> None:
        try:
            with transaction.savepoint():
                give_up(transaction)
                raise apsw.FullError
        except apsw.FullError:
            pass
        with transaction.savepoint():
            create(transaction)

    with pytest.raises(NotDurable):
        done(store, job)
    assert cards(store) == []


def test_the_error_of_a_job_reaches_its_caller_even_when_the_group_fails(store: SqliteStore) -> None:
    account_of(store)

    def refuse(transaction: Transaction) -> None:
        raise LookupError("mine")

    gate = threading.Event()
    held = store.write(lambda t: gate.wait(10))
    refused = store.write(refuse)
    losing = store.write(give_up)
    gate.set()
    with pytest.raises(LookupError, match="mine"):
        refused.result(10)
    for future in (held, losing):
        with pytest.raises(NotDurable):
            future.result(10)


def test_a_job_that_asks_for_a_huge_account_number_cannot_break_others(store: SqliteStore) -> None:
    account_of(store)
    with pytest.raises(OverflowError):
        done(store, lambda t: t.records.count(2**70, "Card"))  # type: ignore[arg-type]
    card = done(store, create)
    assert cards(store) == [card]


def test_jobs_of_a_group_see_each_others_states_and_never_those_of_one_that_failed(store: SqliteStore) -> None:
    account = account_of(store)

    def fail(transaction: Transaction) -> None:
        create(transaction)
        raise LookupError

    def fail_to_remove(transaction: Transaction) -> None:
        transaction.remove_account(account)
        raise LookupError

    gate = threading.Event()
    store.write(lambda t: gate.wait(10))
    first = store.write(create)
    failing = [store.write(job) for job in (fail, fail_to_remove)]
    seen = store.write(lambda t: t.state(account, "Card"))
    second = store.write(create)
    gate.set()
    for future in failing:
        with pytest.raises(LookupError):
            future.result(10)
    assert f"C{seen.result(10)}" == first.result(10)
    assert second.result(10) == f"C{seen.result(10) + 1}"
    assert f"C{store.read(lambda s: s.state(account, 'Card'))}" == second.result(10)
    assert store.read(lambda s: s.problems()) == []


def test_no_state_is_written_of_an_account_that_a_later_job_of_the_group_removed(store: SqliteStore) -> None:
    account = account_of(store)
    gate = threading.Event()
    store.write(lambda t: gate.wait(10))
    store.write(create)
    removed = store.write(lambda t: t.remove_account(account))
    gate.set()
    removed.result(10)
    assert store.read(lambda s: s.state(account, "Card")) == 0
    assert store.read(lambda s: s.problems()) == []


def test_a_state_is_written_once_for_a_group(store: SqliteStore) -> None:
    account_of(store)
    written: list[str] = []

    def note(_cursor: object, sql: str, _values: object) -> bool:
        written.append(sql)
        return True

    def watch(transaction: Transaction) -> None:
        assert isinstance(transaction, SqliteTransaction)
        transaction._connection.exec_trace = note
        gate.wait(10)

    gate = threading.Event()
    store.write(watch)
    futures = [store.write(create) for _ in range(5)]
    gate.set()
    for future in futures:
        future.result(10)
    assert len([sql for sql in written if "INTO type_state" in sql]) == 1
