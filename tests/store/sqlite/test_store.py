import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from angarium.store.contract import Snapshot, Store, StoreError, Transaction
from angarium.store.sqlite import SqliteStore, open_store
from tests.store.conformance import account_of, done


def test_it_is_what_the_contract_asks(store: SqliteStore) -> None:
    as_store: Store = store

    def read(snapshot: Snapshot) -> int:
        return len(snapshot.accounts())

    def write(transaction: Transaction) -> int:
        return read(transaction)

    assert as_store.read(read) == as_store.write(write).result(10) == 0


def test_what_was_written_is_there_after_closing_and_opening(folder: Path) -> None:
    store = open_store(folder)
    account = account_of(store)
    card = done(store, lambda t: t.records.create(account, "Card", "C", b"{}", {}))
    sequence = store.read(lambda s: s.states_after([account], 0))[1]
    store.close()
    assert not (folder / "angarium.db-wal").exists()
    store = open_store(folder)
    assert list(store.read(lambda s: s.records.get(account, "Card"))) == [card]
    done(store, lambda t: t.records.create(account, "Card", "C", b"{}", {}))
    assert store.read(lambda s: s.states_after([account], sequence))[1] == sequence + 1
    store.close()


def test_a_second_writer_is_refused_until_the_first_lets_go(folder: Path, store: SqliteStore) -> None:
    with pytest.raises(StoreError, match="in use"):
        open_store(folder)
    code = f"from pathlib import Path; from angarium.store.sqlite import open_store; open_store(Path({str(folder)!r}))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "in use by another process" in other.stderr
    store.close()
    open_store(folder).close()


def test_reading_only_works_beside_a_writer_and_without_one(folder: Path, store: SqliteStore) -> None:
    account = account_of(store)
    beside = open_store(folder, read_only=True)
    assert beside.read(lambda s: s.accounts()) == [account]
    second = account_of(store)
    assert beside.read(lambda s: s.accounts()) == [account, second]
    for refused in (lambda: beside.write(lambda t: None), beside.stage, lambda: beside.subscribe(lambda c: None)):
        with pytest.raises(StoreError, match="reading only"):
            refused()
    beside.close()
    store.close()
    alone = open_store(folder, read_only=True)
    assert alone.read(lambda s: s.accounts()) == [account, second]
    alone.close()


def test_reading_only_makes_nothing(folder: Path) -> None:
    with pytest.raises(StoreError, match="no store"):
        open_store(folder, read_only=True)
    assert not folder.exists()


def test_a_folder_that_cannot_be_used_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreError, match="cannot open the store"):
        open_store(tmp_path / "file")
    (tmp_path / "angarium.db").write_text("not a database, but long enough to be looked at" * 100)
    with pytest.raises(StoreError, match="cannot open the store"):
        open_store(tmp_path)


def test_nobody_else_may_look_into_the_folder(folder: Path, store: SqliteStore) -> None:
    assert folder.stat().st_mode & 0o077 == 0


def test_opening_and_closing_many_times_leaks_no_handle(folder: Path) -> None:
    open_store(folder).close()
    handles = Path("/proc/self/fd")
    if not handles.exists():
        pytest.skip("handles cannot be counted here")
    before = len(list(handles.iterdir()))
    for _ in range(20):
        store = open_store(folder)
        store.read(lambda s: s.accounts())
        store.close()
    assert len(list(handles.iterdir())) == before


def test_a_copy_of_the_database_opens_in_another_folder(tmp_path: Path) -> None:
    store = open_store(tmp_path / "one", durable=False)
    account = account_of(store)
    (tmp_path / "other").mkdir()
    store.copy_database(tmp_path / "other" / "angarium.db")
    account_of(store)
    store.close()
    other = open_store(tmp_path / "other")
    assert other.read(lambda snapshot: snapshot.accounts()) == [account]
    other.close()


def test_only_its_owner_may_read_the_database_whoever_made_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    mask = os.umask(0o022)
    try:
        opened = open_store(folder)
        opened.copy_database(tmp_path / "copy")
        files = [*(path for path in folder.iterdir() if path.is_file()), tmp_path / "copy"]
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in files}
        opened.close()
    finally:
        os.umask(mask)
    assert modes == dict.fromkeys(("angarium.db", "angarium.db-wal", "angarium.db-shm", "writer.lock", "copy"), 0o600)
