"""Which contacts a filter finds: the engine answers each condition that it has, the rest is looked for in all of them.

The results of conditions are joined here, since the conditions of one filter may be of both sorts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the contacts that were found, how many were, and the state."""

    ids: list[str]
    total: int
    state: str


def contact_list(call: Call, filter_: JSON, kind: Kind, start: int, limit: int | None) -> Page:
    """The contacts that pass, in the order in which they were made; no limit for all from the start on."""
    asked = {} if filter_ is None else _as_asked(filter_, 0)
    if asked is not None:
        return _page(call, {"operator": "AND", "conditions": [_CONTACTS, asked]}, start, limit)
    every = _page(call, _CONTACTS)
    passing = _Search(call, kind, every.ids).of(filter_, 0)
    ids = [each for each in every.ids if each in passing]
    return Page(ids[start : None if limit is None else start + limit], len(ids), every.state)


def _as_asked(filter_: JSON, depth: int) -> JSON:
    """A filter as the engine takes it; None for one that is wrong, or that the engine has not every condition of."""
    if not isinstance(filter_, dict) or depth > _DEEPEST:
        return None
    if "operator" not in filter_:
        given = {name: value for name, value in filter_.items() if value is not None}
        terms: list[JSON] = [{_CONDITIONS[name]: value} for name, value in given.items() if name in _CONDITIONS]
        if len(terms) < len(given):
            return None
        return {"operator": "AND", "conditions": terms} if terms else {}
    conditions = filter_.get("conditions")
    if not isinstance(conditions, list) or not conditions or str(filter_["operator"]) not in _JOINS:
        return None
    below = [_as_asked(each, depth + 1) for each in conditions]
    return None if None in below else {"operator": filter_["operator"], "conditions": below}


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
            return frozenset(_page(self._call, {_CONDITIONS[name]: value}).ids)
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


def _page(call: Call, filter_: JSON, start: int = 0, limit: int | None = None) -> Page:
    """The cards that the engine finds, however many it gives at a time."""
    ids: list[str] = []
    while True:
        arguments: Object = {"filter": filter_, "position": start + len(ids), "limit": limit}
        answer = call.ask("ContactCard/query", {**arguments, "calculateTotal": True})
        more = strings(answer, "ids")
        ids += more
        if limit is not None or len(more) < call.turn.limits.max_query:
            return Page(ids, cast(int, answer["total"]), cast(str, answer["queryState"]))


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
