"""Foo/queryChanges (RFC 8620 §5.6)."""

from angarium.engine.call import Call
from angarium.engine.declare import REQUIRED, Access, Argument, DataType, Method, Querier, Response
from angarium.engine.errors import MethodError, MethodErrorType
from angarium.engine.methods.filters import FILTER, SORT, parse_filter, parse_sort
from angarium.engine.methods.states import parse_state, state
from angarium.engine.shapes import boolean, nullable, reference, text, unsigned
from angarium.store.contract import CannotCalculateChanges

_ARGUMENTS = (
    Argument("filter", FILTER),
    Argument("sort", SORT),
    Argument("sinceQueryState", text, REQUIRED),
    Argument("maxChanges", nullable(unsigned)),
    Argument("upToId", nullable(reference)),
    Argument("calculateTotal", boolean, False),
)


def query_changes_method(kind: DataType, querier: Querier) -> Method:
    """The queryChanges method of a type."""

    def run(call: Call) -> Response:
        filter_ = parse_filter(kind, call)
        sort = parse_sort(kind, call)
        since = str(call.arguments["sinceQueryState"])
        if not querier.can_calculate(call, filter_, sort):
            raise CannotCalculateChanges("changes of this query cannot be told; ask for it anew")
        up_to = call.text("upToId")
        limit = call.integer("maxChanges")
        total = call.flag("calculateTotal")
        changes = querier.query_changes(
            call, filter_, sort, parse_state(since), call.resolve(up_to) if up_to else None, limit, total
        )
        if changes is None:
            raise MethodError(MethodErrorType.TOO_MANY_CHANGES, f"there are more than {limit} changes")
        response: Response = {
            "accountId": call.account.id,
            "oldQueryState": since,
            "newQueryState": state(call, kind.name),
            "removed": changes.removed,
            "added": [{"id": record, "index": index} for record, index in changes.added],
        }
        if total:
            response["total"] = changes.total
        return response

    more = tuple(kind.arguments.get("query", ()))
    return Method(f"{kind.name}/queryChanges", kind.capability, Access.READ, run, _ARGUMENTS + more)
