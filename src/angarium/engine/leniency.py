"""Lenient mode: harmless departures of clients in the field, each a row of one table, mended before anything else.

A row may only turn what would be refused into what its client plainly means; what is right is never touched. Rows work
by the declarations of types and methods, and name none. That requests must be application/json (RFC 8620 §3.1) is not
among them: it keeps pages of others from asking with a user's credentials.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Final, cast

from angarium.engine.declare import REQUIRED, DataType, Method, Property
from angarium.engine.registry import Registry
from angarium.engine.shapes import Shape
from angarium.formats.json import JSON
from angarium.formats.primitives import format_utc, parse_date

_log = logging.getLogger(__name__)

_UTC: Final = "2026-01-31T09:00:00Z"


@dataclass(frozen=True, slots=True)
class _Call:
    """One call as far as it is well formed: its method and type, if there are such, and the arguments to mend."""

    name: str
    arguments: dict[str, JSON]
    method: Method | None
    type: DataType | None

    def objects(self) -> Iterator[tuple[dict[str, JSON], bool]]:
        """The objects that are made or changed, and whether they are patches."""
        for argument in ("create", "emails", "update"):
            given = self.arguments.get(argument)
            for value in given.values() if isinstance(given, dict) else ():
                if isinstance(value, dict):
                    yield value, argument == "update"

    def property(self, name: str) -> Property | None:
        """The declaration of a property that clients may set."""
        known = self.type.property(name) if self.type else None
        return None if known is None or known.server_set else known


@dataclass(frozen=True, slots=True)
class Row:
    """One departure: its name in the log, what is done about it, and what does it; true when there was something."""

    name: str
    about: str
    mend: Callable[[dict[str, JSON], list[_Call], Registry], bool]


def _each(mend: Callable[[_Call], bool]) -> Callable[[dict[str, JSON], list[_Call], Registry], bool]:
    return lambda _request, calls, _registry: sum(map(mend, calls)) > 0


def _unknown_capabilities(request: dict[str, JSON], _calls: list[_Call], registry: Registry) -> bool:
    using = cast("list[JSON]", request["using"])
    known = [urn for urn in using if urn in registry.capabilities]
    request["using"] = known
    return len(known) < len(using)


def _missing_capabilities(request: dict[str, JSON], calls: list[_Call], _registry: Registry) -> bool:
    using = cast("list[JSON]", request["using"])
    missing = {call.method.capability for call in calls if call.method} - set(map(str, using))
    request["using"] = [*using, *sorted(missing)]
    return bool(missing)


def _null_arguments(call: _Call) -> bool:
    declared = {known.name: known for known in call.method.arguments or ()} if call.method else {}
    nulls = [
        name
        for name, value in call.arguments.items()
        if value is None and name in declared and declared[name].default not in (None, REQUIRED)
    ]
    for name in nulls:
        del call.arguments[name]
    return bool(nulls)


def _unknown_arguments(call: _Call) -> bool:
    if call.method is None or call.method.arguments is None:
        return False
    declared = {known.name for known in call.method.arguments} | {"accountId"}
    unknown = [name for name in call.arguments if name.removeprefix("#") not in declared]
    for name in unknown:
        del call.arguments[name]
    return bool(unknown)


def _whole_numbers(call: _Call) -> bool:
    mended = False
    for known in (call.method.arguments or ()) if call.method else ():
        value = call.arguments.get(known.name)
        if isinstance(value, float) and value.is_integer() and known.shape(value) and not known.shape(int(value)):
            call.arguments[known.name] = int(value)
            mended = True
    return mended


def _slashes(call: _Call) -> bool:
    mended = False
    for value, is_patch in call.objects():
        for path in [path for path in value if is_patch and path.startswith("/") and path[1:] not in value]:
            value[path[1:]] = value.pop(path)
            mended = True
    return mended


def _server_nulls(call: _Call) -> bool:
    mended = False
    for value, is_patch in call.objects():
        for name in [name for name, inner in value.items() if inner is None and not is_patch]:
            known = call.type.property(name) if call.type else None
            if known is not None and known.server_set:
                del value[name]
                mended = True
    return mended


def _is_set(shape: Shape) -> bool:
    """Whether a shape is a map whose values are true."""
    return shape({"a": True}) is None and shape({"a": False}) is not None and shape({}) is None


def _false_members(call: _Call) -> bool:
    mended = False
    for value, is_patch in call.objects():
        for path, inner in list(value.items()):
            top, slash, rest = path.partition("/")
            known = call.property(top)
            if known is None or not _is_set(known.shape):
                continue
            if is_patch and slash and rest and inner is False:
                value[path] = None
                mended = True
            elif not slash and isinstance(inner, dict) and any(member is False for member in inner.values()):
                value[path] = {name: member for name, member in inner.items() if member is not False}
                mended = True
    return mended


def _in_utc(shape: Shape, value: JSON) -> str | None:
    """The UTCDate that a time with an offset means, where only that will do."""
    if not isinstance(value, str) or shape(_UTC) is not None or shape(value) is None:
        return None
    moment = parse_date(value)
    return None if moment is None else format_utc(round(moment.astimezone(UTC).timestamp() * 1000))


def _offsets(call: _Call) -> bool:
    mended = False
    for value, _ in call.objects():
        for name, inner in list(value.items()):
            known = call.property(name)
            moment = _in_utc(known.shape, inner) if known else None
            if moment is not None:
                value[name] = moment
                mended = True
    filters = {known.name: known.shape for known in call.type.filters} if call.type else {}
    return _mend_filter(call.arguments.get("filter"), filters) or mended


def _mend_filter(filter_: JSON, shapes: Mapping[str, Shape]) -> bool:
    if not isinstance(filter_, dict):
        return False
    conditions = filter_.get("conditions")
    if "operator" in filter_ and isinstance(conditions, list):
        return sum(_mend_filter(one, shapes) for one in conditions) > 0
    mended = False
    for name, value in list(filter_.items()):
        moment = _in_utc(shapes[name], value) if name in shapes else None
        if moment is not None:
            filter_[name] = moment
            mended = True
    return mended


ROWS: Final = (
    Row("unknown-capability", "what `using` names and the server does not have is left out", _unknown_capabilities),
    Row("missing-capability", "the capability of a method that is called counts as named", _missing_capabilities),
    Row("null-argument", "null for an argument that has a default is that default", _each(_null_arguments)),
    Row("unknown-argument", "an argument that the method does not have is left out", _each(_unknown_arguments)),
    Row("whole-number", "50.0 is 50 where an integer is due", _each(_whole_numbers)),
    Row("patch-slash", "a slash before the path of a patch is left out", _each(_slashes)),
    Row("server-set-null", "null for what only the server sets is left out of a new object", _each(_server_nulls)),
    Row("false-member", "false for a member of a set (keywords, mailboxIds) takes it out", _each(_false_members)),
    Row("offset-time", "a time with an offset is turned into UTC where UTCDate is due", _each(_offsets)),
)


def mended(request: Mapping[str, JSON], registry: Registry) -> Mapping[str, JSON]:
    """The request with its departures mended, each told in the log; one that is not well formed is left as it is."""
    using, given = request.get("using"), request.get("methodCalls")
    if not isinstance(using, list) or not all(isinstance(urn, str) for urn in using):
        return request
    if not isinstance(given, list) or not all(map(_is_call, given)):
        return request
    changed = dict(request)
    calls = [_call(cast("list[JSON]", one), registry) for one in given]
    for row in ROWS:
        if row.mend(changed, calls, registry):
            _log.info("lenient departure=%s methods=%s", row.name, ",".join(call.name[:40] for call in calls[:10]))
    return changed


def _is_call(value: JSON) -> bool:
    return isinstance(value, list) and len(value) == 3 and isinstance(value[0], str) and isinstance(value[1], dict)


def _call(invocation: list[JSON], registry: Registry) -> _Call:
    name, arguments = cast(str, invocation[0]), cast("dict[str, JSON]", invocation[1])
    return _Call(name, arguments, registry.methods.get(name), registry.types.get(name.partition("/")[0]))
