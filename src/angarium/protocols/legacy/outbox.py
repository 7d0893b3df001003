"""The outbox, which is no mailbox here: the messages whose submissions have not left yet, found by their records."""

from typing import Final

from angarium.formats.json import JSON
from angarium.protocols.legacy.call import Call, listed, strings

OUTBOX: Final = "outbox"
"""Its id; those of mailboxes look otherwise."""

_PENDING: Final[JSON] = {"undoStatus": "pending"}


def waiting(call: Call) -> dict[str, str]:
    """The submission of each message that waits to be sent, the newest first."""
    known = call.turn.outboxes.get(call.account.id)
    if known is None:
        known = call.turn.outboxes[call.account.id] = _found(call)
    return known


def forget(call: Call) -> None:
    """Something was sent or taken back: look again when asked."""
    call.turn.outboxes.pop(call.account.id, None)


def _found(call: Call) -> dict[str, str]:
    view = call.turn.context.view
    if view is None or not view.records.find(call.account.key, "EmailSubmission", "undoStatus", "pending"):
        return {}
    sort: list[JSON] = [{"property": "sendAt", "isAscending": False}]
    answer = call.ask("EmailSubmission/query", {"filter": _PENDING, "sort": sort})
    ids = strings(answer, "ids")[: call.turn.limits.max_objects_in_get]
    shown = call.ask("EmailSubmission/get", {"ids": list[JSON](ids), "properties": ["emailId"]})
    return {str(found["emailId"]): str(found["id"]) for found in listed(shown)}
