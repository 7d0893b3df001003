"""Which contacts a filter finds: the engine answers each condition that it has, the rest is looked for in all of them.

The results of conditions are joined here, since the conditions of one filter may be of both sorts.
"""

from collections.abc import Callable, Mapping
from typing import Final, cast

from angarium.formats.json import JSON
from angarium.formats.primitives import is_id
from angarium.protocols.legacy.call import Call, listed, strings
from angarium.protocols.legacy.errors import Refused, invalid_arguments
from angarium.protocols.legacy.getting import fetch
from angarium.protocols.legacy.kind import Kind, Object

_DEEPEST: Final = 8
_MOST: Final = 100
"""Conditions in one filter, as in filters of the engine."""

_CONDITIONS: Final[Mapping[str, str]] = {
    "text": "text",
    "firstName": "name/given",
    "lastName": "name/surname",
    "nickname": "nickname",
    "company": "organization",
    "department": "organization",
    "email": "email",
    "phone": "phone",
    "online": "onlineService",
    "address": "address",
    "notes": "note",
}
"""What the engine calls a condition."""

_LOOKED_AT: Final = ("prefix", "suffix", "jobTitle")
_CONTACTS: Final[JSON] = {"operator": "NOT", "conditions": [{"kind": "group"}]}


def contact_ids(call: Call, filter_: JSON, kind: Kind) -> list[str]:
    """The ids of the contacts that pass, in the order in which they were made."""
    every = _found(call, _CONTACTS)
    if filter_ is None or filter_ == {}:
        return every
    passing = _Search(call, kind, every).of(filter_, 0)
    return [each for each in every if each in passing]


class _Search:
    """One filter on its way."""

    def __init__(self, call: Call, kind: Kind, every: list[str]) -> None:
        self._call = call
        self._kind = kind
        self._every = frozenset(every)
        self._left = _MOST

    def of(self, filter_: JSON, depth: int) -> frozenset[str]:
        """The contacts that pass a filter."""
        self._left -= 1
        if self._left < 0 or depth > _DEEPEST:
            raise Refused("cannotDoFilter", f"a filter has at most {_MOST} conditions on {_DEEPEST} levels")
        if not isinstance(filter_, dict):
            raise invalid_arguments("filter must be of objects", "filter")
        if "operator" not in filter_:
            return self._condition(filter_)
        conditions = filter_.get("conditions")
        join = _JOINS.get(str(filter_["operator"]))
        if not isinstance(conditions, list) or join is None:
            raise invalid_arguments("filter: an operator is AND, OR or NOT, with an array of conditions", "filter")
        return join(self._every, [self.of(each, depth + 1) for each in conditions])

    def _condition(self, condition: Object) -> frozenset[str]:
        found = self._every
        for name, value in condition.items():
            if value is not None:
                found &= self._term(name, value)
        return found

    def _term(self, name: str, value: JSON) -> frozenset[str]:
        self._left -= 1
        if name in _CONDITIONS:
            return frozenset(_found(self._call, {_CONDITIONS[name]: value}))
        if name == "inContactGroup":
            return self._in_groups(value)
        if name == "isFlagged" and isinstance(value, bool):
            return self._looked(name, lambda shown: shown is value)
        if name in _LOOKED_AT and isinstance(value, str):
            return self._looked(name, lambda shown: value.casefold() in str(shown).casefold())
        raise Refused("cannotDoFilter", f"filter: {name} is no condition, or not of that value")

    def _looked(self, name: str, fits: Callable[[JSON], bool]) -> frozenset[str]:
        shown = fetch(self._call, self._kind, list(self._every), [name]).objects
        return frozenset(str(each["id"]) for each in shown if fits(each[name]))

    def _in_groups(self, value: JSON) -> frozenset[str]:
        """The members of any of the groups."""
        if not isinstance(value, list):
            raise invalid_arguments("filter: inContactGroup must be an array of ids", "filter.inContactGroup")
        ids = [self._call.resolved("ContactGroup", each) for each in value if isinstance(each, str)]
        arguments: Object = {"ids": [each for each in ids if is_id(each)], "properties": ["members"]}
        view = self._call.turn.context.view
        found: set[str] = set()
        for group in listed(self._call.ask("ContactCard/get", arguments)):
            for uid in cast("dict[str, JSON]", group.get("members") or {}) if view else ():
                found.update(view.records.find(self._call.account.key, "ContactCard", "uid", uid) if view else ())
        return frozenset(found)


def _found(call: Call, filter_: JSON) -> list[str]:
    """Every card that the engine finds."""
    ids: list[str] = []
    while True:
        sort: list[JSON] = [{"property": "created"}]
        arguments: Object = {"filter": filter_, "sort": sort, "position": len(ids)}
        more = strings(call.ask("ContactCard/query", arguments), "ids")
        ids += more
        if len(more) < call.turn.limits.max_query:
            return ids


def _all(every: frozenset[str], found: list[frozenset[str]]) -> frozenset[str]:
    return every.intersection(*found)


def _any(_every: frozenset[str], found: list[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*found)


def _none(every: frozenset[str], found: list[frozenset[str]]) -> frozenset[str]:
    return every.difference(*found)


_JOINS: Final[Mapping[str, Callable[[frozenset[str], list[frozenset[str]]], frozenset[str]]]] = {
    "AND": _all,
    "OR": _any,
    "NOT": _none,
}
