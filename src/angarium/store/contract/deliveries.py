"""What was delivered lately: which octets to which account, and for which of its addresses.

A sender that never heard that its message was taken sends it again; what is kept here tells. It also keeps the address
beside the message, in whose octets it does not stand. Entries stay for a day, whatever becomes of the message.
"""

from typing import Final, Protocol

from angarium.store.contract.values import AccountKey, BlobHash

KEPT_SECONDS: Final = 24 * 3600
"""How long a delivery is remembered."""


class Deliveries(Protocol):
    """Reading and noting deliveries; times in epoch seconds."""

    def recipients(self, account: AccountKey, blob: BlobHash, now: int) -> frozenset[str]:
        """The addresses for which this account was given these octets within the day before `now`."""
        ...

    def add(self, account: AccountKey, blob: BlobHash, recipient: str, now: int) -> None:
        """Note that the account was given these octets for this address now."""
        ...

    def prune(self, now: int) -> int:
        """Forget what was more than a day ago; how much."""
        ...
