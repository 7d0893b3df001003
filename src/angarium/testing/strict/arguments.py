"""Rules about the arguments of a call, whatever its type (RFC 8620 §1.2, §3.6.2, §5)."""

import re
from collections.abc import Iterator
from typing import Final

from angarium.engine.declare import EVERYTHING, REQUIRED, Method
from angarium.engine.errors import MethodErrorType
from angarium.formats.primitives import is_id, is_integer
from angarium.testing.strict.rule import CallLook, Rule, Rules, as_list, as_object

_INVALID: Final = MethodErrorType.INVALID_ARGUMENTS
_STATE: Final = re.compile(r"\d{1,20}(-\d{1,20})?", re.ASCII)
_WRITES: Final = "*/set */copy */import"


def _names(look: CallLook) -> Iterator[tuple[str, str]]:
    """Arguments as they are written, and without the sign of a reference."""
    return ((name, name.removeprefix("#")) for name in look.arguments)


def _declared(method: Method) -> set[str]:
    return {known.name for known in method.arguments or ()} | ({"accountId"} if method.account else set())


def _arguments_known(look: CallLook) -> str | None:
    if look.known is None or look.known.arguments is None:
        return None
    declared = _declared(look.known)
    unknown = next((written for written, name in _names(look) if name not in declared), None)
    return None if unknown is None else f"{look.name} has no argument {unknown!r}"


def _arguments_missing(look: CallLook) -> str | None:
    given = {name for _, name in _names(look)}
    arguments = look.known.arguments or () if look.known else ()
    missing = next((known.name for known in arguments if known.default is REQUIRED and known.name not in given), None)
    return None if missing is None else f"{missing} is missing"


def _shapes(look: CallLook) -> str | None:
    for known in (look.known.arguments or ()) if look.known else ():
        value = look.arguments.get(known.name)
        if known.name not in look.arguments or (value is None and known.default is None):
            continue
        if problem := known.shape(value):
            return str(problem.within(known.name))
    return None


def _ids(look: CallLook) -> str | None:
    for name in ("ids", "destroy", "emailIds", "blobIds"):
        for given in as_list(look.arguments.get(name)):
            if isinstance(given, str) and not is_id(given.removeprefix("#")):
                return f"{name} holds {given[:80]!r}, which is no Id"
    wrong = next((key for key in as_object(look.arguments.get("update")) if not is_id(key.removeprefix("#"))), None)
    return None if wrong is None else f"update names {wrong[:80]!r}, which is no Id"


def _creation_ids(look: CallLook) -> Iterator[str]:
    for name in ("create", "emails"):
        yield from as_object(look.arguments.get(name))


def _creation_ids_shape(look: CallLook) -> str | None:
    wrong = next((key for key in _creation_ids(look) if not is_id(key)), None)
    return None if wrong is None else f"The creation id {wrong[:80]!r} is no Id"


def _creation_ids_new(look: CallLook) -> str | None:
    changed = {*as_object(look.arguments.get("update")), *map(str, as_list(look.arguments.get("destroy")))}
    old = next((key for key in _creation_ids(look) if key in look.told or key in changed), None)
    return None if old is None else f"The creation id {old!r} is the id of an object that exists"


def _get_size(look: CallLook) -> str | None:
    most, count = look.limits.max_objects_in_get, len(look.list("ids"))
    return f"{count} ids are asked for; maxObjectsInGet is {most}" if count > most else None


def _set_size(look: CallLook) -> str | None:
    maps = sum(len(as_object(look.arguments.get(name))) for name in ("create", "update", "emails"))
    most, count = look.limits.max_objects_in_set, maps + len(look.list("destroy"))
    return f"{count} objects are to change; maxObjectsInSet is {most}" if count > most else None


def _properties(look: CallLook) -> str | None:
    kind = look.type
    if kind is None or kind.open or kind.more_properties is not None:
        return None
    for name in look.list("properties"):
        if isinstance(name, str) and name not in (EVERYTHING, "id") and kind.property(name) is None:
            return f"{kind.name} has no property {name[:80]!r}"
    return None


def _ids_twice(look: CallLook) -> str | None:
    ids = look.list("ids")
    return "ids names an id twice" if len({str(one) for one in ids}) < len(ids) else None


def _max_changes(look: CallLook) -> str | None:
    given = look.arguments.get("maxChanges")
    return None if given is None or is_integer(given, 1) else f"maxChanges is {given!r}"


def _state(name: str) -> "Rule[CallLook]":
    def check(look: CallLook) -> str | None:
        given = look.arguments.get(name)
        if not isinstance(given, str) or _STATE.fullmatch(given):
            return None
        return f"{name} is {given[:80]!r}, a state that this server never told"

    error = MethodErrorType.STATE_MISMATCH if name == "ifInState" else MethodErrorType.CANNOT_CALCULATE_CHANGES
    sections = {"ifInState": "5.3", "sinceState": "5.2", "sinceQueryState": "5.6"}
    return Rule(
        f"core.{name}",
        f"RFC 8620 §{sections[name]}",
        "Give a state as an answer of the server told it, without making one up.",
        error,
        check,
    )


def _copy_accounts(look: CallLook) -> str | None:
    same = look.arguments.get("fromAccountId") == look.arguments.get("accountId")
    return "fromAccountId and accountId are the same" if same and "accountId" in look.arguments else None


def _copy_ids(look: CallLook) -> str | None:
    wrong = next((key for key, one in look.objects("create").items() if not isinstance(one.get("id"), str)), None)
    return None if wrong is None else f"create/{wrong} does not say which object is to be copied"


ARGUMENTS: Final = Rules(
    call=(
        Rule("core.argument-known", "RFC 8620 §3.6.2", "Give the arguments that it has.", _INVALID, _arguments_known),
        Rule("core.argument-missing", "RFC 8620 §3.6.2", "Give all that it needs.", _INVALID, _arguments_missing),
        Rule(
            "core.id",
            "RFC 8620 §1.2",
            "An Id has 1 to 255 of A-Z a-z 0-9 - and _.",
            _INVALID,
            _ids,
        ),
        Rule(
            "core.creation-id",
            "RFC 8620 §5.3",
            "A creation id is an Id; the # stands only where it is referred to.",
            _INVALID,
            _creation_ids_shape,
        ),
        Rule(
            "core.creation-id-new",
            "RFC 8620 §5.3",
            "Make up a temporary id for what is to be created; change what exists with update.",
            _INVALID,
            _creation_ids_new,
        ),
        Rule(
            "core.max-objects-in-get",
            "RFC 8620 §5.1",
            "Ask for them in several calls.",
            MethodErrorType.REQUEST_TOO_LARGE,
            _get_size,
        ),
        Rule(
            "core.max-objects-in-set",
            "RFC 8620 §5.3",
            "Change them in several calls.",
            MethodErrorType.REQUEST_TOO_LARGE,
            _set_size,
            _WRITES,
        ),
        Rule(
            "core.max-changes",
            "RFC 8620 §5.2",
            "Give a number from 1 on, or leave it out.",
            _INVALID,
            _max_changes,
        ),
        Rule("core.get-properties", "RFC 8620 §5.1", "Ask for properties that exist.", _INVALID, _properties, "*/get"),
        Rule(
            "core.copy-accounts",
            "RFC 8620 §5.4",
            "Copy from one account to another.",
            _INVALID,
            _copy_accounts,
            "*/copy",
        ),
        Rule(
            "core.copy-id",
            "RFC 8620 §5.4",
            "Give the id that the object has in the other account.",
            _INVALID,
            _copy_ids,
            "Email/copy ContactCard/copy CalendarEvent/copy",
        ),
        Rule(
            "core.argument-type",
            "RFC 8620 §3.6.2",
            "Give each argument in the type that its method says.",
            _INVALID,
            _shapes,
        ),
        _state("sinceState"),
        _state("sinceQueryState"),
        _state("ifInState"),
        Rule("core.ids-differ", "RFC 8620 §5.1", "Ask for each object once.", None, _ids_twice),
    )
)
