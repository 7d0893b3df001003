"""The real messages that tests of this folder read, when the folder with test data stands beside the repository."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[4] / "shared" / "corpora" / "mail"
needs_corpus = pytest.mark.skipif(not FOLDER.is_dir(), reason="no folder with test data beside the repository")


def corpus_files() -> list[Path]:
    return sorted(path for path in FOLDER.rglob("*") if path.is_file())


def corpus_file(name: str) -> bytes:
    return (FOLDER / name).read_bytes()
