"""Queries over lists that are small enough to be made whole each time, such as mailboxes (RFC 8620 §5.5, §5.6)."""

from collections.abc import Callable, Sequence

from angarium.store.contract import (
    All,
    AnchorNotFound,
    Changes,
    Either,
    Expression,
    Neither,
    QueryChanges,
    QueryResult,
    Term,
    Window,
)


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


def query_changes(now: Sequence[str], changes: Changes, limit: int | None, total: bool) -> QueryChanges | None:
    """What to do to an old result to get `now`: take out whatever changed, put in what is there now.

    Exact for any filter and sort in which each object is judged by itself. None when more than `limit`.
    """
    moved = {*changes.created, *changes.updated}
    removed = [*changes.updated, *changes.destroyed]
    added = [(record, index) for index, record in enumerate(now) if record in moved]
    if limit is not None and len(removed) + len(added) > limit:
        return None
    return QueryChanges(removed, added, len(now) if total else None)
