"""Messages from blobs and from other accounts, and reports of what is spam, which alter nothing."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Final, cast

from angarium.engine.declare import Access
from angarium.formats.json import JSON
from angarium.formats.primitives import is_id
from angarium.protocols.legacy.call import Call, Method, Reply, Values, listed, sane, strings
from angarium.protocols.legacy.composing import mailbox_of
from angarium.protocols.legacy.errors import Misfit, Refused, invalid_arguments, invalid_properties, set_error
from angarium.protocols.legacy.getting import fetch
from angarium.protocols.legacy.kind import Object, boolean, texts
from angarium.protocols.legacy.message_set import each_alone, file_and_send
from angarium.protocols.legacy.messages import FLAGS, MESSAGE
from angarium.protocols.legacy.outbox import OUTBOX
from angarium.protocols.legacy.sending import send, without_outbox
from angarium.protocols.legacy.setting import seen

_log = logging.getLogger(__name__)

_IMPORT_ERRORS: Final[Mapping[str, str]] = {"alreadyExists": "messageExists", "blobNotFound": "attachmentNotFound"}


def _keywords(given: Values, before: Values) -> Object:
    """The keywords that the flags given stand for, among those there were before."""
    keywords = dict(before)
    for name, keyword in FLAGS.items():
        if given.get(name) is not None:
            if boolean(name, given[name]) is (name != "isUnread"):
                keywords[keyword] = True
            else:
                keywords.pop(keyword, None)
    return keywords


def _check_mailboxes(call: Call, messages: Mapping[str, Values]) -> None:
    """Refused when any of the mailboxes is not there: in this dialect that fails the call."""
    named = {
        box: call.resolved("Mailbox", box)
        for given in messages.values()
        for box in _listed(given.get("mailboxIds"))
        if isinstance(box, str) and box != OUTBOX
    }
    real = sane(named.values())
    there: set[str] = set(real)
    if real:
        found = call.ask("Mailbox/get", {"ids": list[JSON](real), "properties": ["id"]})
        there -= set(strings(found, "notFound"))
    if missing := [box for box, record in named.items() if record not in there]:
        raise Refused("invalidMailboxes", "there are no such mailboxes", mailboxes=list[JSON](missing))


def _listed(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []


def _boxes(call: Call, given: Values) -> Object:
    boxes = {call.resolved("Mailbox", box): True for box in texts("mailboxIds", given.get("mailboxIds"))}
    if not boxes:
        raise invalid_properties("mailboxIds: a message is in at least one mailbox", "mailboxIds")
    return cast(Object, boxes)


def _check_draft(call: Call, given: Values, boxes: Object) -> None:
    if given.get("isDraft") is True and OUTBOX not in boxes and mailbox_of(call, "drafts") not in boxes:
        raise invalid_properties("isDraft: drafts are in the drafts or in the outbox", "isDraft")


def _import(call: Call, key: str, given: Values, created: dict[str, JSON]) -> None:
    blob, boxes = given.get("blobId"), _boxes(call, given)
    if not isinstance(blob, str) or not is_id(blob):
        raise Misfit("attachmentNotFound", "blobId: there is no such blob")
    _check_draft(call, given, boxes)
    seen_unless = {} if given.get("isUnread") is True else {"$seen": True}
    email: Object = {"blobId": blob, "keywords": _keywords(given, seen_unless)}
    if given.get("date") is not None:
        email["receivedAt"] = given["date"]
    _add(call, key, email, boxes, created)


def _add(call: Call, key: str, email: Object, boxes: Object, created: dict[str, JSON]) -> None:
    """Import a message, and send it where the outbox is among its mailboxes."""
    email["mailboxIds"], sends = file_and_send(call, boxes)
    if sends:
        email["keywords"] = {**cast(Object, email["keywords"]), "$draft": True}
    name = call.turn.creations.begin("Message", key)
    answer = call.ask("Email/import", {"emails": {name: email}})
    made = _made(answer, name)
    if sends:
        send(call, cast(str, made["id"]), without_outbox(boxes))
    created[key] = {"id": made["id"], **seen(MESSAGE, made, MESSAGE.told)}


def _made(answer: Mapping[str, object], name: str) -> Object:
    if refused := cast("dict[str, Object] | None", answer["notCreated"]):
        error = refused[name]
        if error.get("properties") == ["blobId"]:
            raise Misfit("attachmentNotFound", str(error.get("description", "")))
        told = set_error(error, MESSAGE.names_of, _IMPORT_ERRORS)
        properties = cast("list[str]", told.get("properties") or [])
        raise Misfit(str(told["type"]), str(told.get("description", "")), *properties)
    return cast("dict[str, Object]", answer["created"])[name]


def _import_messages(call: Call) -> Iterator[Reply]:
    messages = _given(call)
    created: dict[str, JSON] = {}
    refused: dict[str, JSON] = {}
    for key, given in messages.items():
        each_alone(call, refused, key, partial(_import, call, key, given, created))
    yield "messagesImported", call.answer({"created": created, "notCreated": refused})


def _given(call: Call) -> dict[str, Object]:
    messages = call.objects("messages", required=True)
    most = call.turn.limits.max_objects_in_set
    if len(messages) > most:
        raise Refused("requestTooLarge", f"one call takes at most {most} messages")
    _check_mailboxes(call, messages)
    return messages


def _copy_messages(call: Call) -> Iterator[Reply]:
    source = call.turn.account(call.arguments.get("fromAccountId"), "fromAccountNotFound")
    target = call.turn.account(call.arguments.get("toAccountId"), "toAccountNotFound")
    if target.read_only:
        raise Refused("accountReadOnly", f"the account '{call.turn.shown_account(target)}' may only be read by you")
    origin, call = replace(call, account=source), replace(call, account=target)
    created: dict[str, JSON] = {}
    refused: dict[str, JSON] = {}
    for key, given in _given(call).items():
        each_alone(call, refused, key, partial(_copy, call, origin, key, given, created))
    yield (
        "messagesCopied",
        {
            "fromAccountId": call.turn.shown_account(source),
            "toAccountId": call.turn.shown_account(target),
            "created": created or None,
            "notCreated": refused or None,
        },
    )


def _copy(call: Call, origin: Call, key: str, given: Values, created: dict[str, JSON]) -> None:
    """Flags that are not given stay; within one account a copy is an import of the same octets."""
    message = given.get("messageId")
    record = origin.resolved("Message", message) if isinstance(message, str) else ""
    arguments: Object = {"ids": [record], "properties": ["keywords", "blobId", "receivedAt"]}
    found = listed(origin.ask("Email/get", arguments)) if is_id(record) else []
    if not found:
        raise Misfit("notFound", f"there is no message '{message}'")
    boxes = _boxes(call, given)
    _check_draft(call, given, boxes)
    keywords = _keywords(given, cast(Object, found[0]["keywords"]))
    if call.account.id == origin.account.id:
        email: Object = {"blobId": found[0]["blobId"], "receivedAt": found[0]["receivedAt"], "keywords": keywords}
        _add(call, key, email, boxes, created)
        return
    if OUTBOX in boxes:
        raise invalid_properties("mailboxIds: send from the account that the message is in", "mailboxIds")
    name = call.turn.creations.begin("Message", key)
    create: Object = {name: {"id": record, "mailboxIds": boxes, "keywords": keywords}}
    made = _made(call.ask("Email/copy", {"fromAccountId": origin.account.id, "create": create}), name)
    created[key] = {"id": made["id"], **seen(MESSAGE, made, MESSAGE.told)}


def _report_messages(call: Call) -> Iterator[Reply]:
    """Nothing here learns what is spam: the log tells what does of the reports."""
    if not isinstance(call.arguments.get("asSpam"), bool):
        raise invalid_arguments("asSpam must be true or false", "asSpam")
    wanted = call.texts("messageIds", required=True) or []
    found = fetch(call, MESSAGE, wanted, ["id"])
    reported = [cast(str, shown["id"]) for shown in found.objects]
    as_spam = call.flag("asSpam")
    if reported:
        user, account = call.turn.principal.name, call.account.id
        _log.info("reported user=%r account=%s spam=%s messages=%s", user, account, as_spam, ",".join(reported))
    yield "messagesReported", call.answer({"asSpam": as_spam, "reported": reported, "notFound": found.missing or None})


METHODS: Final = (
    Method("importMessages", Access.WRITE, _import_messages),
    Method("copyMessages", Access.WRITE, _copy_messages),
    Method("reportMessages", Access.READ, _report_messages),
)
