import os
from pathlib import Path

import pytest

from angarium.store.contract import BlobHash, StoreError
from angarium.store.sqlite import SqliteStore, open_store
from angarium.store.sqlite.blobfiles import BlobFiles
from tests.store.conformance import LARGE, account_of, done, hash_of

HASH = hash_of(LARGE)


@pytest.fixture
def files(tmp_path: Path) -> BlobFiles:
    made = BlobFiles(tmp_path)
    made.prepare()
    return made


def _received(files: BlobFiles, content: bytes) -> Path:
    handle, path = files.begin()
    os.write(handle, content)
    os.close(handle)
    return path


def _stored(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in (folder / "blobs").rglob("*") if path.is_file())


@pytest.mark.parametrize("name", ["", "..", "../" * 20, HASH.upper(), HASH[:-1], HASH + "\n", "/" + HASH, "é" * 64])
def test_no_path_is_made_from_what_is_no_hash(files: BlobFiles, name: str) -> None:
    with pytest.raises(KeyError):
        files.path(BlobHash(name))


def test_a_link_in_the_place_of_a_blob_is_not_followed(tmp_path: Path, files: BlobFiles) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(LARGE)
    place = files.path(HASH)
    place.parent.mkdir()
    place.symlink_to(secret)
    with pytest.raises(OSError, match="symbolic"):
        files.map(HASH)


def test_a_file_that_damage_left_empty_counts_as_gone(store: SqliteStore) -> None:
    account = account_of(store)
    done(store, lambda t: t.blobs.upload(account, "joe", t.blobs.add(LARGE), 0, 10**9))
    store._files.path(HASH).write_bytes(b"")
    with pytest.raises(KeyError):
        store.read(lambda s: s.blobs.open(HASH))


@pytest.mark.parametrize("left", [None, b"", LARGE[:-1]])
@pytest.mark.parametrize("staged", [True, False])
def test_content_that_comes_again_makes_good_what_damage_took(
    store: SqliteStore, left: bytes | None, staged: bool
) -> None:
    account = account_of(store)
    done(store, lambda t: t.blobs.upload(account, "joe", t.blobs.add(LARGE), 0, 10**9))
    store._files.path(HASH).unlink()
    if left is not None:
        store._files.path(HASH).write_bytes(left)
    stage = store.stage()
    stage.write(LARGE)
    again = stage.finish() if staged else LARGE
    done(store, lambda t: t.blobs.upload(account, "ann", t.blobs.add(again), 0, 10**9))
    stage.discard()
    assert store.read(lambda s: s.blobs.open(HASH)[:]) == LARGE
    assert store.read(lambda s: s.problems()) == []


def test_names_are_synced_once_after_a_rename(files: BlobFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(files.disk, "sync_folder", synced.append)
    files.place(_received(files, LARGE), HASH)
    assert synced == []
    files.sync_names()
    files.sync_names()
    assert sorted(synced) == [files.blobs, files.path(HASH).parent]


def test_every_folder_that_a_file_came_to_is_synced(files: BlobFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    for start in range(0, 60, 3):
        synced: list[Path] = []
        monkeypatch.setattr(files.disk, "sync_folder", synced.append)
        blobs = [hash_of(bytes([number])) for number in range(start, start + 3)]
        for blob in blobs:
            files.place(_received(files, LARGE), blob)
        files.sync_names()
        assert {files.path(blob).parent for blob in blobs} <= set(synced)


def test_a_file_renamed_by_a_transaction_that_failed_serves_the_next(files: BlobFiles) -> None:
    received = _received(files, LARGE)
    files.place(received, HASH)
    files.place(received, HASH)
    assert files.map(HASH)[:] == LARGE
    files.remove(HASH)
    files.remove(HASH)
    with pytest.raises(StoreError, match="again"):
        files.place(received, HASH)


def test_what_was_being_received_in_another_life_is_dropped(tmp_path: Path, files: BlobFiles) -> None:
    _received(files, LARGE)
    BlobFiles(tmp_path).prepare()
    assert list((tmp_path / "incoming").iterdir()) == []


def test_sweeping_goes_round_all_files(files: BlobFiles) -> None:
    hashes = sorted(hash_of(bytes([number])) for number in range(10))
    for blob in hashes:
        files.place(_received(files, b""), blob)
    (files.blobs / "README").write_text("not ours")
    (files.blobs / hashes[0][:2] / "notes").write_text("not ours")
    rounds = [files.sweep(4) for _ in range(8)]
    seen = [blob for part in rounds for blob in part]
    assert seen[:10] == hashes
    assert seen[10:20] == hashes


def test_the_collector_removes_files_that_a_crash_left_and_no_other(folder: Path, store: SqliteStore) -> None:
    account = account_of(store)
    done(store, lambda t: t.blobs.upload(account, "joe", t.blobs.add(LARGE), 0, 10**9))
    orphan = store._files.path(hash_of(b"orphan"))
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"orphan")
    assert len(_stored(folder)) == 2
    for _ in range(3):
        done(store, lambda t: t.blobs.collect(0))
    done(store, lambda t: None)
    assert _stored(folder) == [f"blobs/{HASH[:2]}/{HASH[2:]}"]
    assert store.read(lambda s: s.blobs.open(HASH)[:]) == LARGE


def test_a_collected_blob_takes_its_file_with_it(folder: Path, store: SqliteStore) -> None:
    done(store, lambda t: t.blobs.add(LARGE))
    done(store, lambda t: t.blobs.collect(0))
    done(store, lambda t: None)
    assert _stored(folder) == []


def test_a_file_left_by_a_job_that_failed_goes_in_time(folder: Path, store: SqliteStore) -> None:
    def fail(transaction: object) -> None:
        store_transaction = transaction
        store_transaction.blobs.add(LARGE)  # type: ignore[attr-defined]
        raise LookupError

    with pytest.raises(LookupError):
        done(store, fail)
    assert len(_stored(folder)) == 1
    for _ in range(3):
        done(store, lambda t: t.blobs.collect(0))
    done(store, lambda t: None)
    assert _stored(folder) == []


def test_equal_content_is_kept_once(folder: Path, store: SqliteStore) -> None:
    account = account_of(store)
    staged = []
    for _ in range(3):
        stage = store.stage()
        stage.write(LARGE)
        staged.append(stage.finish())
    for one in staged:
        done(store, lambda t, one=one: t.blobs.upload(account, "joe", t.blobs.add(one), 0, 10**9))  # type: ignore[misc]
    done(store, lambda t: None)
    assert len(_stored(folder)) == 1
    assert list((folder / "incoming").iterdir()) == []
    store.close()
    again = open_store(folder)
    assert again.read(lambda s: s.blobs.open(HASH)[:]) == LARGE
    again.close()
