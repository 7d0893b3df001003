"""A new user: the record, the account of the user's own, what it begins with, and what it may hold.

What comes with a user's addresses is settled here too: these change with the user and with the configuration.
"""

from collections.abc import Sequence

from angarium.datatypes import principals, quotas
from angarium.datatypes.calendars import identities
from angarium.datatypes.calendars.calendars import CALENDARS
from angarium.datatypes.contacts.books import BOOKS
from angarium.datatypes.mail import create_default
from angarium.datatypes.principals import Domains, User
from angarium.datatypes.submission import identity
from angarium.store.contract import UNLIMITED, Allowance, Snapshot, Transaction


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
    BOOKS.begin(transaction, user.account)
    CALENDARS.begin(transaction, user.account)
    quotas.allow(transaction, user.account, allowance)
    return user


def complete(transaction: Transaction) -> None:
    """Give accounts made by an older Angarium what every account has begun with since."""
    for account in transaction.accounts():
        BOOKS.begin(transaction, account)
        CALENDARS.begin(transaction, account)


def settle_addresses(transaction: Transaction, user: User, domains: Domains) -> None:
    """Give a user what comes with each address, whenever those have changed, and take what came with others."""
    identity.settle(transaction, user, domains)
    identities.settle(transaction, user, domains)


def unsettled(snapshot: Snapshot, domains: Domains) -> list[User]:
    """Users who have not what comes with their addresses: the configured domains are others than they were."""
    return [
        user
        for user in principals.all_users(snapshot)
        if not (identity.is_settled(snapshot, user, domains) and identities.is_settled(snapshot, user, domains))
    ]
