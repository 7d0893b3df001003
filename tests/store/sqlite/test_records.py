"""What only shows in the file, that a record leaves nothing behind, and what the writer remembers."""

from contextlib import suppress
from pathlib import Path

import pytest

from angarium.store.contract import DIRECTORY, AccountKey, NotDurable, Transaction
from angarium.store.sqlite import open_store
from angarium.store.sqlite.database import FILE
from angarium.store.sqlite.transaction import SqliteTransaction

SECRET = b"the secret of somebody"


@pytest.mark.parametrize("length", [10, 1_500, 20_000])
@pytest.mark.parametrize("how", ["destroyed", "replaced by less", "replaced by more"])
def test_what_a_record_held_is_overwritten_where_it_lay(tmp_path: Path, length: int, how: str) -> None:
    def keep(transaction: Transaction) -> str:
        records = transaction.records
        records.create(DIRECTORY, "Thing", "T", b'{"a":1}', {})
        return records.create(DIRECTORY, "Thing", "T", b'{"a":"%s"}' % (b"x" * length + SECRET), {})

    def let_go(transaction: Transaction) -> None:
        if how == "destroyed":
            transaction.records.destroy(DIRECTORY, "Thing", kept)
        else:
            value = b'{"a":"%s"}' % (b"y" * (length * 3 if "more" in how else 1))
            transaction.records.update(DIRECTORY, "Thing", kept, value, {})

    store = open_store(tmp_path)
    kept = store.write(keep).result()
    store.close()
    assert SECRET in (tmp_path / FILE).read_bytes()
    store = open_store(tmp_path)
    store.write(let_go).result()
    store.close()
    assert SECRET not in (tmp_path / FILE).read_bytes()


def seen(transaction: Transaction, account: AccountKey = DIRECTORY) -> tuple[list[str], dict[str, bytes]]:
    return transaction.records.find(account, "Thing", "of", "x"), transaction.records.get(account, "Thing")


def make(transaction: Transaction, account: AccountKey = DIRECTORY, value: bytes = b"1") -> str:
    return transaction.records.create(account, "Thing", "T", value, {"of": ["x"]})


def test_the_writer_sees_each_change_of_what_it_has_looked_at(tmp_path: Path) -> None:
    store = open_store(tmp_path)

    def job(transaction: Transaction) -> None:
        assert seen(transaction) == ([], {})
        thing = make(transaction)
        assert seen(transaction) == ([thing], {thing: b"1"})
        transaction.records.update(DIRECTORY, "Thing", thing, b"2", {"of": ["y"]})
        assert seen(transaction) == ([], {thing: b"2"})
        transaction.records.destroy(DIRECTORY, "Thing", thing)
        assert seen(transaction) == ([], {})

    store.write(job).result(10)
    store.write(job).result(10)
    store.close()


def test_the_writer_does_not_remember_what_was_taken_back(tmp_path: Path) -> None:
    store = open_store(tmp_path)

    def undo(transaction: Transaction) -> None:
        with suppress(LookupError), transaction.savepoint():
            make(transaction)
            seen(transaction)
            raise LookupError
        assert seen(transaction) == ([], {})

    def lose(transaction: Transaction) -> None:
        assert isinstance(transaction, SqliteTransaction)
        make(transaction)
        seen(transaction)
        transaction._connection.execute("ROLLBACK")

    store.write(undo).result(10)
    with pytest.raises(NotDurable):
        store.write(lose).result(10)
    assert store.write(seen).result(10) == ([], {})
    account = store.write(lambda t: t.create_account()).result(10)
    store.write(lambda t: make(t, account)).result(10)
    assert len(store.write(lambda t: seen(t, account)).result(10)[0]) == 1
    store.write(lambda t: t.remove_account(account)).result(10)
    assert store.write(lambda t: seen(t, account)).result(10) == ([], {})
    store.close()


def test_what_the_writer_remembers_cannot_be_changed_by_who_asked(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    thing = store.write(make).result(10)

    def job(transaction: Transaction) -> None:
        ids, records = seen(transaction)
        ids.clear()
        records.clear()
        assert seen(transaction) == ([thing], {thing: b"1"})

    store.write(job).result(10)
    store.close()
