"""Giving an account an allowance, and the records that its Quota objects are: one for each limit that there is.

The store keeps the limits themselves and refuses what exceeds them (`MessagesWriter.add`); a record only says which
resource it is about, so that Quota has ids and a history of changes like any other type.
"""

from collections.abc import Mapping
from typing import Final, cast

from angarium.formats.json import dumps, loads
from angarium.store.contract import AccountKey, Allowance, Snapshot, Transaction

KIND: Final = "Quota"
_PREFIX: Final = "Q"
_RESOURCES: Final = ("octets", "count")


def limits(allowance: Allowance) -> dict[str, int]:
    """The limits that there are, by the resource type of their Quota (RFC 9425 §3.2)."""
    given = zip(_RESOURCES, (allowance.octets, allowance.emails), strict=True)
    return {resource: limit for resource, limit in given if limit is not None}


def allow(transaction: Transaction, account: AccountKey, allowance: Allowance) -> None:
    """Let an account hold so much; what it holds already stays."""
    before, after = limits(transaction.allowance(account)), limits(allowance)
    records = transaction.records
    shown = {resource: record for record, resource in resources(transaction, account).items()}
    transaction.allow(account, allowance)
    for resource in _RESOURCES:
        old, new, value = before.get(resource), after.get(resource), dumps({"resourceType": resource})
        if old == new:
            continue
        if old is None:
            records.create(account, KIND, _PREFIX, value, {})
        elif new is None:
            records.destroy(account, KIND, shown[resource])
        else:
            records.update(account, KIND, shown[resource], value, {})


def resources(snapshot: Snapshot, account: AccountKey) -> Mapping[str, str]:
    """The ids of an account's Quotas in order of creation, and the resource type of each."""
    stored = snapshot.records.get(account, KIND)
    return {record: cast("dict[str, str]", loads(value))["resourceType"] for record, value in stored.items()}
