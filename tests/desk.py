"""What a test does as one user of an engine without sockets: call methods, give and take octets.

What is particular to mail, contacts or calendars stands in the `desk` of each.
"""

from dataclasses import dataclass
from typing import Any, Self

from angarium.datatypes import principals
from angarium.datatypes.blobs import download
from angarium.engine.access import Principal
from angarium.store.contract import Transaction
from tests.harness import Harness


@dataclass
class Desk:
    """A user and the server; `place` is the account, the user's own unless told."""

    harness: Harness
    user: Principal
    place: str = ""

    @property
    def account(self) -> str:
        return self.place or self.harness.account(self.user)

    def inside(self, other: "Desk", read_only: bool = False) -> Self:
        """The same user in the account of another."""

        def grant(transaction: Transaction) -> None:
            asker = principals.by_id(transaction, self.user.id)
            assert asker is not None
            principals.grant(transaction, other.user.accounts[other.account].key, asker, read_only)

        self.harness.store.write(grant).result()
        return type(self)(self.harness, self.harness.share(other.user, self.user, read_only), other.account)

    def call(self, name: str, **arguments: Any) -> Any:
        return self.harness.call(self.user, name, {"accountId": self.account, **arguments})

    def error(self, name: str, **arguments: Any) -> Any:
        return self.harness.error(self.user, name, {"accountId": self.account, **arguments})

    def upload(self, content: bytes) -> str:
        return self.harness.upload(self.user, content, self.account)

    def download(self, blob_id: str) -> bytes:
        return bytes(self.harness.store.read(lambda view: download(view, self.user, self.account, blob_id)[:]))
