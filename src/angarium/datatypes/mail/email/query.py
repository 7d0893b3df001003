"""Email/query and Email/queryChanges (RFC 8621 §4.4, §4.5): the message index does the work."""

from angarium.engine.call import Call
from angarium.store.contract import Expression, MessageQuery, Order, QueryChanges, QueryResult, State, Window


def _query(call: Call, filter_: Expression | None, sort: tuple[Order, ...]) -> MessageQuery:
    return MessageQuery(filter_, sort, call.flag("collapseThreads"))


class EmailQuerier:
    """Hands queries to the message index."""

    def query(self, call: Call, filter_: Expression | None, sort: tuple[Order, ...], window: Window) -> QueryResult:
        """One window of the result."""
        return call.snapshot.messages.query(call.account.key, _query(call, filter_, sort), window)

    def can_calculate(self, call: Call, filter_: Expression | None, sort: tuple[Order, ...]) -> bool:  # noqa: ARG002
        """Every query: the message index is exact for each filter and sort."""
        return True

    def query_changes(
        self,
        call: Call,
        filter_: Expression | None,
        sort: tuple[Order, ...],
        since: State,
        up_to: str | None,
        limit: int | None,
        total: bool,
    ) -> QueryChanges | None:
        """What changed since a state."""
        query = _query(call, filter_, sort)
        return call.snapshot.messages.query_changes(call.account.key, query, since, up_to, limit, total)
