"""Quota as the engine runs it (RFC 9425 §4): made of the account's limits and of what the store counts.

A change of `used` is a derived one, as the counters of a mailbox are: it moves the state with the email that caused
it, in the same commit and so in the same push, and Quota/changes tells it apart by `updatedProperties`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

from angarium.datatypes.quotas.allowance import KIND, limits, resources
from angarium.engine.call import Call
from angarium.engine.declare import DataType, Filter, Found, Property, Response, Sort
from angarium.engine.listing import ListedQuerier, matches
from angarium.engine.shapes import identifier, list_of, nullable, one_of, text, unsigned
from angarium.formats.json import JSON
from angarium.store.contract import Expression, Order, Term, Usage

SCOPE: Final = "account"
_WARN_PERCENT: Final = 90


@dataclass(frozen=True, slots=True)
class _Resource:
    """What is told of a limit on one resource; `used` finds what counts towards it."""

    name: str
    description: str
    used: Callable[[Usage], int]


_RESOURCES: Final[Mapping[str, _Resource]] = {
    "octets": _Resource("Mail storage", "The sizes of all mails together.", lambda usage: usage.octets),
    "count": _Resource("Number of mails", "How many mails there are.", lambda usage: usage.emails),
}

_CONDITIONS: Final[Mapping[str, Callable[[Mapping[str, JSON], str], bool]]] = {
    "name": lambda quota, value: value.casefold() in str(quota["name"]).casefold(),
    "scope": lambda quota, value: quota["scope"] == value,
    "resourceType": lambda quota, value: quota["resourceType"] == value,
    "type": lambda quota, value: value in cast("list[JSON]", quota["types"]),
}


class QuotaObjects:
    """Reads and finds quotas; `counted` are the types whose objects count, each with its capability."""

    def __init__(self, counted: Mapping[str, str]) -> None:
        self._counted = counted

    def count(self, call: Call) -> int:
        """How many there are."""
        return len(self._all(call))

    def read(self, call: Call, ids: Sequence[str] | None, properties: Sequence[str]) -> Found:
        """The quotas with these properties."""
        known = self._all(call)
        found = known if ids is None else [record for record in ids if record in known]
        objects = [{"id": record, **{name: known[record][name] for name in properties}} for record in found]
        return Found(objects, [record for record in ids or () if record not in known])

    def _all(self, call: Call) -> dict[str, dict[str, JSON]]:
        """Every quota by id, none without a type that the client knows (RFC 9425 §4.1)."""
        account, snapshot = call.account.key, call.snapshot
        types = [name for name, capability in self._counted.items() if capability in call.request.using]
        given = limits(snapshot.allowance(account))
        if not types or not given:
            return {}
        usage = snapshot.messages.usage(account)
        return {
            record: _shown(resource, given[resource], usage, types)
            for record, resource in resources(snapshot, account).items()
        }

    def found(self, call: Call, filter_: Expression | None, sort: Sequence[Order]) -> list[str]:
        """The ids of those that pass a filter, in order."""
        quotas = self._all(call)
        found = [record for record, quota in quotas.items() if matches(filter_, partial(_meets, quota))]
        for order in reversed(sort):
            found.sort(key=lambda record: _sort_key(quotas[record], order.property), reverse=not order.ascending)
        return found


def _meets(quota: Mapping[str, JSON], term: Term) -> bool:
    return _CONDITIONS[term.name](quota, cast(str, term.value))


def _sort_key(quota: Mapping[str, JSON], by: str) -> tuple[int, str]:
    if by == "used":
        return cast(int, quota["used"]), ""
    return 0, cast(str, quota["name"])  # the names are ours: they stand the same in every collation


def _shown(resource: str, limit: int, usage: Usage, types: Sequence[str]) -> dict[str, JSON]:
    """All properties of a Quota."""
    told = _RESOURCES[resource]
    return {
        "resourceType": resource,
        "used": told.used(usage),
        "hardLimit": limit,
        "scope": SCOPE,
        "name": told.name,
        "types": list[JSON](types),
        "warnLimit": limit * _WARN_PERCENT // 100,
        "softLimit": None,  # nothing is refused before the hard limit
        "description": told.description,
    }


def _updated_properties(_: Call, only_derived: bool) -> Response:
    """RFC 9425 §4.3."""
    return {"updatedProperties": ["used"] if only_derived else None}


def quota_type(capability: str, counted: Mapping[str, str]) -> DataType:
    """The declaration of Quota under its capability."""
    objects = QuotaObjects(counted)
    return DataType(
        name=KIND,
        capability=capability,
        properties=(
            Property("id", identifier, server_set=True, immutable=True),
            Property("resourceType", one_of(tuple(_RESOURCES)), server_set=True),
            Property("used", unsigned, server_set=True),
            Property("hardLimit", unsigned, server_set=True),
            Property("scope", text, server_set=True),
            Property("name", text, server_set=True),
            Property("types", list_of(text), server_set=True),
            Property("warnLimit", nullable(unsigned), server_set=True),
            Property("softLimit", nullable(unsigned), server_set=True),
            Property("description", nullable(text), server_set=True),
        ),
        reader=objects,
        querier=ListedQuerier(KIND, objects.found),
        filters=tuple(Filter(name, text) for name in _CONDITIONS),
        sorts=(Sort("name"), Sort("used")),
        changes_extra=_updated_properties,
    )
