"""Windows and changes of queries over records (RFC 8620 §5.5, §5.6)."""

from collections.abc import Sequence

import apsw
import orjson

from angarium.store.contract import (
    AccountKey,
    AnchorNotFound,
    Expression,
    Order,
    QueryChanges,
    QueryResult,
    State,
    Window,
)
from angarium.store.sqlite.recordselection import RecordSelection

# What happened since, as JSON lists of (number, id): records that exist, and those that did exist at that state.
_CHANGED = (
    "SELECT json_group_array(json_array(id, name)) FROM record INDEXED BY record_modified "
    "WHERE account = :account AND kind = :kind AND modified > :since"
)
_GONE = (
    "SELECT json_group_array(json_array(id, name)) FROM tombstone "
    "WHERE account = :account AND kind = :kind AND destroyed > :since AND id <= :since"
)


def query(selection: RecordSelection, anchor: int | None, window: Window) -> QueryResult:
    """One window; `anchor` is the number of the record that `window.anchor` names. Raises AnchorNotFound."""
    from_end = window.anchor is None and window.position < 0
    total = selection.total() if window.total or from_end else None
    if window.anchor is not None:
        places = [] if anchor is None else selection.places([anchor])
        if not places:
            raise AnchorNotFound(f"'{window.anchor}' is not among the results")
        start = max(0, places[0][1] + window.anchor_offset)
    else:
        start = max(0, (total or 0) + window.position) if from_end else window.position
    return QueryResult(selection.page(start, window.limit), start, total if window.total else None)


def query_changes(
    connection: apsw.Connection,
    account: AccountKey,
    kind: str,
    filter_: Expression | None,
    sort: Sequence[Order],
    since: State,
    limit: int | None,
    total: bool,
) -> QueryChanges | None:
    """Changes since a state that the caller has checked: whatever changed is taken out, and what is there put in."""
    values = {"account": account, "kind": kind, "since": since}
    touched: dict[int, str] = dict(orjson.loads(connection.execute(_CHANGED, values).get))
    gone: dict[int, str] = dict(orjson.loads(connection.execute(_GONE, values).get))
    removed = [name for number, name in touched.items() if number <= since] + list(gone.values())
    if limit is not None and len(removed) > limit:
        return None
    selection = RecordSelection(connection, account, kind, filter_, sort)
    added = [(touched[number], place) for number, place in selection.places(list(touched))]
    if limit is not None and len(removed) + len(added) > limit:
        return None
    return QueryChanges(removed, added, selection.total() if total else None)
