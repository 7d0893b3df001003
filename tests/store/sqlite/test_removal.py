import os
import threading
from contextlib import closing
from pathlib import Path

import pytest

from angarium.store.contract import BlobHash, Snapshot
from angarium.store.sqlite import SqliteStore, open_store
from angarium.store.sqlite.blobfiles import BlobFiles
from angarium.store.sqlite.readers import Readers
from angarium.store.sqlite.removal import Removal
from tests.store.conformance import LARGE, account_of, done, hash_of


def _no_connection() -> None:
    raise AssertionError("nobody reads here")


@pytest.fixture
def files(tmp_path: Path) -> BlobFiles:
    made = BlobFiles(tmp_path)
    made.prepare()
    made.path(hash_of(LARGE)).parent.mkdir()
    made.path(hash_of(LARGE)).write_bytes(LARGE)
    return made


def _there(files: BlobFiles) -> bool:
    return files.path(hash_of(LARGE)).exists()


def test_a_file_waits_for_reads_that_began_before_and_no_others(files: BlobFiles) -> None:
    readers = Readers(_no_connection, files)  # type: ignore[arg-type]
    removal = Removal(files, readers, lambda blob: False)
    before = readers.ticket()
    before.__enter__()
    removal.doom([hash_of(LARGE)])
    with readers.ticket():
        removal.attempt()
        assert _there(files)
        before.__exit__(None, None, None)
        removal.attempt()
        assert not _there(files)
    assert not removal


def test_a_file_that_a_row_names_again_stays(files: BlobFiles) -> None:
    removal = Removal(files, Readers(_no_connection, files), lambda blob: True)  # type: ignore[arg-type]
    removal.doom([hash_of(LARGE)])
    removal.attempt()
    assert _there(files)
    assert not removal


def test_a_file_that_cannot_be_removed_does_not_end_the_writer(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise PermissionError

    done(store, lambda t: t.blobs.add(LARGE))
    monkeypatch.setattr(os, "unlink", fail)
    assert done(store, lambda t: t.blobs.collect(0)) == 1
    done(store, lambda t: None)
    monkeypatch.undo()
    assert "stays for now" in caplog.text
    assert done(store, lambda t: t.blobs.collect(0)) == 0
    done(store, lambda t: t.blobs.collect(0))
    done(store, lambda t: None)
    assert not store._files.path(hash_of(LARGE)).exists()


def test_a_file_waits_for_what_another_process_reads(folder: Path, store: SqliteStore) -> None:
    done(store, lambda t: t.blobs.add(LARGE))
    with closing(open_store(folder, read_only=True)) as beside:  # as a command does, or a worker

        def look(snapshot: Snapshot) -> bytes:
            assert snapshot.blobs.size(hash_of(LARGE)) is not None
            assert done(store, lambda t: t.blobs.collect(0)) == 1
            done(store, lambda t: None)
            return snapshot.blobs.open(hash_of(LARGE))[:]

        assert beside.read(look) == LARGE
    done(store, lambda t: None)
    assert not store._files.path(hash_of(LARGE)).exists()


def test_collecting_races_with_storing_the_same_content_and_never_loses_it(store: SqliteStore) -> None:
    account = account_of(store)
    contents = [bytes([number]) * 70_000 for number in range(3)]
    ends = threading.Event()
    lost: list[BlobHash] = []

    def collect() -> None:
        while not ends.is_set():
            store.write(lambda t: t.blobs.collect(0, 5)).result(20)

    def look(snapshot: Snapshot, card: str, blob: BlobHash) -> None:
        if snapshot.records.get(account, "Card", [card]) and snapshot.blobs.open(blob)[:1] == b"":
            lost.append(blob)

    def keep_and_let_go(content: bytes) -> None:
        for _ in range(40):
            stage = store.stage()
            stage.write(content)
            staged = stage.finish()
            card = done(store, lambda t: t.records.create(account, "Card", "C", b"{}", {}))
            done(store, lambda t: t.blobs.pin(account, "Card", card, [t.blobs.add(staged)]))  # noqa: B023 (waits)
            try:
                store.read(lambda s: look(s, card, staged.hash))  # noqa: B023 (runs here)
            except KeyError:
                lost.append(staged.hash)
            done(store, lambda t: t.records.destroy(account, "Card", card))  # noqa: B023 (waits)

    threads = [threading.Thread(target=keep_and_let_go, args=(content,)) for content in contents * 2]
    collector = threading.Thread(target=collect)
    for thread in (*threads, collector):
        thread.start()
    for thread in threads:
        thread.join()
    ends.set()
    collector.join()
    assert lost == []
