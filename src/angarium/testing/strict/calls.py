"""Rules about method calls of any type (RFC 8620 §1.2, §3, §5)."""

import re
from collections.abc import Iterator
from typing import Final

from angarium.engine.declare import EVERYTHING, REQUIRED, Method
from angarium.engine.errors import MethodErrorType
from angarium.engine.limits import COLLATIONS
from angarium.formats.json import JSON
from angarium.formats.primitives import is_id, is_integer
from angarium.testing.strict.rule import CallLook, Object, Rule, Rules, as_list, as_object

_INVALID: Final = MethodErrorType.INVALID_ARGUMENTS
_REFERENCE: Final = MethodErrorType.INVALID_RESULT_REFERENCE
_STATE: Final = re.compile(r"\d{1,20}(-\d{1,20})?", re.ASCII)
_OPERATORS: Final = ("AND", "OR", "NOT")
_WRITES: Final = "*/set */copy */import"


def _known(look: CallLook) -> str | None:
    return None if look.known else f"There is no method {look.name[:80]}"


def _in_use(look: CallLook) -> str | None:
    known = look.known
    if known is None or look.invocation.method is not None:
        return None
    return f"{look.name} belongs to {known.capability}, which using does not name"


def _account(look: CallLook) -> str | None:
    if look.known is None or not look.known.account or "#accountId" in look.arguments:
        return None
    return None if isinstance(look.arguments.get("accountId"), str) else "accountId is missing"


def _account_known(look: CallLook) -> str | None:
    given = look.arguments.get("accountId")
    if look.known is None or not look.known.account or not isinstance(given, str):
        return None
    return None if given in look.principal.accounts else f"There is no account {given[:40]!r}"


def _no_account(look: CallLook) -> str | None:
    return "accountId is given" if "accountId" in look.arguments else None


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


def _arguments_twice(look: CallLook) -> str | None:
    twice = next((name for name in look.arguments if f"#{name}" in look.arguments), None)
    return None if twice is None else f"{twice} is given both as a value and as a reference"


def _shapes(look: CallLook) -> str | None:
    for known in (look.known.arguments or ()) if look.known else ():
        value = look.arguments.get(known.name)
        if known.name not in look.arguments or (value is None and known.default is None):
            continue
        if problem := known.shape(value):
            return str(problem.within(known.name))
    return None


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


def _operators(filter_: JSON) -> Iterator[Object]:
    if isinstance(filter_, dict) and "operator" in filter_:
        yield filter_
        for inner in as_list(filter_.get("conditions")):
            yield from _operators(inner)


def conditions_of(filter_: JSON) -> Iterator[Object]:
    """The FilterConditions in a filter."""
    if isinstance(filter_, dict) and "operator" in filter_:
        for inner in as_list(filter_.get("conditions")):
            yield from conditions_of(inner)
    elif isinstance(filter_, dict):
        yield filter_


def _operator(look: CallLook) -> str | None:
    for one in _operators(look.arguments.get("filter")):
        if one.get("operator") not in _OPERATORS:
            return f"The operator of a filter is {one.get('operator')!r}"
    return None


def _conditions(look: CallLook) -> str | None:
    for one in _operators(look.arguments.get("filter")):
        if not isinstance(one.get("conditions"), list):
            return "A FilterOperator has no array of conditions"
    return None


def _filters_known(look: CallLook) -> str | None:
    known = {one.name for one in look.type.filters} if look.type else set()
    for condition in conditions_of(look.arguments.get("filter")) if known else ():
        if unknown := condition.keys() - known:
            return f"There is no filter {sorted(unknown)[0][:80]!r}"
    return None


def _comparators(look: CallLook) -> Iterator[Object]:
    return (one for one in look.list("sort") if isinstance(one, dict))


def _sort_property(look: CallLook) -> str | None:
    wrong = any(not isinstance(one.get("property"), str) for one in _comparators(look))
    return "A Comparator names no property" if wrong else None


def _sorts_known(look: CallLook) -> str | None:
    known = {one.name for one in look.type.sorts} if look.type else set()
    for one in _comparators(look) if known else ():
        if isinstance(one.get("property"), str) and one["property"] not in known:
            return f"There is no sort by {one['property']!r}"
    return None


def _collation(look: CallLook) -> str | None:
    for one in _comparators(look):
        if one.get("collation") is not None and one["collation"] not in COLLATIONS:
            return f"There is no collation {one['collation']!r}"
    return None


def _sort_keyword(look: CallLook) -> str | None:
    needing = {one.name for one in look.type.sorts if one.keyword} if look.type else set()
    for one in _comparators(look):
        if one.get("property") in needing and not isinstance(one.get("keyword"), str):
            return f"The Comparator of {one['property']!r} has no keyword"
    return None


def _limit(look: CallLook) -> str | None:
    given = look.arguments.get("limit")
    return f"limit is {given}" if is_integer(given, high=-1) else None


def _anchor_offset(look: CallLook) -> str | None:
    idle = look.arguments.get("anchorOffset") and look.arguments.get("anchor") is None
    return "anchorOffset is given without anchor, and so counts for nothing" if idle else None


def _copy_accounts(look: CallLook) -> str | None:
    same = look.arguments.get("fromAccountId") == look.arguments.get("accountId")
    return "fromAccountId and accountId are the same" if same and "accountId" in look.arguments else None


def _copy_ids(look: CallLook) -> str | None:
    wrong = next((key for key, one in look.objects("create").items() if not isinstance(one.get("id"), str)), None)
    return None if wrong is None else f"create/{wrong} does not say which object is to be copied"


CALLS: Final = Rules(
    call=(
        Rule(
            "core.method-known",
            "RFC 8620 §3.6.2",
            "Call methods of the capabilities in the Session.",
            MethodErrorType.UNKNOWN_METHOD,
            _known,
        ),
        Rule(
            "core.method-in-use",
            "RFC 8620 §3.3",
            "Name the capability of every method in using.",
            MethodErrorType.UNKNOWN_METHOD,
            _in_use,
        ),
        Rule("core.account", "RFC 8620 §5", "Give the Id of an account of the Session.", _INVALID, _account),
        Rule(
            "core.account-known",
            "RFC 8620 §3.6.2",
            "Give the Id of an account of the Session; it is no name of a user.",
            MethodErrorType.ACCOUNT_NOT_FOUND,
            _account_known,
        ),
        Rule(
            "core.push-account",
            "RFC 8620 §7.2",
            "Leave it out: push subscriptions are in no account.",
            _INVALID,
            _no_account,
            "PushSubscription/*",
        ),
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
        Rule("core.limit", "RFC 8620 §5.5", "Give a number from 0 on, or leave it out.", _INVALID, _limit),
        Rule("core.filter-operator", "RFC 8620 §5.5", "Use AND, OR or NOT.", _INVALID, _operator),
        Rule("core.filter-conditions", "RFC 8620 §5.5", "Give conditions as an array.", _INVALID, _conditions),
        Rule(
            "core.filter-known",
            "RFC 8620 §5.5",
            "Use the filters that the type has.",
            MethodErrorType.UNSUPPORTED_FILTER,
            _filters_known,
            "*/query */queryChanges",
        ),
        Rule("core.sort-property", "RFC 8620 §5.5", "Give each Comparator a property.", _INVALID, _sort_property),
        Rule(
            "core.sort-known",
            "RFC 8620 §5.5",
            "Sort by what the type has, such as emailQuerySortOptions says.",
            MethodErrorType.UNSUPPORTED_SORT,
            _sorts_known,
        ),
        Rule(
            "core.collation",
            "RFC 8620 §5.5",
            "Use one of collationAlgorithms of the Session.",
            MethodErrorType.UNSUPPORTED_SORT,
            _collation,
        ),
        Rule(
            "mail.sort-keyword",
            "RFC 8621 §4.4.2",
            "Give the keyword to sort by.",
            _INVALID,
            _sort_keyword,
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
        Rule("core.anchor-offset", "RFC 8620 §5.5", "Give it with an anchor.", None, _anchor_offset),
    )
)
