"""Rules about which methods are called, and in which account (RFC 8620 §3.3, §3.6.2, §5)."""

from typing import Final

from angarium.engine.errors import MethodErrorType
from angarium.testing.strict.rule import CallLook, Rule, Rules

_INVALID: Final = MethodErrorType.INVALID_ARGUMENTS


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
    )
)
