import os
from pathlib import Path
from types import SimpleNamespace

import apsw
import pytest

from angarium.store.sqlite.database import Access, connect, copy_database, run_script
from angarium.store.sqlite.disk import Disk


def test_a_commit_is_synced_and_readers_do_not_wait(tmp_path: Path) -> None:
    connection = connect(tmp_path / "db", Access.CREATE)
    assert connection.pragma("journal_mode") == "wal"
    assert connection.pragma("synchronous") == 2
    assert connection.pragma("fullfsync") == 1
    connection.close()


def test_a_statement_is_prepared_once_whatever_is_bound(tmp_path: Path) -> None:
    connection = connect(tmp_path / "db", Access.CREATE)
    run_script(connection, "CREATE TABLE a (x); INSERT INTO a VALUES (1), (2)")
    prepared = 0

    def note(*_what: object) -> int:  # asked whenever a statement is prepared
        nonlocal prepared
        prepared += 1
        return apsw.SQLITE_OK

    connection.authorizer = note
    counts = []
    for limit in (1, 2, 1):
        assert connection.execute("SELECT count(*) FROM (SELECT x FROM a LIMIT ?)", (limit,)).get == limit
        counts.append(prepared)
    assert len(set(counts)) == 1
    connection.authorizer = None
    connection.close()


def test_a_script_runs_past_statements_that_give_rows(tmp_path: Path) -> None:
    connection = connect(tmp_path / "db", Access.CREATE)
    run_script(connection, "CREATE TABLE a (x); INSERT INTO a VALUES (1), (2); SELECT x FROM a; CREATE TABLE b (y)")
    assert connection.execute("SELECT count(*) FROM b").get == 0
    connection.close()


def test_a_copy_is_of_the_snapshot_it_was_begun_in(tmp_path: Path) -> None:
    writer = connect(tmp_path / "db", Access.CREATE)
    run_script(writer, "CREATE TABLE a (x)")
    with writer:
        writer.executemany("INSERT INTO a VALUES (?)", [(bytes(9000),)] * 2000)
    reader = connect(tmp_path / "db", Access.READ)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM a").get == 2000
    told: list[tuple[int, int]] = []

    def write_meanwhile(done: int, total: int) -> None:
        told.append((done, total))
        writer.execute("INSERT INTO a VALUES (1)")
        writer.execute("DELETE FROM a WHERE rowid = ?", (len(told),))

    copy_database(reader, tmp_path / "copy", Disk(), tell=write_meanwhile)
    reader.close()
    copy = connect(tmp_path / "copy", Access.WRITE)
    assert copy.execute("SELECT count(*), min(rowid) FROM a").fetchall() == [(2000, 1)]
    assert copy.pragma("integrity_check") == "ok"
    assert len(told) > 2
    assert told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    copy.close()
    writer.close()


def test_a_copy_that_fails_takes_no_room(tmp_path: Path) -> None:
    def fail(_done: int, _total: int) -> None:
        raise OSError

    source = connect(tmp_path / "db", Access.CREATE)
    run_script(source, "CREATE TABLE a (x); INSERT INTO a VALUES (1)")
    with pytest.raises(OSError):  # noqa: PT011 (ours)
        copy_database(source, tmp_path / "copy", Disk(), tell=fail)
    source.close()
    assert not (tmp_path / "copy").exists()


def test_what_nobody_can_write_is_read_without_a_file_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a snapshot? 50%" / "db"
    path.parent.mkdir()
    writer = connect(path, Access.CREATE)
    run_script(writer, "CREATE TABLE a (x); INSERT INTO a VALUES (1)")
    monkeypatch.setattr(os, "statvfs", lambda _folder: SimpleNamespace(f_flag=os.ST_RDONLY))
    for beside in (["db", "db-shm", "db-wal"], ["db"]):  # taken while a server ran, and after it had ended
        reader = connect(path, Access.READ)
        assert reader.execute("SELECT x FROM a").get == 1
        assert sorted(file.name for file in path.parent.iterdir()) == beside
        reader.close()
        writer.close()
