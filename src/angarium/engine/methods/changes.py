"""Foo/changes (RFC 8620 §5.2)."""

from angarium.engine.call import Call
from angarium.engine.declare import REQUIRED, Access, Argument, DataType, Method, Response
from angarium.engine.methods.states import parse_state
from angarium.engine.shapes import nullable, positive, text

_ARGUMENTS = (
    Argument("sinceState", text, REQUIRED),
    Argument("maxChanges", nullable(positive)),
)


def changes_method(kind: DataType) -> Method:
    """The changes method of a type."""

    def run(call: Call) -> Response:
        since = str(call.arguments["sinceState"])
        most = call.request.limits.max_changes
        limit = min(call.integer("maxChanges") or most, most)
        changes = call.snapshot.changes(call.account.key, kind.name, parse_state(since), limit)
        if kind.heard:
            changes = kind.heard(call, parse_state(since), changes)
        response: Response = {
            "accountId": call.account.id,
            "oldState": since,
            "newState": str(changes.new_state),
            "hasMoreChanges": changes.has_more,
            "created": changes.created,
            "updated": changes.updated,
            "destroyed": changes.destroyed,
        }
        if kind.changes_extra:
            response |= kind.changes_extra(call, changes.only_derived)
        return response

    more = tuple(kind.arguments.get("changes", ()))
    return Method(f"{kind.name}/changes", kind.capability, Access.READ, run, _ARGUMENTS + more)
