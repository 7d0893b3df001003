"""Methods that refuse: a whole call with an error, or some of its objects with SetErrors while the others go on."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias, cast

from angarium.engine.call import Call
from angarium.engine.declare import Access, Method, Response
from angarium.engine.errors import MethodError
from angarium.engine.limits import CORE
from angarium.formats.json import JSON

Refused: TypeAlias = Mapping[str, Mapping[str, dict[str, JSON]]]
"""SetErrors by the argument that names the object, and by its id or creation id."""

TELLING: Final[Mapping[str, str]] = {
    "create": "notCreated",
    "emails": "notCreated",
    "update": "notUpdated",
    "destroy": "notDestroyed",
}
"""Where the refusal of an object that an argument names is told."""


def failing(name: str, error: MethodError) -> Method:
    """A method that does nothing but fail."""

    def run(_call: Call) -> Response:
        raise MethodError(error.kind, error.description, **error.extra)

    return Method(name, CORE, Access.PURE, run, arguments=None, account=False)


def refusing(method: Method, refused: Callable[[Call], Refused]) -> Method:
    """The method without the objects that `refused` gives, and with what it says of them in the response."""

    def run(call: Call) -> Response:
        without = refused(call)
        arguments = {name: _left(value, without.get(name, {})) for name, value in call.arguments.items()}
        response = method.run(replace(call, arguments=arguments, follow=call.follow))
        for name, errors in without.items():
            if errors:
                before = cast("dict[str, JSON] | None", response.get(TELLING[name]))
                response[TELLING[name]] = {**(before or {}), **errors}
        return response

    return replace(method, run=run)


def _left(value: JSON, without: Mapping[str, object]) -> JSON:
    match value:
        case dict():
            return {key: inner for key, inner in value.items() if key not in without}
        case list():
            return [item for item in value if not (isinstance(item, str) and item in without)]
    return value
