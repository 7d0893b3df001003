"""Checking the objects that clients send against the declaration of their type (RFC 8620 §5.3)."""

from collections.abc import Mapping

from angarium.engine.call import Call
from angarium.engine.declare import ABSENT, REQUIRED, DataType, Property
from angarium.engine.errors import SetError, SetErrorType, invalid_properties
from angarium.engine.shapes import Problem, anything
from angarium.formats import patch as patching
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON

_UNTOLD = object()


def complete(kind: DataType, call: Call, given: Mapping[str, JSON], pending: frozenset[str]) -> dict[str, JSON]:
    """An object to create: every property checked, `#creationId`s resolved, defaults filled in.

    `pending` holds creation ids of the same call that may still come to be. Raises SetError invalidProperties with all
    properties that are wrong.
    """
    if kind.forgets_nulls:
        given = {name: item for name, item in given.items() if item is not None}
    value, problems = _taken(kind, call, given, pending)
    for known in kind.properties:
        if known.name in given or known.server_set:
            continue
        if known.default is REQUIRED:
            problems.append(Problem(known.name, "is missing"))
        elif known.default is not ABSENT:
            value[known.name] = known.default
    _refuse(problems)
    return value


def overriding(kind: DataType, call: Call, given: Mapping[str, JSON], pending: frozenset[str]) -> dict[str, JSON]:
    """The properties that a copy is to have instead of the original's, checked and resolved like those of a create."""
    value, problems = _taken(kind, call, given, pending)
    _refuse(problems)
    return value


def untold(kind: DataType, given: Mapping[str, JSON], made: Mapping[str, JSON]) -> dict[str, JSON]:
    """What a client does not know yet of an object that was made from what it gave."""
    private = {known.name for known in kind.properties if known.private}
    return {name: item for name, item in made.items() if name not in private and given.get(name, _UNTOLD) != item}


def patched(
    kind: DataType, call: Call, record: str, old: dict[str, JSON], patch: dict[str, JSON], pending: frozenset[str]
) -> tuple[dict[str, JSON], list[str]]:
    """The object after a PatchObject, and the names of the properties that differ.

    `old` holds the current values of the properties that the patch touches. Raises SetError invalidPatch or
    invalidProperties.
    """
    try:
        new = patching.apply(old, _resolved_paths(kind, call, patch, pending))
    except FormatError as error:
        raise SetError(SetErrorType.INVALID_PATCH, error.problem) from None
    problems: list[Problem] = []
    changed: list[str] = []
    for name in patching.tops(patch):
        known = kind.property(name, call.request.private) or _undeclared(kind, name)
        if name == "id":
            problems += [] if new["id"] == record else [Problem("id", "cannot change")]
            continue
        if known is None:
            problems.append(Problem(name, f"{kind.name} has no such property that can change"))
            continue
        if new.get(name) is None and known.default is not REQUIRED:  # RFC 8620 §5.3: null sets the default
            if known.default is ABSENT:
                new.pop(name, None)
                changed += [name] if old.get(name) is not None else []
                continue
            new[name] = known.default
        if new.get(name) == old.get(name):
            problems += _misshapen(known, new.get(name))  # in Python, 1 equals true
        elif known.server_set or known.immutable:
            problems.append(Problem(name, "is set by the server" if known.server_set else "cannot change"))
        else:
            problems += _misshapen(known, new.get(name))
            changed.append(name)
    _refuse(problems)
    return new, changed


def touched(patch: Mapping[str, JSON]) -> list[str]:
    """The top-level properties of a patch; SetError invalidPatch when a path is malformed."""
    try:
        patching.check(patch)
        return patching.tops(patch)
    except FormatError as error:
        raise SetError(SetErrorType.INVALID_PATCH, error.problem) from None


def resolved(known: Property, value: JSON, call: Call, pending: frozenset[str]) -> JSON:
    """The value of a property with every `#creationId` in it replaced, where the property holds references."""
    if known.references is None:
        return value
    match value:
        case str():
            return _lookup(known.name, value, call, pending)
        case list():
            return [_lookup(known.name, item, call, pending) if isinstance(item, str) else item for item in value]
        case dict():
            return {_lookup(known.name, name, call, pending): item for name, item in value.items()}
    return value


def _taken(
    kind: DataType, call: Call, given: Mapping[str, JSON], pending: frozenset[str]
) -> tuple[dict[str, JSON], list[Problem]]:
    """What clients may give of a new object, and what is wrong with the rest."""
    value: dict[str, JSON] = {}
    problems: list[Problem] = []
    for name, item in given.items():
        known = kind.property(name, call.request.private)
        if known is None:
            if (kind.open and name not in kind.hidden) or (kind.more_properties and kind.more_properties(name)):
                value[name] = item
            else:
                problems.append(Problem(name, f"{kind.name} has no such property"))
        elif known.server_set:
            problems.append(Problem(name, "is set by the server"))
        else:
            value[name] = resolved(known, item, call, pending)
            problems += _misshapen(known, value[name])
    return value, problems


def _undeclared(kind: DataType, name: str) -> Property | None:
    """The declaration of a property that an open type keeps without knowing it."""
    return Property(name, anything, ABSENT) if kind.open and name not in kind.hidden else None


def _lookup(name: str, value: str, call: Call, pending: frozenset[str]) -> str:
    found = call.resolve(value)
    if found is None:
        error = invalid_properties(f"{name}: nothing was created as '{value[:40]}'", name)
        error.again = value[1:] in pending
        raise error
    return found


def _resolved_paths(kind: DataType, call: Call, patch: Mapping[str, JSON], pending: frozenset[str]) -> dict[str, JSON]:
    """The patch with `#creationId`s resolved in values and in paths such as `mailboxIds/#inbox`."""
    result: dict[str, JSON] = {}
    for path, value in patch.items():
        top, slash, rest = path.partition("/")
        known = kind.property(top)
        if known is None or known.references is None:
            result[path] = value
        elif slash:
            place = f"{top}/{_lookup(top, rest, call, pending)}"
            if place in result:
                raise SetError(SetErrorType.INVALID_PATCH, f"'{place}' is changed twice")
            result[place] = value
        else:
            result[path] = resolved(known, value, call, pending)
    return result


def _misshapen(known: Property, value: JSON) -> list[Problem]:
    problem = known.shape(value)
    return [problem.within(known.name)] if problem else []


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise invalid_properties("; ".join(map(str, problems[:10])), *(problem.path for problem in problems))
