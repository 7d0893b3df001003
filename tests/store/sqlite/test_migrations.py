from collections.abc import Iterator
from functools import partial
from pathlib import Path

import apsw
import pytest

from angarium.store.contract import AccountKey, StoreError, Transaction, Usage
from angarium.store.sqlite import open_store, schema
from angarium.store.sqlite.database import FILE, Access, connect
from angarium.store.sqlite.disk import Disk
from angarium.store.sqlite.migrations import STEPS, Step, check, migrate
from angarium.store.sqlite.schema import Versions
from tests.store.conformance import account_of, done
from tests.store.messages.samples import new, sample


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[apsw.Connection]:
    made = connect(tmp_path / FILE, Access.CREATE)
    schema.create(made)
    schema.set_versions(made, Versions(1, 1))
    yield made
    made.close()


def _adds(column: str) -> Step:
    version = 2 if column == "first" else 3
    return Step(Versions(version, 1), lambda c: c.execute(f"ALTER TABLE account ADD {column} INTEGER").close())


def _columns(connection: apsw.Connection) -> list[str]:
    names = [name for (name,) in connection.execute("SELECT name FROM pragma_table_info('account')")]
    return [name for name in names if name in ("first", "second")]


def _fail(connection: apsw.Connection) -> None:
    connection.execute("ALTER TABLE account ADD second INTEGER")
    raise LookupError("half way")


def test_missing_steps_run_in_order_and_the_copy_goes(tmp_path: Path, connection: apsw.Connection) -> None:
    steps = (_adds("first"), _adds("second"))
    migrate(connection, tmp_path / FILE, Disk(), steps=steps)
    assert _columns(connection) == ["first", "second"]
    assert schema.versions(connection) == (3, 1)
    migrate(connection, tmp_path / FILE, Disk(), steps=steps)
    assert {path.name for path in tmp_path.iterdir()} <= {FILE, f"{FILE}-wal", f"{FILE}-shm"}


def test_a_step_that_fails_is_undone_and_the_copy_of_before_stays(tmp_path: Path, connection: apsw.Connection) -> None:
    connection.execute("INSERT INTO account (id) VALUES (7)")
    with pytest.raises(StoreError, match=r"half way.*angarium\.db\.v1"):
        migrate(connection, tmp_path / FILE, Disk(), steps=(_adds("first"), Step(Versions(3, 1), _fail)))
    assert (_columns(connection), schema.versions(connection)) == (["first"], (2, 1))
    copy = apsw.Connection(str(tmp_path / "angarium.db.v1"))
    assert (_columns(copy), schema.versions(copy)) == ([], (1, 1))
    assert copy.execute("SELECT id FROM account WHERE id = 7").fetchall() == [(7,)]
    assert copy.pragma("integrity_check") == "ok"
    copy.close()
    migrate(connection, tmp_path / FILE, Disk(), steps=(_adds("first"), _adds("second")))
    assert (_columns(connection), list(tmp_path.glob("*.v*"))) == (["first", "second"], [])


def test_the_steps_lead_to_the_version_of_this_code() -> None:
    assert [step.reaches.version for step in STEPS] == list(range(2, schema.VERSION + 1))


@pytest.mark.parametrize(
    ("found", "reading", "writing"),
    [
        (Versions(5, 5), True, True),
        (Versions(6, 5), True, False),
        (Versions(6, 6), False, False),
        (Versions(4, 4), False, True),
    ],
)
def test_versions_say_who_may_read_and_who_may_write(found: Versions, reading: bool, writing: bool) -> None:
    for is_writing, may in ((False, reading), (True, writing)):
        if may:
            check(found, 5, is_writing)
        else:
            with pytest.raises(StoreError, match="schema version"):
                check(found, 5, is_writing)


def test_a_store_that_is_too_new_is_refused_untouched(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    account = account_of(store)
    store.close()
    connection = connect(tmp_path / FILE, Access.WRITE)
    schema.set_versions(connection, Versions(99, 1))
    connection.close()
    with pytest.raises(StoreError, match="use a newer one"):
        open_store(tmp_path)
    reading = open_store(tmp_path, read_only=True)
    assert reading.read(lambda s: s.accounts()) == [account]
    reading.close()
    connection = connect(tmp_path / FILE, Access.WRITE)
    schema.set_versions(connection, Versions(schema.VERSION, schema.READABLE_BY))
    connection.close()
    store = open_store(tmp_path)
    done(store, lambda t: t.remove_account(account))
    store.close()


def test_a_database_of_version_1_becomes_what_a_new_one_is(tmp_path: Path) -> None:
    old, new = (connect(tmp_path / name, Access.CREATE) for name in ("old", "new"))
    for made in (old, new):
        schema.create(made)
    go_back(old, 1)
    migrate(old, tmp_path / "old", Disk())
    assert _schema(old) == _schema(new)
    assert schema.versions(old) == schema.versions(new) == (schema.VERSION, schema.READABLE_BY)
    old.close()
    new.close()


def test_the_octets_of_mail_that_is_there_are_counted(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    first, second = account_of(store), account_of(store)
    for account, name in ((first, "a"), (first, "b"), (second, "c")):
        done(store, partial(_add, account, name))
    store.close()
    connection = connect(tmp_path / FILE, Access.WRITE)
    go_back(connection, 3)
    connection.close()
    store = open_store(tmp_path)
    counted = store.read(lambda s: [s.messages.usage(account) for account in (first, second)])
    assert counted == [Usage(200, 2), Usage(100, 1)]
    assert store.read(lambda s: s.messages.check(first)) == []
    store.close()


def test_records_that_are_there_stay_found_and_can_be_changed(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    account = account_of(store)
    record = done(store, lambda t: t.records.create(account, "Thing", "T", b"{}", {"name": ["old"]}))
    store.close()
    connection = connect(tmp_path / FILE, Access.WRITE)
    go_back(connection, 5)
    connection.close()
    store = open_store(tmp_path)
    assert store.read(lambda s: s.problems()) == []
    done(store, lambda t: t.records.update(account, "Thing", record, b"{}", {"name": ["new"]}))
    found = store.read(lambda s: [s.records.find(account, "Thing", "name", name) for name in ("old", "new")])
    assert found == [[], [record]]
    assert store.read(lambda s: s.problems()) == []
    store.close()


_UNDO = {
    2: (
        "DROP INDEX record_index_record",
        "DROP TABLE text_kind",
        "DROP TABLE record_waiting",
        "DROP TABLE record_text",
    ),
    3: ("DROP TABLE delivery",),
    4: (
        "ALTER TABLE account DROP COLUMN most_octets",
        "ALTER TABLE account DROP COLUMN most_emails",
        "ALTER TABLE mailbox_count DROP COLUMN octets",
    ),
    5: ("DROP TABLE answer",),
    6: (
        "ALTER TABLE record ADD COLUMN entries BLOB NOT NULL DEFAULT '[]'",
        "UPDATE record SET entries = (SELECT e.entries FROM record_entries e "
        "WHERE e.account = record.account AND e.kind = record.kind AND e.id = record.id)",
        "DROP TABLE record_entries",
    ),
}
"""What takes a database back from each version to the one before it."""


def go_back(connection: apsw.Connection, version: int) -> None:
    """Make a database one of an earlier version."""
    for newer in range(schema.VERSION, version, -1):
        for statement in _UNDO[newer]:
            connection.execute(statement)
    schema.set_versions(connection, Versions(version, 1))


def _add(account: AccountKey, name: str, transaction: Transaction) -> None:
    transaction.messages.add(account, new(sample(name)))


def _schema(connection: apsw.Connection) -> list[tuple[object, ...]]:
    """Every column of every table, and the text of everything else."""
    columns = connection.execute(
        "SELECT t.name, c.* FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY 1, 2"
    )
    others = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type <> 'table' ORDER BY name")
    return [*columns, *others]
