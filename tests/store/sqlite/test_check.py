"""Every invariant of the store as a whole is looked at."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from angarium.store.contract import Transaction
from angarium.store.sqlite import open_store
from angarium.store.sqlite.database import FILE
from angarium.store.sqlite.recordtext import MOST_COLUMNS
from tests.crash.household import Household
from tests.store.conformance import LARGE, account_of, done, hash_of

# What to break, and a word of the complaint.
DAMAGES = (
    ("DELETE FROM blob WHERE hash = (SELECT blob FROM email LIMIT 1)", "named by email of the account"),
    ("DELETE FROM blob WHERE hash = (SELECT blob FROM record_blob LIMIT 1)", "named by record_blob"),
    ("DELETE FROM blob WHERE hash = (SELECT blob FROM upload LIMIT 1)", "named by upload"),
    ("UPDATE blob SET size = size + 1 WHERE content IS NOT NULL", "another size than is counted"),
    ("UPDATE upload SET size = size + 1", "another size than is counted"),
    ("INSERT INTO blob (hash, size, content) VALUES ('x', 1, 'x')", "the collector does not know"),
    ("INSERT INTO delivery VALUES (99, 'x', 'x', 0)", "account a99 has rows of delivery"),
    ("INSERT INTO answer VALUES (99, 'x', 0)", "account a99 has rows of answer"),
    ("UPDATE email SET modified = 999999", "Email has a number (email.modified)"),
    ("UPDATE record SET modified = 999999 WHERE kind = 'Mailbox'", "Mailbox has a number (record.modified)"),
    ("UPDATE type_state SET state = 1", "that its state has not reached"),
    ("UPDATE type_state SET sequence = 999999", "a commit that never was"),
    (
        "INSERT INTO tombstone (account, kind, destroyed, id, name) "
        "SELECT account, kind, 1, id, name FROM record WHERE kind = 'ContactCard' LIMIT 1",
        "was destroyed, and is there",
    ),
    ("UPDATE account SET floor = 99999", "before the state from which"),
    ("UPDATE record SET name = 'X9999' WHERE kind = 'Mailbox'", "has an id that is not its number"),
    ("UPDATE record SET value = '{' WHERE kind = 'Mailbox'", "is not JSON"),
    ("DELETE FROM record_index WHERE kind = 'ContactCard'", "is missing from an index"),
    ("DELETE FROM record_entries WHERE kind = 'ContactCard'", "and its entries are not both there"),
    ("INSERT INTO record_index VALUES (1, 'ContactCard', 'uid', 'x', 3)", "against its own word"),
    ("DELETE FROM record WHERE kind = 'ContactCard'", "pins a content, and is not there"),
    ("DELETE FROM record WHERE kind = 'ContactCard'", "is a text of no record"),
    ("INSERT INTO record_waiting SELECT rowid" + ", ''" * MOST_COLUMNS + " FROM record_text", "in full text twice"),
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[apsw.Connection]:
    """A database in which everything occurs."""
    folder = tmp_path_factory.mktemp("check") / "data"
    store = open_store(folder)
    Household(store, lambda event: None, "check", folder.with_name("backup.tar")).day(16)
    assert store.read(lambda s: s.problems()) == []
    store.close()
    connection = apsw.Connection(str(folder / FILE))
    yield connection
    connection.close()


@pytest.mark.parametrize(("damage", "complaint"), DAMAGES)
def test_each_kind_of_damage_is_named(whole: apsw.Connection, folder: Path, damage: str, complaint: str) -> None:
    folder.mkdir()
    copy = apsw.Connection(str(folder / FILE))
    with copy.backup("main", whole, "main") as backup:
        backup.step()
    copy.execute(damage)
    assert copy.total_changes() > 0
    copy.close()
    store = open_store(folder)
    found = store.read(lambda s: s.problems())
    assert any(complaint in problem for problem in found), found
    store.close()


def test_a_store_that_changed_since_the_last_check_is_whole(folder: Path) -> None:
    with closing(open_store(folder)) as store:
        household = Household(store, lambda event: None, "between", folder.with_name("backup.tar"))
        for number in range(40):
            household.day(1)
            store.write(lambda t: t.messages.index_waiting(100) + t.records.index_waiting(100)).result()
            if number % 8 == 7:  # parts of the full text were merged in between
                assert store.read(lambda snapshot: snapshot.problems()) == []


def test_a_file_that_is_gone_or_cut_is_named(folder: Path) -> None:
    store = open_store(folder)
    account = account_of(store)

    def keep(transaction: Transaction) -> None:
        transaction.blobs.upload(account, "joe", transaction.blobs.add(LARGE), 0, 10**9)

    done(store, keep)
    file = store._files.path(hash_of(LARGE))
    assert store.read(lambda s: s.problems()) == []
    file.write_bytes(LARGE[:-1])
    assert "octets, and" in store.read(lambda s: s.problems())[0]
    file.unlink()
    assert "is not there" in store.read(lambda s: s.problems())[0]
    store.close()
