"""Foo/copy (RFC 8620 §5.4)."""

from functools import partial
from typing import cast

from angarium.engine.call import Call
from angarium.engine.declare import REQUIRED, Access, Argument, Copier, DataType, Method, Response
from angarium.engine.errors import MethodError, MethodErrorType, invalid_arguments, invalid_properties
from angarium.engine.methods.properties import overriding, untold
from angarium.engine.methods.set import Work, check_size, perform
from angarium.engine.methods.states import check_state, state
from angarium.engine.shapes import an_object, boolean, identifier, map_of, nullable, text
from angarium.formats.json import JSON

_ARGUMENTS = (
    Argument("fromAccountId", identifier, REQUIRED),
    Argument("ifFromInState", nullable(text)),
    Argument("ifInState", nullable(text)),
    Argument("create", map_of(identifier, an_object), REQUIRED),
    Argument("onSuccessDestroyOriginal", boolean, False),
    Argument("destroyFromIfInState", nullable(text)),
)


def copy_method(kind: DataType, copier: Copier) -> Method:
    """The copy method of a type."""

    def run(call: Call) -> Response:
        creates = cast("dict[str, dict[str, JSON]]", call.object("create"))
        check_size(call, len(creates))
        source = from_account(call)
        check_state(source, kind.name, "ifFromInState")
        old_state = check_state(call, kind.name, "ifInState")
        created: dict[str, JSON] = {}
        refused: dict[str, JSON] = {}
        originals: list[JSON] = []
        pending = frozenset(creates)

        def copy(key: str, given: dict[str, JSON]) -> None:
            record = given.get("id")
            resolved = call.resolve(record) if isinstance(record, str) else None
            if resolved is None:
                raise invalid_properties("id must name the object to copy", "id")
            overrides = {name: value for name, value in given.items() if name != "id"}
            shown = copier.copy(call, source, resolved, overriding(kind, call, overrides, pending))
            created[key] = untold(kind, overrides, shown)
            call.request.created[key] = cast(str, shown["id"])
            originals.append(resolved)

        perform(call, [Work(partial(copy, key, given), refused, key) for key, given in creates.items()])
        if call.flag("onSuccessDestroyOriginal") and originals:
            call.follow.append((f"{kind.name}/set", _destroy(call, source, originals)))
        return {
            "fromAccountId": source.account.id,
            "accountId": call.account.id,
            "oldState": old_state,
            "newState": state(call, kind.name),
            "created": created or None,
            "notCreated": refused or None,
        }

    more = tuple(kind.arguments.get("copy", ()))
    ahead = kind.ahead.get("copy")
    return Method(f"{kind.name}/copy", kind.capability, Access.WRITE, run, _ARGUMENTS + more, ahead=ahead)


def from_account(call: Call) -> Call:
    """The call as seen from its `fromAccountId`; MethodError when that is unknown or the target itself."""
    wanted = call.text("fromAccountId") or ""
    if wanted == call.account.id:
        raise invalid_arguments("fromAccountId and accountId must differ")
    account = call.request.principal.accounts.get(wanted)
    if account is None:
        raise MethodError(MethodErrorType.FROM_ACCOUNT_NOT_FOUND, f"there is no account '{wanted[:40]}'")
    return call.for_account(account)


def _destroy(call: Call, source: Call, originals: list[JSON]) -> dict[str, JSON]:
    return {
        "accountId": source.account.id,
        "ifInState": call.text("destroyFromIfInState"),
        "destroy": list(dict.fromkeys(cast("list[str]", originals))),
    }
