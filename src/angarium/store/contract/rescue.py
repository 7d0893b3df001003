"""What can be got out of a store that is damaged, beside the ways that its own structure gives."""

from typing import Protocol

from angarium.store.contract.blobs import Content
from angarium.store.contract.messages import Stored
from angarium.store.contract.values import AccountKey, BlobHash


class Rescue(Protocol):
    """Whatever can still be read, found by looking everywhere; slow, and of use only when reading has failed."""

    def emails(self, account: AccountKey) -> dict[str, Stored]:
        """The emails of an account that can be read, by id."""
        ...

    def records(self, account: AccountKey, kind: str) -> dict[str, bytes]:
        """The records of a kind that can be read, by id."""
        ...

    def content(self, blob: BlobHash) -> Content:
        """A content; KeyError when there is none."""
        ...
