"""Whom an account's automatic answer went to lately, so that each gets it once (RFC 3834 §2, RFC 5230 §4.2)."""

from typing import Final, Protocol

from angarium.store.contract.values import AccountKey

ANSWERED_SECONDS: Final = 7 * 24 * 3600
"""How long who was answered is not answered again."""


class Answers(Protocol):
    """Who was answered; times in epoch seconds, addresses in their normal form."""

    def note(self, account: AccountKey, address: str, now: int) -> bool:
        """Note that the address is answered now; False when it was within the time before, and nothing changes then."""
        ...

    def forget(self, account: AccountKey) -> None:
        """Let the account answer everybody anew."""
        ...

    def prune(self, now: int) -> int:
        """Forget what matters no more; how much."""
        ...
