"""Who asks, and what they may do in which account (RFC 8620 §1.6.2, §2)."""

from collections.abc import Mapping
from dataclasses import dataclass

from angarium.store.contract import AccountKey


def account_id(key: AccountKey) -> str:
    """The opaque Id under which JMAP shows an account."""
    return f"a{key}"


@dataclass(frozen=True, slots=True)
class AccountAccess:
    """One account as one user may use it."""

    key: AccountKey
    name: str
    personal: bool
    read_only: bool

    @property
    def id(self) -> str:
        """Its JMAP Id."""
        return account_id(self.key)


@dataclass(frozen=True, slots=True)
class Principal:
    """A user who has signed in.

    `id` is the record of the user, `accounts` every account the user may see by Id, `state` the Session's state,
    `token` the record of the token that was shown, None for a password.
    """

    id: str
    name: str
    accounts: Mapping[str, AccountAccess]
    state: str
    token: str | None = None
