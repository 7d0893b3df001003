"""From the octets of a POST to a Request whose shape, size and capabilities are known to be good (RFC 8620 §3.3)."""

from collections.abc import Mapping
from typing import NamedTuple, cast

from angarium.engine.declare import Access, Method, Prepared
from angarium.engine.errors import RequestError, RequestErrorType
from angarium.engine.limits import Limits
from angarium.engine.registry import Registry
from angarium.engine.shapes import identifier, list_of, map_of, nullable, text
from angarium.formats import json
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON


class Invocation(NamedTuple):
    """One element of `methodCalls`, the method that it names if the request may use it, and what is ready for it."""

    name: str
    arguments: dict[str, JSON]
    call_id: str
    method: Method | None
    prepared: dict[str, Prepared]


class Request(NamedTuple):
    """A Request object; `access` is the most that any of its calls needs of the store."""

    calls: list[Invocation]
    created_ids: Mapping[str, str] | None
    access: Access
    using: frozenset[str]

    @property
    def is_brief(self) -> bool:
        """Whether to write all that it asks for is a matter of a moment."""
        return all(call.method and call.method.brief and few(call.arguments) for call in self.calls)


_FEW = 8
"""Objects that are written in a moment."""


def few(arguments: Mapping[str, JSON]) -> bool:
    """Whether a call that writes names so few objects that they take no time."""
    return sum(len(value) for value in arguments.values() if isinstance(value, dict | list)) <= _FEW


_USING = list_of(text)
_CREATED = nullable(map_of(identifier, identifier))


def parse_request(body: bytes, registry: Registry, limits: Limits) -> Request:
    """The Request in a body; raises RequestError (RFC 8620 §3.6.1)."""
    return request_of(parse_body(body, limits), registry, limits)


def parse_body(body: bytes, limits: Limits) -> dict[str, JSON]:
    """The object in a body; raises RequestError."""
    try:
        value = json.parse(body, limits.max_depth)
    except FormatError as error:
        raise RequestError(RequestErrorType.NOT_JSON, f"The body is not I-JSON: {error}.") from None
    if not isinstance(value, dict):
        raise not_request("it must be an object")
    return value


def request_of(value: Mapping[str, JSON], registry: Registry, limits: Limits) -> Request:
    """The Request that an object is; raises RequestError."""
    if problem := _USING(value.get("using")):
        raise not_request(f"using {problem}")
    created = value.get("createdIds")
    if problem := _CREATED(created):
        raise not_request(f"createdIds {problem}")
    using = frozenset(cast("list[str]", value["using"]))
    calls = _invocations(value.get("methodCalls"), registry, using)
    if not using <= registry.capabilities.keys():
        unknown = ", ".join(sorted(using - registry.capabilities.keys()))
        raise RequestError(
            RequestErrorType.UNKNOWN_CAPABILITY,
            f"This server does not have {unknown}; the Session lists what it has.",
        )
    if len(calls) > limits.max_calls_in_request:
        raise RequestError(
            RequestErrorType.LIMIT,
            f"A request may hold {limits.max_calls_in_request} method calls; this one has {len(calls)}.",
            limit="maxCallsInRequest",
        )
    access = max([call.method.access for call in calls if call.method], default=Access.PURE)
    return Request(calls, cast("Mapping[str, str] | None", created), access, using)


def _invocations(value: JSON, registry: Registry, using: frozenset[str]) -> list[Invocation]:
    if not isinstance(value, list):
        raise not_request("methodCalls must be an array")
    calls = []
    for index, item in enumerate(value):
        if isinstance(item, list) and len(item) == 3:
            name, arguments, call_id = item
            if isinstance(name, str) and isinstance(arguments, dict) and isinstance(call_id, str):
                calls.append(Invocation(name, arguments, call_id, registry.method(name, using), {}))
                continue
        raise not_request(f"methodCalls/{index} must be [name, arguments, method call id]")
    return calls


def not_request(why: str) -> RequestError:
    """The refusal of JSON of another shape."""
    return RequestError(RequestErrorType.NOT_REQUEST, f"The body is JSON but no Request object: {why}.")
