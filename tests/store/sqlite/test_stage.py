import errno
import os
import tracemalloc
from pathlib import Path

import pytest

from angarium.store.contract import NotDurable, StoreError
from angarium.store.sqlite.blobfiles import BlobFiles
from angarium.store.sqlite.stage import INLINE, BlobStage, StagedBytes, StagedFile
from tests.store.conformance import LARGE, hash_of


@pytest.fixture
def files(tmp_path: Path) -> BlobFiles:
    made = BlobFiles(tmp_path)
    made.prepare()
    return made


def _incoming(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "incoming").iterdir())


def test_a_small_blob_touches_no_file(tmp_path: Path, files: BlobFiles) -> None:
    stage = BlobStage(files)
    stage.write(LARGE[:INLINE])
    assert stage.finish() == StagedBytes(hash_of(LARGE[:INLINE]), LARGE[:INLINE])
    assert _incoming(tmp_path) == []


def test_a_large_blob_is_one_file_of_its_content(tmp_path: Path, files: BlobFiles) -> None:
    stage = BlobStage(files)
    for piece in (LARGE[:INLINE], bytearray(LARGE[INLINE:100_000]), memoryview(LARGE)[100_000:]):
        stage.write(piece)
    staged = stage.finish()
    assert isinstance(staged, StagedFile)
    assert (staged.hash, staged.size, staged.path.read_bytes()) == (hash_of(LARGE), len(LARGE), LARGE)
    assert staged.path.stat().st_mode & 0o077 == 0
    staged.discard()
    staged.discard()
    assert _incoming(tmp_path) == []


def test_receiving_takes_the_same_memory_however_much_comes(files: BlobFiles) -> None:
    stage = BlobStage(files)
    tracemalloc.start()
    for _ in range(100):
        stage.write(LARGE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    stage.finish().discard()
    assert peak < 2 * len(LARGE)


def test_what_is_discarded_leaves_nothing(tmp_path: Path, files: BlobFiles) -> None:
    stage = BlobStage(files)
    stage.write(LARGE)
    stage.discard()
    assert _incoming(tmp_path) == []
    for again in (lambda: stage.write(b"more"), stage.finish):
        with pytest.raises(StoreError, match="ended"):
            again()


@pytest.mark.parametrize(("call", "code"), [("write", errno.ENOSPC), ("fsync", errno.EIO)])
def test_a_disk_that_fails_is_told_and_nothing_stays(
    tmp_path: Path, files: BlobFiles, monkeypatch: pytest.MonkeyPatch, call: str, code: int
) -> None:
    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, call, fail)

    def receive() -> None:
        stage = BlobStage(files)
        stage.write(LARGE)
        stage.finish()

    with pytest.raises(NotDurable, match="full" if code == errno.ENOSPC else "could not be written"):
        receive()
    assert _incoming(tmp_path) == []
