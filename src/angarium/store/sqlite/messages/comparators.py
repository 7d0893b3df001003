"""The properties of a Comparator as SQL (RFC 8621 §4.4.2): what emails are ordered by.

`SORTS` is the table of what can be sorted by. Ties end in order of id.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, TypeAlias

from angarium.store.contract import Order
from angarium.store.sqlite.messages.statement import At, Bindings
from angarium.store.sqlite.messages.terms import has_keyword, some_in_thread

Compile: TypeAlias = Callable[[Order, At, Bindings], str]


class Key(NamedTuple):
    """One expression to order by."""

    sql: str
    ascending: bool

    @property
    def direction(self) -> str:
        """As SQL says it."""
        return "ASC" if self.ascending else "DESC"


def _email(column: str) -> Compile:
    return lambda _order, at, _bindings: f"{at.email}.{column}"


def _received(_order: Order, at: At, _bindings: Bindings) -> str:
    return f"{at.row}.received"


def _has_keyword(order: Order, at: At, bindings: Bindings) -> str:
    return f"({has_keyword(order.keyword or '', at.row, bindings)})"


def _some_in_thread(order: Order, at: At, bindings: Bindings) -> str:
    return f"({some_in_thread(order.keyword or '', at.row, bindings)})"


def _all_in_thread(order: Order, at: At, bindings: Bindings) -> str:
    return f"NOT ({some_in_thread(order.keyword or '', at.row, bindings, having=False)})"


SORTS: Final[Mapping[str, Compile]] = {
    "id": lambda _order, at, _bindings: f"{at.row}.id",
    "receivedAt": _received,
    "sentAt": _email("sent"),
    "size": _email("size"),
    "from": _email("sort_from"),
    "to": _email("sort_to"),
    "subject": _email("sort_subject"),
    "hasKeyword": _has_keyword,
    "allInThreadHaveKeyword": _all_in_thread,
    "someInThreadHaveKeyword": _some_in_thread,
}

MUTABLE: Final = frozenset({"hasKeyword"})
THREAD_WIDE: Final = frozenset({"allInThreadHaveKeyword", "someInThreadHaveKeyword"})

NEWEST_FIRST: Final = (Order("receivedAt", ascending=False),)
"""The order of a query that asks for none."""


def keys(sort: tuple[Order, ...], at: At, bindings: Bindings) -> tuple[Key, ...]:
    """What to order by, the id last; raises KeyError for a property that cannot be sorted by."""
    compiled = [Key(SORTS[order.property](order, at, bindings), order.ascending) for order in sort]
    return (*compiled, Key(f"{at.row}.id", sort[0].ascending))
