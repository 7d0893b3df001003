"""A new user: the record, the account of the user's own, the mailboxes that it begins with, and what it may hold."""

from collections.abc import Sequence

from angarium.datatypes import principals, quotas
from angarium.datatypes.mail import create_default
from angarium.datatypes.principals import User
from angarium.store.contract import UNLIMITED, Allowance, Transaction


def new_user(
    transaction: Transaction,
    name: str,
    password_hash: str | None,
    mailbox_roles: Sequence[str],
    now: int,
    allowance: Allowance = UNLIMITED,
) -> User:
    """Make a user whose account has a mailbox for each role; `now` in epoch milliseconds.

    Raises UnfitName or NameTaken, and ValueError for what is no role.
    """
    user = principals.add(transaction, name, password_hash, now)
    create_default(transaction, user.account, mailbox_roles)
    quotas.allow(transaction, user.account, allowance)
    return user
