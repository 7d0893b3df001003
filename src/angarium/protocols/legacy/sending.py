"""Sending as this dialect does it: what comes into the outbox is submitted, what leaves it is taken back in time."""

from collections.abc import Mapping
from typing import Final, cast

from angarium.formats.json import JSON
from angarium.formats.primitives import parse_date
from angarium.protocols.legacy.call import Call, listed
from angarium.protocols.legacy.composing import mailbox_of
from angarium.protocols.legacy.errors import Misfit, invalid_properties
from angarium.protocols.legacy.kind import Object
from angarium.protocols.legacy.outbox import OUTBOX, forget, waiting

_RECIPIENTS: Final = ("to", "cc", "bcc")
_WRONG: Final[Mapping[str, tuple[str, ...]]] = {
    "noRecipients": ("to",),
    "tooManyRecipients": _RECIPIENTS,
    "forbiddenFrom": ("from",),
    "forbiddenMailFrom": ("from",),
}
"""Refusals of the engine for which this dialect names properties."""

_READ: Final[list[JSON]] = ["from", *_RECIPIENTS, "sentAt", "inReplyTo", "keywords", "threadId"]


def send(call: Call, message: str, others: Object, answers: str | None = None) -> None:
    """Submit a message and file it as sent, and in the `others` of its mailboxes; Misfit when it cannot be.

    The message that it `answers` is looked for in its thread where that is not told.
    """
    email = listed(call.ask("Email/get", {"ids": [message], "properties": _READ}))[0]
    if "$draft" not in cast(Object, email["keywords"]):
        raise invalid_properties("mailboxIds: only drafts can go into the outbox", "mailboxIds")
    name = call.turn.creations.begin("EmailSubmission", message)
    given: Object = {"identityId": _identity(call, email), "emailId": message}
    if envelope := _held(call, email):
        given["envelope"] = envelope
    target = mailbox_of(call, "sent") or mailbox_of(call, "archive")
    boxes = {**others, **({target: True} if target else {})}
    patch: Object = {"keywords/$draft": None, **({"mailboxIds": boxes} if boxes else {})}
    arguments: Object = {"create": {name: given}, "onSuccessUpdateEmail": {f"#{name}": patch}}
    answer, *_ = call.turn.answers(call.account, "EmailSubmission/set", arguments)
    if refused := cast("dict[str, Object] | None", answer[1]["notCreated"]):
        raise _refusal(refused[name], email)
    forget(call)
    answered = [answers] if answers else _answered(call, email)
    if answered:
        call.ask("Email/set", {"update": {each: {"keywords/$answered": True} for each in answered}})


def take_back(call: Call, message: str) -> None:
    """Cancel what waits in the outbox; Misfit notFound when it is too late."""
    record = waiting(call)[message]
    answer = call.ask("EmailSubmission/set", {"update": {record: {"undoStatus": "canceled"}}})
    if answer["notUpdated"]:
        raise Misfit("notFound", "the message is on its way: it is no longer in the outbox")
    forget(call)


def without_outbox(mailbox_ids: JSON) -> Object:
    """The real ones of the mailboxes of a message."""
    return {box: True for box in cast(Object, mailbox_ids) if box != OUTBOX}


def _identity(call: Call, email: Object) -> JSON:
    """The identity of the first author; for any other the engine refuses the first one."""
    authors = cast("list[dict[str, str]]", email["from"] or [])
    found = listed(call.ask("Identity/get", {"properties": ["email"]}))
    if not authors or not found:
        raise invalid_properties("from: must be an address that you may send from", "from")
    wanted = authors[0]["email"].casefold()
    return next((each["id"] for each in found if str(each["email"]).casefold() == wanted), found[0]["id"])


def _held(call: Call, email: Object) -> Object | None:
    """The envelope of a message that is to leave later, by its date."""
    moment = parse_date(str(email["sentAt"]))
    if moment is None or moment.timestamp() * 1000 <= call.turn.context.now:
        return None
    recipients = [{"email": address["email"]} for name in _RECIPIENTS for address in _listed(email, name)]
    until = {"HOLDUNTIL": email["sentAt"]}
    return {
        "mailFrom": {"email": _listed(email, "from")[0]["email"], "parameters": until},
        "rcptTo": cast(JSON, recipients),
    }


def _listed(email: Object, name: str) -> list[dict[str, str]]:
    return cast("list[dict[str, str]]", email[name] or [])


def _refusal(error: Object, email: Object) -> Misfit:
    kind, description = str(error["type"]), str(error.get("description", ""))
    if kind in _WRONG:
        return invalid_properties(description, *_WRONG[kind])
    if kind == "invalidRecipients":
        bad = set(cast("list[str]", error["invalidRecipients"]))
        names = [name for name in _RECIPIENTS if any(each["email"] in bad for each in _listed(email, name))]
        return invalid_properties(description, *names)
    if kind in ("invalidEmail", "invalidProperties"):
        paths = cast("list[str]", error.get("properties") or [])
        return invalid_properties(description, *("date" if "envelope" in path else path for path in paths))
    return Misfit("forbidden" if kind == "forbiddenToSend" else kind, description)


def _answered(call: Call, email: Object) -> list[str]:
    named = set(cast("list[str]", email["inReplyTo"] or []))
    threads = listed(call.ask("Thread/get", {"ids": [email["threadId"]]})) if named else []
    found = [
        each
        for thread in threads
        for each in listed(call.ask("Email/get", {"ids": thread["emailIds"], "properties": ["messageId"]}))
    ]
    return [str(each["id"]) for each in found if named & set(cast("list[str]", each["messageId"] or []))]
