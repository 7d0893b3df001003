"""Making files and folders survive a power cut."""

import os
from pathlib import Path


def sync_file(path: Path) -> None:
    """Return when the content of the file is on disk; raises OSError."""
    _sync(path, os.O_RDONLY | os.O_NOFOLLOW)


def sync_folder(path: Path) -> None:
    """Return when the names in the folder are on disk; raises OSError."""
    _sync(path, os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
