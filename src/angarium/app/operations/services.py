"""What operations work with, how they refuse, and how they read their arguments."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from angarium.datatypes import principals
from angarium.datatypes.principals import Domains, User
from angarium.flows.deliver import Stage
from angarium.formats.json import JSON
from angarium.store.contract import UNLIMITED, AccountKey, Allowance, Snapshot, Store

Arguments: TypeAlias = Mapping[str, JSON]


@dataclass(frozen=True, slots=True)
class Services:
    """A store open for writing, the roles of a new account's mailboxes, our domains, the time in epoch milliseconds.

    `allowance` is what a new account may hold, `stages` what else happens with mail that is delivered.
    """

    store: Store
    new_mailboxes: Sequence[str]
    domains: Domains
    clock: Callable[[], int]
    allowance: Allowance = UNLIMITED
    stages: tuple[Stage, ...] = ()


class OperationError(Exception):
    """An operation that cannot be done; `kind` is one word for programs, the text is for people."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind
        self.text = text


def text(arguments: Arguments, name: str) -> str:
    """An argument that must be a string."""
    value = arguments.get(name)
    if not isinstance(value, str):
        raise OperationError("arguments", f"{name} must be a string")
    return value


def user_named(snapshot: Snapshot, name: str) -> User:
    """The user of that name, or OperationError `notFound`."""
    user = principals.by_name(snapshot, name)
    if user is None:
        raise OperationError("notFound", f"there is no user {name!r}")
    return user


def account_of(snapshot: Snapshot, account: str) -> User:
    """The owner of an account that is named by its owner or by its Id; whoever is called as an Id looks is meant."""
    found = principals.by_name(snapshot, account)
    if found is not None:
        return found
    for user in principals.all_users(snapshot):
        if account == f"a{user.account}":
            return user
    raise OperationError("notFound", f"there is no account {account!r}")


def account_number(arguments: Arguments) -> AccountKey:
    """The argument `account`, which must be the number of one."""
    account = arguments.get("account")
    if not isinstance(account, int):
        raise OperationError("arguments", "account must be the number of an account")
    return AccountKey(account)
