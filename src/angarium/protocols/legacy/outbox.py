"""The outbox, which is no mailbox here: the messages whose submissions have not left yet, found by their records."""

from typing import Final

from angarium.formats.json import JSON
from angarium.protocols.legacy.call import Call, listed, strings

OUTBOX: Final = "outbox"
"""Its id; those of mailboxes look otherwise."""

QUERY: Final[dict[str, JSON]] = {
    "filter": {"undoStatus": "pending"},
    "sort": [{"property": "sendAt", "isAscending": False}],
}
"""What finds those that wait, the newest first."""


def waiting(call: Call) -> dict[str, str]:
    """The submission of each message that waits to be sent, the newest first."""
    known = call.turn.outboxes.get(call.account.id)
    if known is None:
        known = call.turn.outboxes[call.account.id] = _found(call)
    return known


def forget(call: Call) -> None:
    """Something was sent or taken back: look again when asked."""
    call.turn.outboxes.pop(call.account.id, None)


def messages_of(call: Call, submissions: list[str]) -> list[str]:
    """The messages that these sent, without those that are no longer there."""
    messages = dict.fromkeys(sent_by(call, submissions).values())
    gone = set(strings(call.ask("Email/get", {"ids": list[JSON](messages), "properties": ["id"]}), "notFound"))
    return [each for each in messages if each not in gone]


def _found(call: Call) -> dict[str, str]:
    view = call.turn.context.view
    if view is None or not view.records.find(call.account.key, "EmailSubmission", "undoStatus", "pending"):
        return {}
    ids = strings(call.ask("EmailSubmission/query", QUERY), "ids")[: call.turn.limits.max_objects_in_get]
    return {message: submission for submission, message in sent_by(call, ids).items()}


def sent_by(call: Call, submissions: list[str]) -> dict[str, str]:
    """The message that each of these sends."""
    shown = call.ask("EmailSubmission/get", {"ids": list[JSON](submissions), "properties": ["emailId"]})
    return {str(found["id"]): str(found["emailId"]) for found in listed(shown)}
