"""Accounts of this dialect, as getAccounts lists them and as signing in shows them."""

from collections.abc import Iterator
from typing import Final, cast

from angarium.engine.access import AccountAccess
from angarium.engine.declare import Access
from angarium.formats.json import JSON
from angarium.protocols.legacy.call import Call, Method, Reply
from angarium.protocols.legacy.kind import Object
from angarium.protocols.legacy.message_filter import SORT_OPTIONS

DATA: Final = ("mail", "contacts", "calendars")
"""The kinds of data, which are the last words of capabilities."""

_URN: Final = "urn:ietf:params:jmap:"


def has_data(call_urns: frozenset[str], kind: str) -> bool:
    """Whether this server has a kind of data."""
    return _URN + kind in call_urns


def _account(call: Call, account: AccountAccess) -> Object:
    """An account as all versions of the dialect show it: objects for each kind of data, and the flags before them."""
    read_only: JSON = account.read_only
    registry = call.turn.engine.registry
    sends = registry.capabilities.get(f"{_URN}submission")
    delay = sends.account(account).get("maxDelayedSend") if sends else 0
    mail = registry.capabilities[f"{_URN}mail"].account(account)
    shown: Object = {
        "id": call.turn.shown_account(account),
        "name": account.name,
        "isPrimary": account.personal,
        "isReadOnly": read_only,
        "capabilities": {"maxSizeUpload": call.turn.limits.max_size_upload},
        "mail": {
            "isReadOnly": read_only,
            "maxSizeMessageAttachments": mail["maxSizeAttachmentsPerEmail"],
            "canDelaySend": bool(delay),
            "messageListSortOptions": cast(JSON, list(SORT_OPTIONS)),
        },
    }
    for kind in DATA[1:]:
        shown[kind] = {"isReadOnly": read_only} if has_data(registry.urns, kind) else None
    return shown | {f"has{kind.capitalize()}": shown[kind] is not None for kind in DATA}


def _get_accounts(call: Call) -> Iterator[Reply]:
    principal = call.turn.principal
    yield (
        "accounts",
        {
            "state": principal.state,
            "list": [_account(call, account) for account in principal.accounts.values()],
            "notFound": None,
        },
    )


METHODS: Final = (Method("getAccounts", Access.PURE, _get_accounts),)
