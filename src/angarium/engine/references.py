"""Result references: an argument `#name` takes its value from an earlier response (RFC 8620 §3.7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from angarium.engine.errors import MethodError, MethodErrorType, invalid_arguments
from angarium.engine.shapes import record_of, text
from angarium.formats import json, pointer
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON


@dataclass(slots=True)
class Done:
    """A response that was already made: its encoded triple, decoded only when a reference asks for it."""

    name: str
    call_id: str
    encoded: bytes
    arguments: JSON = None

    def value(self) -> JSON:
        """The arguments of the response."""
        if self.arguments is None:
            self.arguments = cast("list[JSON]", json.loads(self.encoded))[1]
        return self.arguments


_REFERENCE = record_of({"resultOf": text, "name": text, "path": text}, required=("resultOf", "name", "path"))


def resolve(arguments: dict[str, JSON], done: Sequence[Done], largest: int) -> dict[str, JSON]:
    """The arguments with every reference replaced by what it names.

    Raises MethodError invalidArguments when `name` and `#name` are both given or a reference is malformed, and
    invalidResultReference when it leads nowhere or gathers more than `largest` items.
    """
    if "#" not in "".join(arguments):
        return arguments
    resolved: dict[str, JSON] = {}
    for name, value in arguments.items():
        if not name.startswith("#"):
            resolved[name] = value
        elif name[1:] in arguments:
            raise invalid_arguments(f"'{name[1:]}' is given both as a value and as a reference")
        else:
            resolved[name[1:]] = _follow(name, value, done, largest)
    return resolved


def _follow(name: str, value: JSON, done: Sequence[Done], largest: int) -> JSON:
    if problem := _REFERENCE(value):
        raise invalid_arguments(f"'{name}' must be a ResultReference: {problem}")
    reference = cast("dict[str, str]", value)
    response = next((item for item in done if item.call_id == reference["resultOf"]), None)
    if response is None:
        raise _invalid(name, f"no earlier call has the id '{reference['resultOf']}'")
    if response.name != reference["name"]:
        raise _invalid(name, f"the call '{reference['resultOf']}' was answered by {response.name}")
    try:
        return pointer.resolve(response.value(), reference["path"], largest)
    except FormatError as error:
        raise _invalid(name, f"the path '{reference['path']}' fails: {error.problem}") from None


def _invalid(name: str, why: str) -> MethodError:
    return MethodError(MethodErrorType.INVALID_RESULT_REFERENCE, f"'{name}' cannot be resolved: {why}")
