"""Rules about filters, sorts and windows (RFC 8620 §5.5)."""

from collections.abc import Iterator
from typing import Final

from angarium.engine.errors import MethodErrorType
from angarium.engine.limits import COLLATIONS
from angarium.formats.json import JSON
from angarium.formats.primitives import is_integer
from angarium.testing.strict.rule import CallLook, Object, Rule, Rules, as_list

_INVALID: Final = MethodErrorType.INVALID_ARGUMENTS
_OPERATORS: Final = ("AND", "OR", "NOT")


def _operators(filter_: JSON) -> Iterator[Object]:
    if isinstance(filter_, dict) and "operator" in filter_:
        yield filter_
        for inner in as_list(filter_.get("conditions")):
            yield from _operators(inner)


def conditions_of(filter_: JSON) -> Iterator[Object]:
    """The FilterConditions in a filter."""
    if isinstance(filter_, dict) and "operator" in filter_:
        for inner in as_list(filter_.get("conditions")):
            yield from conditions_of(inner)
    elif isinstance(filter_, dict):
        yield filter_


def _operator(look: CallLook) -> str | None:
    for one in _operators(look.arguments.get("filter")):
        if one.get("operator") not in _OPERATORS:
            return f"The operator of a filter is {one.get('operator')!r}"
    return None


def _conditions(look: CallLook) -> str | None:
    for one in _operators(look.arguments.get("filter")):
        if not isinstance(one.get("conditions"), list):
            return "A FilterOperator has no array of conditions"
    return None


def _filters_known(look: CallLook) -> str | None:
    known = {one.name for one in look.type.filters} if look.type else set()
    for condition in conditions_of(look.arguments.get("filter")) if known else ():
        if unknown := condition.keys() - known:
            return f"There is no filter {sorted(unknown)[0][:80]!r}"
    return None


def _comparators(look: CallLook) -> Iterator[Object]:
    return (one for one in look.list("sort") if isinstance(one, dict))


def _sort_property(look: CallLook) -> str | None:
    wrong = any(not isinstance(one.get("property"), str) for one in _comparators(look))
    return "A Comparator names no property" if wrong else None


def _sorts_known(look: CallLook) -> str | None:
    known = {one.name for one in look.type.sorts if not one.private} if look.type else set()
    for one in _comparators(look) if known else ():
        if isinstance(one.get("property"), str) and one["property"] not in known:
            return f"There is no sort by {one['property']!r}"
    return None


def _collation(look: CallLook) -> str | None:
    for one in _comparators(look):
        if one.get("collation") is not None and one["collation"] not in COLLATIONS:
            return f"There is no collation {one['collation']!r}"
    return None


def _sort_keyword(look: CallLook) -> str | None:
    needing = {one.name for one in look.type.sorts if one.keyword} if look.type else set()
    for one in _comparators(look):
        if one.get("property") in needing and not isinstance(one.get("keyword"), str):
            return f"The Comparator of {one['property']!r} has no keyword"
    return None


def _limit(look: CallLook) -> str | None:
    given = look.arguments.get("limit")
    return f"limit is {given}" if is_integer(given, high=-1) else None


def _anchor_offset(look: CallLook) -> str | None:
    idle = look.arguments.get("anchorOffset") and look.arguments.get("anchor") is None
    return "anchorOffset is given without anchor, and so counts for nothing" if idle else None


QUERIES: Final = Rules(
    call=(
        Rule("core.limit", "RFC 8620 §5.5", "Give a number from 0 on, or leave it out.", _INVALID, _limit),
        Rule("core.filter-operator", "RFC 8620 §5.5", "Use AND, OR or NOT.", _INVALID, _operator),
        Rule("core.filter-conditions", "RFC 8620 §5.5", "Give conditions as an array.", _INVALID, _conditions),
        Rule(
            "core.filter-known",
            "RFC 8620 §5.5",
            "Use the filters that the type has.",
            MethodErrorType.UNSUPPORTED_FILTER,
            _filters_known,
            "*/query */queryChanges",
        ),
        Rule("core.sort-property", "RFC 8620 §5.5", "Give each Comparator a property.", _INVALID, _sort_property),
        Rule(
            "core.sort-known",
            "RFC 8620 §5.5",
            "Sort by what the type has, such as emailQuerySortOptions says.",
            MethodErrorType.UNSUPPORTED_SORT,
            _sorts_known,
        ),
        Rule(
            "core.collation",
            "RFC 8620 §5.5",
            "Use one of collationAlgorithms of the Session.",
            MethodErrorType.UNSUPPORTED_SORT,
            _collation,
        ),
        Rule(
            "mail.sort-keyword",
            "RFC 8621 §4.4.2",
            "Give the keyword to sort by.",
            _INVALID,
            _sort_keyword,
        ),
        Rule("core.anchor-offset", "RFC 8620 §5.5", "Give it with an anchor.", None, _anchor_offset),
    )
)
