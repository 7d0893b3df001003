"""Removing the files of collected blobs: after the commit, when no snapshot can still need them, and only if unnamed.

The last condition is what makes it safe beside an upload of the same content: by then a row names the file again.
"""

import logging
from collections.abc import Callable, Iterable

import apsw

from angarium.store.contract import BlobHash
from angarium.store.sqlite.blobfiles import BlobFiles
from angarium.store.sqlite.readers import Readers

_log = logging.getLogger(__name__)


class Removal:
    """Used by the writer's thread between transactions; what a crash leaves undone the collector finds again."""

    def __init__(self, files: BlobFiles, readers: Readers, exists: Callable[[BlobHash], bool]) -> None:
        self._files = files
        self._readers = readers
        self._exists = exists
        self._doomed: dict[BlobHash, int] = {}

    def __bool__(self) -> bool:
        """Whether something waits."""
        return bool(self._doomed)

    def doom(self, blobs: Iterable[BlobHash]) -> None:
        """These may go once every read that has begun is over."""
        ticket = self._readers.newest_ticket()
        for blob in blobs:
            self._doomed[blob] = ticket

    def attempt(self) -> None:
        """Remove what may go now."""
        ready = [blob for blob, ticket in self._doomed.items() if self._readers.all_ended(ticket)]
        if not ready:
            return
        with self._files.removing() as may:
            for blob in ready if may else ():
                self._remove(blob)

    def _remove(self, blob: BlobHash) -> None:
        del self._doomed[blob]
        try:
            if not self._exists(blob):
                self._files.remove(blob)
        except (OSError, apsw.Error):
            _log.warning("the file of a collected blob stays for now", exc_info=True)
