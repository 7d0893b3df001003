import os
import stat
import tarfile
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from angarium.store.contract import AccountKey, CannotCalculateChanges, State, StoreError, Transaction
from angarium.store.sqlite import SqliteStore, open_store
from tests.store.conformance import LARGE, account_of, done, hash_of


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_backup_made_in_use_unpacks_into_a_store_of_that_moment(
    tmp_path: Path, folder: Path, store: SqliteStore, elsewhere: bool
) -> None:
    account = account_of(store)
    for content in (LARGE, LARGE[1:], b"small"):
        done(store, lambda t, c=content: t.blobs.upload(account, "joe", t.blobs.add(c), 0, 10**9))  # type: ignore[misc]
    cards = done(store, lambda t: [t.records.create(account, "Card", "C", b"{}" * 999, {}) for _ in range(3000)])
    told: list[tuple[int, int]] = []

    def change_meanwhile(at: int, total: int) -> None:
        told.append((at, total))
        done(store, lambda t: t.records.create(account, "Card", "C", b"{}", {}))
        done(store, lambda t: t.blobs.collect(10**6))  # the uploads go, their files wait for the backup

    target = tmp_path / "backup.tar"
    with closing(open_store(folder, read_only=True)) as beside:
        (beside if elsewhere else store).backup(str(target), change_meanwhile)
    assert told[-1][0] == told[-1][1]
    assert [at for at, _ in told] == sorted(at for at, _ in told)
    assert store.read(lambda s: s.blobs.size(hash_of(LARGE))) is None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.tar", "data"]

    with tarfile.open(target) as tar:
        tar.extractall(tmp_path / "restored", filter="data")
    restored = open_store(tmp_path / "restored")
    assert list(restored.read(lambda s: s.records.get(account, "Card"))) == cards
    for content in (LARGE, LARGE[1:], b"small"):
        assert restored.read(lambda s, c=content: s.blobs.open(hash_of(c))[:]) == content  # type: ignore[misc]
    done(restored, lambda t: t.records.create(account, "Card", "C", b"{}", {}))
    restored.close()


def test_what_is_restored_gives_no_id_twice_and_takes_no_lost_state_for_its_own(
    tmp_path: Path, store: SqliteStore
) -> None:
    account = account_of(store)
    create = partial(_create, account)
    gone, kept = done(store, create), done(store, create)
    done(store, lambda t: t.records.destroy(account, "Card", gone))
    at_backup, seen = store.read(lambda s: (s.state(account, "Card"), s.states_after([account], 0)[1]))
    store.backup(str(tmp_path / "backup.tar"))
    lost = [done(store, create) for _ in range(3)]
    lost_state, lost_sequence = store.read(lambda s: (s.state(account, "Card"), s.states_after([account], 0)[1]))

    with tarfile.open(tmp_path / "backup.tar") as tar:
        tar.extractall(tmp_path / "restored", filter="data")
    with closing(open_store(tmp_path / "restored")) as restored:
        assert restored.read(lambda s: s.changes(account, "Card", at_backup)).created == []
        new = [done(restored, create) for _ in range(5)]
        assert not {gone, kept, *lost} & set(new)
        for state in (State(at_backup - 1), lost_state):
            with pytest.raises(CannotCalculateChanges):
                restored.read(lambda s: s.changes(account, "Card", state))  # noqa: B023 (at once)
        for sequence in (seen, lost_sequence):  # whoever listened hears of every state
            assert restored.read(lambda s: s.states_after([account], sequence))[0]  # noqa: B023 (at once)
        assert restored.read(lambda s: s.problems()) == []


def _create(account: AccountKey, transaction: Transaction) -> str:
    return transaction.records.create(account, "Card", "C", b"{}", {})


def test_a_backup_that_fails_leaves_what_was_there(tmp_path: Path, store: SqliteStore) -> None:
    done(store, lambda t: t.blobs.add(LARGE))
    target = tmp_path / "backup.tar"
    target.write_text("the backup of yesterday")
    store._files.path(hash_of(LARGE)).unlink()
    with pytest.raises(StoreError, match="could not be written"):
        store.backup(str(target))
    assert target.read_text() == "the backup of yesterday"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.tar", "data"]


def test_a_backup_can_be_made_beside_a_running_server(tmp_path: Path, folder: Path, store: SqliteStore) -> None:
    account_of(store)
    beside = open_store(folder, read_only=True)
    beside.backup(str(tmp_path / "backup.tar"))
    beside.close()
    with tarfile.open(tmp_path / "backup.tar") as tar:
        assert tar.getnames() == ["angarium.db"]


def test_only_its_owner_may_read_a_backup_and_what_is_unpacked_from_it(tmp_path: Path, store: SqliteStore) -> None:
    done(store, lambda t: t.blobs.add(LARGE))
    target = tmp_path / "backup.tar"
    store.backup(str(target))
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with tarfile.open(target) as tar:
        assert {member.mode for member in tar.getmembers()} == {0o600}
        assert len(tar.getmembers()) == 2


def test_a_backup_takes_the_place_of_files_only(tmp_path: Path, store: SqliteStore) -> None:
    os.mkfifo(tmp_path / "pipe")
    for target in (tmp_path / "pipe", tmp_path):
        with pytest.raises(StoreError, match="is not a file"):
            store.backup(str(target))
    assert (tmp_path / "pipe").is_fifo()
