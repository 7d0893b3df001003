"""From the octets of a POST to a Request whose shape, size and capabilities are known to be good (RFC 8620 §3.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from angarium.engine.declare import Access
from angarium.engine.errors import RequestError, RequestErrorType
from angarium.engine.limits import Limits
from angarium.engine.registry import Registry
from angarium.engine.shapes import identifier, list_of, map_of, nullable, text
from angarium.formats import json
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON


@dataclass(frozen=True, slots=True)
class Invocation:
    """One element of `methodCalls`."""

    name: str
    arguments: dict[str, JSON]
    call_id: str


@dataclass(frozen=True, slots=True)
class Request:
    """A Request object; `access` is the most that any of its calls needs of the store."""

    using: frozenset[str]
    calls: tuple[Invocation, ...]
    created_ids: Mapping[str, str] | None
    access: Access


_RANK = (Access.PURE, Access.READ, Access.WRITE)
_USING = list_of(text)
_CREATED = nullable(map_of(identifier, identifier))


def parse_request(body: bytes, registry: Registry, limits: Limits) -> Request:
    """The Request in a body; raises RequestError (RFC 8620 §3.6.1)."""
    try:
        value = json.parse(body, limits.max_depth)
    except FormatError as error:
        raise RequestError(RequestErrorType.NOT_JSON, f"The body is not I-JSON: {error}.") from None
    if not isinstance(value, dict):
        raise _not_request("it must be an object")
    if problem := _USING(value.get("using")):
        raise _not_request(f"using {problem}")
    if problem := _CREATED(value.get("createdIds")):
        raise _not_request(f"createdIds {problem}")
    calls = _invocations(value.get("methodCalls"))
    using = frozenset(cast("list[str]", value["using"]))
    if unknown := sorted(using - registry.capabilities.keys()):
        raise RequestError(
            RequestErrorType.UNKNOWN_CAPABILITY,
            f"This server does not have {', '.join(unknown)}; the Session lists what it has.",
        )
    if len(calls) > limits.max_calls_in_request:
        raise RequestError(
            RequestErrorType.LIMIT,
            f"A request may hold {limits.max_calls_in_request} method calls; this one has {len(calls)}.",
            limit="maxCallsInRequest",
        )
    found = [registry.method(call.name, using) for call in calls]
    access = max((method.access for method in found if method), key=_RANK.index, default=Access.PURE)
    return Request(using, calls, cast("Mapping[str, str] | None", value.get("createdIds")), access)


def _invocations(value: JSON) -> tuple[Invocation, ...]:
    if not isinstance(value, list):
        raise _not_request("methodCalls must be an array")
    return tuple(_invocation(index, item) for index, item in enumerate(value))


def _invocation(index: int, item: JSON) -> Invocation:
    match item:
        case [str(name), dict(arguments), str(call_id)]:
            return Invocation(name, arguments, call_id)
    raise _not_request(f"methodCalls/{index} must be [name, arguments, method call id]")


def _not_request(why: str) -> RequestError:
    return RequestError(RequestErrorType.NOT_REQUEST, f"The body is JSON but no Request object: {why}.")
