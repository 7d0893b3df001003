"""Foo/query (RFC 8620 §5.5)."""

from angarium.engine.call import Call
from angarium.engine.declare import Access, Argument, DataType, Method, Querier, Response
from angarium.engine.methods.filters import FILTER, SORT, parse_filter, parse_sort
from angarium.engine.methods.states import state
from angarium.engine.shapes import boolean, integer, nullable, reference, unsigned
from angarium.formats.primitives import LARGEST
from angarium.store.contract import AnchorNotFound, Window

_ARGUMENTS = (
    Argument("filter", FILTER),
    Argument("sort", SORT),
    Argument("position", integer, 0),
    Argument("anchor", nullable(reference)),
    Argument("anchorOffset", integer, 0),
    Argument("limit", nullable(unsigned)),
    Argument("calculateTotal", boolean, False),
)


def query_method(kind: DataType, querier: Querier) -> Method:
    """The query method of a type."""

    def run(call: Call) -> Response:
        filter_ = parse_filter(kind, call)
        sort = parse_sort(kind, call)
        most = call.request.limits.max_query
        asked = call.integer("limit")
        limit = most if asked is None else min(asked, most)
        result = querier.query(call, filter_, sort, _window(call, limit))
        response: Response = {
            "accountId": call.account.id,
            "queryState": state(call, kind.name),
            "canCalculateChanges": querier.can_calculate(call, filter_, sort),
            "position": min(result.position, LARGEST),  # an anchor with an offset may lead further
            "ids": result.ids,
        }
        if call.flag("calculateTotal"):
            response["total"] = result.total
        if asked != limit and (asked is not None or len(result.ids) == limit):
            response["limit"] = limit  # RFC 8620 §5.5: only when it is the server's
        return response

    more = tuple(kind.arguments.get("query", ()))
    return Method(f"{kind.name}/query", kind.capability, Access.READ, run, _ARGUMENTS + more)


def _window(call: Call, limit: int) -> Window:
    anchor = call.text("anchor")
    resolved = None if anchor is None else call.resolve(anchor)
    if anchor is not None and resolved is None:
        raise AnchorNotFound(f"nothing was created as '{anchor}'")
    return Window(
        position=call.integer("position") or 0,
        anchor=resolved,
        anchor_offset=call.integer("anchorOffset") or 0,
        limit=limit,
        total=call.flag("calculateTotal"),
    )
