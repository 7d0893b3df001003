"""Queries over lists that are small enough to be made whole each time, such as mailboxes (RFC 8620 §5.5, §5.6)."""

from collections.abc import Callable, Sequence

from angarium.engine.call import Call
from angarium.store.contract import (
    All,
    AnchorNotFound,
    Changes,
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


class ListedQuerier:
    """Querier of a type that has few objects (see `engine.declare`).

    `found` gives all that pass a filter, in order. `changed` gives what happened since a state, where more objects have
    another place in a list than those that were changed.
    """

    def __init__(
        self,
        kind: str,
        found: Callable[[Call, Expression | None, Sequence[Order]], Sequence[str]],
        changed: Callable[[Call, State], Changes] | None = None,
    ) -> None:
        self._found = found
        self._changed = changed or (lambda call, since: call.snapshot.changes(call.account.key, kind, since))

    def query(self, call: Call, filter_: Expression | None, sort: tuple[Order, ...], wanted: Window) -> QueryResult:
        """One window of the result."""
        return window(self._found(call, filter_, sort), wanted)

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
        changes = self._changed(call, since)
        return _query_changes(self._found(call, filter_, sort), changes, limit, total)


def matches(expression: Expression | None, judge: Callable[[Term], bool]) -> bool:
    """Whether an object passes a filter, of which `judge` decides the single conditions."""
    match expression:
        case None:
            return True
        case Term():
            return judge(expression)
        case All(parts):
            return all(matches(part, judge) for part in parts)
        case Either(parts):
            return any(matches(part, judge) for part in parts)
        case Neither(parts):
            return not any(matches(part, judge) for part in parts)


def window(ids: Sequence[str], wanted: Window) -> QueryResult:
    """The part of a complete result that is wanted; raises AnchorNotFound."""
    if wanted.anchor is not None:
        if wanted.anchor not in ids:
            raise AnchorNotFound(f"'{wanted.anchor}' is not among the results")
        start = max(ids.index(wanted.anchor) + wanted.anchor_offset, 0)
    else:
        start = wanted.position if wanted.position >= 0 else max(len(ids) + wanted.position, 0)
    end = None if wanted.limit is None else start + wanted.limit
    return QueryResult(list(ids[start:end]), start, len(ids) if wanted.total else None)


def _query_changes(now: Sequence[str], changes: Changes, limit: int | None, total: bool) -> QueryChanges | None:
    """What to do to an old result to get `now`: take out whatever changed, put in what is there now.

    Exact for any filter and sort in which each object is judged by itself. None when more than `limit`.
    """
    moved = {*changes.created, *changes.updated}
    removed = [*changes.updated, *changes.destroyed]
    added = [(record, index) for index, record in enumerate(now) if record in moved]
    if limit is not None and len(removed) + len(added) > limit:
        return None
    return QueryChanges(removed, added, len(now) if total else None)
