"""One consistent view of the store over one connection, to be used inside its read transaction."""

import apsw

from angarium.store.sqlite.blobfiles import BlobFiles
from angarium.store.sqlite.blobs import BlobsReader
from angarium.store.sqlite.changelog import ChangeLog
from angarium.store.sqlite.check import check
from angarium.store.sqlite.messages import MessagesReader
from angarium.store.sqlite.records import RecordsReader


class SqliteSnapshot(ChangeLog):
    """Implements the contract's `Snapshot`."""

    def __init__(self, connection: apsw.Connection, files: BlobFiles) -> None:
        super().__init__(connection)
        self._files = files
        self.records = RecordsReader(connection)
        self.blobs = BlobsReader(connection, files)
        self.messages = MessagesReader(connection, self.blobs.head)

    def problems(self) -> list[str]:
        """What is broken in the store as a whole, each as a sentence."""
        return check(self._connection, self._files)
