"""From the `filter` and `sort` of a query to the trees that the store understands (RFC 8620 §5.5)."""

from angarium.engine.call import Call
from angarium.engine.declare import DataType, Filter
from angarium.engine.errors import MethodError, MethodErrorType, invalid_arguments
from angarium.engine.shapes import Shape, an_object, boolean, list_of, nullable, record_of, text
from angarium.formats.json import JSON
from angarium.store.contract import All, Either, Expression, Neither, Order, Term

_OPERATORS: dict[str, type[All] | type[Either] | type[Neither]] = {"AND": All, "OR": Either, "NOT": Neither}
_COMPARATOR: Shape = record_of(
    {"property": text, "isAscending": nullable(boolean), "collation": nullable(text), "keyword": nullable(text)},
    required=("property",),
    others=True,  # RFC 8620 §5.5 lets a Comparator have more, and jmapc sends a window in each
)

FILTER: Shape = nullable(an_object)
SORT: Shape = nullable(list_of(an_object))


def parse_filter(kind: DataType, call: Call) -> Expression | None:
    """The filter argument as a tree; None when there is none.

    Raises MethodError invalidArguments for what is no filter, unsupportedFilter for an unknown condition, or a tree
    that is deeper or wider than the limits allow.
    """
    value = call.arguments.get("filter")
    if value is None:
        return None
    limits = call.request.limits
    return _Parser({known.name: known for known in kind.filters}, limits.max_filter_conditions).tree(
        value, limits.max_filter_depth
    )


class _Parser:
    """Walks one filter and counts its conditions."""

    def __init__(self, known: dict[str, Filter], conditions: int) -> None:
        self._known = known
        self._left = conditions

    def tree(self, value: JSON, depth: int) -> Expression:
        """A FilterOperator or FilterCondition."""
        if not isinstance(value, dict):
            raise invalid_arguments("filter: each condition must be an object")
        if "operator" not in value:
            return self._condition(value)
        if depth == 0:
            raise MethodError(MethodErrorType.UNSUPPORTED_FILTER, "the filter nests too deep; simplify it")
        operator, conditions = value["operator"], value.get("conditions")
        if not isinstance(operator, str) or operator not in _OPERATORS:
            raise invalid_arguments("filter: operator must be AND, OR or NOT")
        if not isinstance(conditions, list) or len(value) != 2:
            raise invalid_arguments("filter: an operator has exactly the members operator and conditions (an array)")
        if not conditions:
            self._count(1)
        return _OPERATORS[operator](tuple(self.tree(item, depth - 1) for item in conditions))

    def _condition(self, value: dict[str, JSON]) -> Expression:
        terms: list[Expression] = []
        self._count(max(len(value), 1))
        for name, item in value.items():
            known = self._known.get(name)
            if known is None:
                raise MethodError(MethodErrorType.UNSUPPORTED_FILTER, f"there is no filter '{name[:40]}'")
            problem = known.shape(item)
            if problem and item is None:
                continue  # null where it is no value of its own is the same as leaving it out
            if problem:
                raise invalid_arguments(f"filter: {problem.within(name)}")
            terms.append(Term(name, item))
        return terms[0] if len(terms) == 1 else All(tuple(terms))

    def _count(self, conditions: int) -> None:
        self._left -= conditions
        if self._left < 0:
            raise MethodError(MethodErrorType.UNSUPPORTED_FILTER, "the filter has too many conditions; simplify it")


def parse_sort(kind: DataType, call: Call) -> tuple[Order, ...]:
    """The sort argument; MethodError unsupportedSort for too many Comparators, or a property or collation not known."""
    value = call.arguments.get("sort")
    if not isinstance(value, list):
        return ()
    if len(value) > call.request.limits.max_comparators:
        raise MethodError(MethodErrorType.UNSUPPORTED_SORT, "the sort has too many comparators; simplify it")
    return tuple(_order(kind, item, call.request.private) for item in value)


def _order(kind: DataType, item: JSON, private: bool) -> Order:
    if problem := _COMPARATOR(item):
        raise invalid_arguments(f"sort: {problem}")
    assert isinstance(item, dict)  # noqa: S101 (the shape said so; this tells the type checker)
    name, collation, keyword = item["property"], item.get("collation"), item.get("keyword")
    known = next((sort for sort in kind.sorts if sort.name == name and (private or not sort.private)), None)
    if known is None:
        raise MethodError(MethodErrorType.UNSUPPORTED_SORT, f"{kind.name} cannot be sorted by '{str(name)[:40]}'")
    if collation is not None and collation not in known.collations:
        raise MethodError(
            MethodErrorType.UNSUPPORTED_SORT, f"'{name}' cannot be sorted with the collation '{str(collation)[:40]}'"
        )
    if known.keyword and not isinstance(keyword, str):
        raise invalid_arguments(f"sort: '{name}' needs a keyword")
    ascending = item.get("isAscending") is not False
    return Order(
        known.name,
        ascending,
        str(collation) if collation is not None else None,
        keyword.lower() if known.keyword and isinstance(keyword, str) else None,
    )
