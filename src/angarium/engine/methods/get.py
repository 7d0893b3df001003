"""Foo/get (RFC 8620 §5.1)."""

from angarium.engine.call import Call
from angarium.engine.declare import Access, Argument, DataType, Method, Response, encoded
from angarium.engine.errors import MethodError, MethodErrorType, invalid_arguments
from angarium.engine.limits import MOST_PROPERTIES
from angarium.engine.methods.states import state
from angarium.engine.shapes import list_of, nullable, references, text

_ARGUMENTS = (
    Argument("ids", nullable(references)),
    Argument("properties", nullable(list_of(text, MOST_PROPERTIES))),
)


def get_method(kind: DataType) -> Method:
    """The get method of a type."""

    def run(call: Call) -> Response:
        ids = _ids(kind, call)
        found = kind.reader.read(call, ids, _properties(kind, call))
        missing = [] if ids is None else found.not_found + _never_created(call)
        where: Response = {"accountId": call.account.id, "state": state(call, kind.name)} if kind.account else {}
        return where | {
            "list": encoded(found.objects) if isinstance(found.objects, bytes) else found.objects,
            "notFound": missing,
        }

    arguments = _ARGUMENTS + tuple(kind.arguments.get("get", ()))
    return Method(f"{kind.name}/get", kind.capability, Access.READ, run, arguments, kind.account)


def _ids(kind: DataType, call: Call) -> list[str] | None:
    """The ids wanted, each once, creation ids resolved; None for all."""
    given = call.texts("ids")
    most = call.request.limits.max_objects_in_get
    wanted = kind.reader.count(call) if given is None else len(given)
    if wanted > most:
        raise MethodError(
            MethodErrorType.REQUEST_TOO_LARGE, f"{wanted} objects are asked for; one call gives at most {most}"
        )
    if given is None:
        return None
    if "#" not in "".join(given):
        return list(dict.fromkeys(given))
    resolved = (call.resolve(item) for item in given)
    return list(dict.fromkeys(item for item in resolved if item is not None))


def _never_created(call: Call) -> list[str]:
    """The `#creationId`s among the ids that stand for nothing."""
    given = call.texts("ids") or ()
    if "#" not in "".join(given):
        return []
    return [item for item in dict.fromkeys(given) if call.resolve(item) is None]


def _properties(kind: DataType, call: Call) -> list[str]:
    """The properties to return beside `id`, in the order asked."""
    given = call.texts("properties")
    if given is None:
        names = kind.default_properties or [name for name, known in kind.shown.items() if not known.write_only]
    else:
        names = list(dict.fromkeys(given))
        unknown = [name for name in names if name != "id" and not _is_known(kind, name, call.request.private)]
        if unknown:
            raise invalid_arguments(f"properties: {kind.name} has no {', '.join(unknown[:10])}")
        if hidden := [name for name in names if (known := kind.property(name)) and known.write_only]:
            raise MethodError(MethodErrorType.FORBIDDEN, f"properties: {', '.join(hidden)} cannot be read")
    return [name for name in names if name != "id"]


def _is_known(kind: DataType, name: str, private: bool) -> bool:
    return kind.property(name, private) is not None or (kind.more_properties is not None and kind.more_properties(name))
