"""Rules about references to earlier results (RFC 8620 §3.7)."""

from collections.abc import Iterator
from typing import Final

from angarium.engine.errors import MethodErrorType
from angarium.formats.json import JSON
from angarium.testing.strict.rule import CallLook, Rule, Rules, as_object

_INVALID: Final = MethodErrorType.INVALID_ARGUMENTS
_REFERENCE: Final = MethodErrorType.INVALID_RESULT_REFERENCE


def _references(look: CallLook) -> Iterator[tuple[str, JSON]]:
    free = look.known is not None and look.known.arguments is None
    return (item for item in look.arguments.items() if item[0].startswith("#") and not free)


def _reference_shape(look: CallLook) -> str | None:
    for name, value in _references(look):
        fields = ("resultOf", "name", "path")
        if not isinstance(value, dict) or not all(isinstance(value.get(field), str) for field in fields):
            return f"{name} is no ResultReference"
    return None


def _reference_earlier(look: CallLook) -> str | None:
    for name, value in _references(look):
        wanted = as_object(value)
        if not any(call.call_id == wanted.get("resultOf") for call in look.earlier):
            return f"{name} refers to the call {wanted.get('resultOf')!r}, which does not come before this one"
    return None


def _reference_path(look: CallLook) -> str | None:
    for name, value in _references(look):
        path = as_object(value).get("path")
        if not isinstance(path, str) or (path and not path.startswith("/")):
            return f"the path of {name} is {path!r}"
    return None


def _arguments_twice(look: CallLook) -> str | None:
    twice = next((name for name in look.arguments if f"#{name}" in look.arguments), None)
    return None if twice is None else f"{twice} is given both as a value and as a reference"


REFERENCES: Final = Rules(
    call=(
        Rule(
            "core.argument-twice",
            "RFC 8620 §3.7",
            "Give an argument as a value or as a reference.",
            _INVALID,
            _arguments_twice,
        ),
        Rule(
            "core.reference-shape",
            "RFC 8620 §3.7",
            "Give resultOf, name and path.",
            _REFERENCE,
            _reference_shape,
        ),
        Rule(
            "core.reference-earlier",
            "RFC 8620 §3.7",
            "Refer to the method call id of an earlier call of the same request.",
            _REFERENCE,
            _reference_earlier,
        ),
        Rule(
            "core.reference-path",
            "RFC 8620 §3.7",
            "Give a JSON Pointer (RFC 6901), which begins with a slash.",
            _REFERENCE,
            _reference_path,
        ),
    )
)
