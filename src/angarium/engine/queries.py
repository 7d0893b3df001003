"""Finding the objects of a type that is kept as plain records: its filters and sorts say all that is needed.

A type declares a Lookup with each Filter and keeps the indexes that they and its Sorts name
(`engine.records.RecordObjects`); the store does the rest, and answers queryChanges exactly (RFC 8620 §5.5, §5.6).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from angarium.engine.call import Call
from angarium.engine.declare import Filter, Lookup, Sort
from angarium.formats.json import JSON
from angarium.formats.primitives import parse_utc
from angarium.store.contract import (
    All,
    Either,
    Expression,
    Neither,
    Order,
    QueryChanges,
    QueryResult,
    State,
    Term,
    Window,
)


def _everything(_call: Call) -> Expression | None:
    return None


class RecordQuerier:
    """Querier of the records of one kind (see `engine.declare`).

    `scope` keeps from a user what is not to be seen, and `heard` what went out of results without having been there for
    the user: it picks from ids of what changed or is gone since a state.
    """

    def __init__(
        self,
        kind: str,
        filters: Sequence[Filter],
        sorts: Sequence[Sort],
        scope: Callable[[Call], Expression | None] = _everything,
        heard: Callable[[Call, State, list[str]], list[str]] | None = None,
    ) -> None:
        self._kind = kind
        self._scope = scope
        self._heard = heard
        self._lookups = {known.name: known.lookup for known in filters if known.lookup}
        self._indexes = {known.name: known.index or known.name for known in sorts}

    def query(self, call: Call, filter_: Expression | None, sort: tuple[Order, ...], window: Window) -> QueryResult:
        """One window of the result."""
        return call.snapshot.records.query(
            call.account.key, self._kind, self.translated(call, filter_), self._order(sort), window
        )

    def can_calculate(self, call: Call, filter_: Expression | None, sort: tuple[Order, ...]) -> bool:  # noqa: ARG002
        """Every query."""
        return True

    def query_changes(
        self,
        call: Call,
        filter_: Expression | None,
        sort: tuple[Order, ...],
        since: State,
        up_to: str | None,  # noqa: ARG002 (RFC 8620 §5.6: it is for filters and sorts over immutable properties only)
        limit: int | None,
        total: bool,
    ) -> QueryChanges | None:
        """What changed since a state."""
        changes = call.snapshot.records.query_changes(
            call.account.key,
            self._kind,
            self.translated(call, filter_),
            self._order(sort),
            since,
            None if self._heard else limit,
            total,
        )
        if changes is None or self._heard is None:
            return changes
        heard = replace(changes, removed=self._heard(call, since, changes.removed))
        many = limit is not None and len(heard.removed) + len(heard.added) > limit
        return None if many else heard

    def translated(self, call: Call, filter_: Expression | None) -> Expression | None:
        """The filter over indexes, within the scope of the user."""
        parts = [] if filter_ is None else [self._part(call, filter_)]
        scope = self._scope(call)
        if scope is not None:
            parts.append(scope)
        return All(tuple(parts)) if len(parts) > 1 else next(iter(parts), None)

    def _part(self, call: Call, expression: Expression) -> Expression:
        """The same tree over indexes instead of filters."""
        match expression:
            case Term(name, value):
                lookup = self._lookups[name]
                if isinstance(lookup, Lookup):
                    return Term(lookup.index, lookup.value(value), lookup.comparison)
                return lookup(call, value)
            case All(parts):
                return All(tuple(self._part(call, part) for part in parts))
            case Either(parts):
                return Either(tuple(self._part(call, part) for part in parts))
            case Neither(parts):
                return Neither(tuple(self._part(call, part) for part in parts))

    def _order(self, sort: Sequence[Order]) -> list[Order]:
        return [replace(order, property=self._indexes[order.property]) for order in sort]


def moment(value: JSON) -> JSON:
    """A UTCDate as the epoch milliseconds that an index of times holds."""
    return parse_utc(value) if isinstance(value, str) else None
