"""Participant identities as they are stored: the addresses under which the owner of an account takes part in events.

For whoever needs them without being asked by a client: new accounts, scheduling, rights (JMAP calendars §3).
"""

from collections.abc import Mapping
from typing import Final, cast

from angarium.datatypes.calendars.addresses import mail_of, normal, of_mail
from angarium.datatypes.principals import Domains, User, addresses, owns
from angarium.engine.defaults import INDEX, Defaults, entries
from angarium.formats.json import JSON, dumps, loads
from angarium.store.contract import AccountKey, Indexes, Records, Snapshot, Transaction

KIND: Final = "ParticipantIdentity"
PREFIX: Final = "P"
MOST: Final = 100
"""In one account."""


def indexes(value: Mapping[str, JSON]) -> Indexes:
    """By address, and the default one."""
    return {"address": [normal(value["calendarAddress"])], INDEX: entries(value)}


DEFAULTS: Final = Defaults(KIND, indexes)


def own_addresses(records: Records, account: AccountKey) -> frozenset[str]:
    """The addresses of an account's identities, in the form in which they compare."""
    stored = records.get(account, KIND).values()
    return frozenset(normal(cast("dict[str, JSON]", loads(value))["calendarAddress"]) for value in stored)


def default(records: Records, account: AccountKey) -> dict[str, JSON] | None:
    """The default identity."""
    record = DEFAULTS.current(records, account)
    return None if record is None else cast("dict[str, JSON]", loads(records.get(account, KIND, [record])[record]))


def settle(transaction: Transaction, user: User, domains: Domains) -> None:
    """Give an account an identity for each address of its user; the first is the default where there is none.

    What is there for addresses that are no longer the user's goes.
    """
    account = user.account
    missing, gone = _unsettled(transaction, user, domains)
    for record in gone:
        transaction.records.destroy(account, KIND, record)
    for address in missing:
        is_default = DEFAULTS.current(transaction.records, account) is None
        value: dict[str, JSON] = {"name": "", "calendarAddress": of_mail(address), "isDefault": is_default}
        transaction.records.create(account, KIND, PREFIX, dumps(value), indexes(value))
    left = next(iter(transaction.records.get(account, KIND)), None)
    if left is not None and DEFAULTS.current(transaction.records, account) is None:
        DEFAULTS.move(transaction, account, left)


def is_settled(snapshot: Snapshot, user: User, domains: Domains) -> bool:
    """Whether `settle` would do nothing."""
    return _unsettled(snapshot, user, domains) == ([], [])


def _unsettled(snapshot: Snapshot, user: User, domains: Domains) -> tuple[list[str], list[str]]:
    """Addresses without an identity, and identities of addresses that the user does not have."""
    stored = snapshot.records.get(user.account, KIND)
    known = {record: cast("dict[str, JSON]", loads(value))["calendarAddress"] for record, value in stored.items()}
    there = set(map(normal, known.values()))
    missing = [address for address in addresses(user, domains) if normal(of_mail(address)) not in there]
    return missing, [record for record, uri in known.items() if not owns(user, domains, mail_of(uri) or "")]
