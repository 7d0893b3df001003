import shutil
from itertools import pairwise
from pathlib import Path

from angarium.store.contract import AccountKey
from angarium.store.sqlite import SqliteStore, open_store
from angarium.store.sqlite.database import FILE
from angarium.store.sqlite.disk import Disk
from angarium.store.sqlite.logroom import LogRoom
from tests.store.conformance import account_of, done

LOG = f"{FILE}-wal"
PAGE = 4096


def _write(store: SqliteStore, account: AccountKey, times: int) -> None:
    for _ in range(times):
        done(store, lambda t: t.records.create(account, "Card", "C", bytes(PAGE), {}))
    done(store, lambda t: None)  # what the writer does after a commit is over when it does this


def test_most_commits_leave_the_length_of_the_log_as_it_was(folder: Path, store: SqliteStore) -> None:
    account, lengths = account_of(store), []
    for _ in range(100):
        _write(store, account, 1)
        lengths.append((folder / LOG).stat().st_size)
    grown = [after > before for before, after in pairwise(lengths[40:])]
    assert 1 <= sum(grown) <= 4


def test_a_store_of_few_changes_is_given_no_room(folder: Path, store: SqliteStore) -> None:
    _write(store, account_of(store), 1)
    assert (folder / LOG).stat().st_size < 128 * PAGE


def test_what_was_committed_is_found_before_the_room(folder: Path, tmp_path: Path, store: SqliteStore) -> None:
    account = account_of(store)
    _write(store, account, 60)
    assert (folder / LOG).read_bytes().endswith(bytes(32 * PAGE))
    copy = tmp_path / "copy"  # as a process that was killed leaves it
    copy.mkdir()
    for name in (FILE, LOG):
        shutil.copy(folder / name, copy / name)
    found = open_store(copy)
    assert len(found.read(lambda snapshot: snapshot.records.get(account, "Card"))) == 60
    _write(found, account, 1)
    found.close()


def test_a_log_that_cannot_be_lengthened_is_let_be(tmp_path: Path) -> None:
    log = tmp_path / LOG
    room = LogRoom(log, PAGE, Disk())
    room.keep(1_000)
    log.write_bytes(b"")
    room.keep(10_000)
    assert log.stat().st_size == 0
