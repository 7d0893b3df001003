"""New messages of this dialect as the engine builds them: drafts, and what is sent at once."""

import re
from collections.abc import Callable, Mapping
from typing import Final, cast

from angarium.formats.json import JSON
from angarium.formats.message import html_to_text, parse_header_property
from angarium.formats.primitives import is_id, parse_utc
from angarium.protocols.legacy.call import Call, Values, listed, strings
from angarium.protocols.legacy.errors import Misfit, invalid_properties
from angarium.protocols.legacy.kind import READ_ONLY, Object, boolean, text, texts
from angarium.protocols.legacy.messages import FLAGS
from angarium.protocols.legacy.outbox import OUTBOX

_LONGEST_TEXT: Final = 10_000_000
_HEADER_NAME: Final = re.compile(r"[a-z0-9-]{1,200}\Z")
_SET_BY_SERVER: Final = ("id", "blobId", "threadId", "hasAttachment", "size", "preview", "attachedMessages")
_MUST_BE: Final = {"isUnread": False, "isAnswered": False, "isDraft": True}
_FIELDS: Final = {
    "from": "from",
    "sender": "sender",
    "reply-to": "replyTo",
    "to": "to",
    "cc": "cc",
    "bcc": "bcc",
    "subject": "subject",
    "date": "sentAt",
    "in-reply-to": "inReplyTo",
    "references": "references",
}
"""Header fields that properties set too, which then go before them."""


def mailbox_of(call: Call, role: str) -> str | None:
    """The mailbox with a role of the engine."""
    return next(iter(strings(call.ask("Mailbox/query", {"filter": {"role": role}}), "ids")), None)


def composed(call: Call, given: Values) -> Object:
    """The modern message that a create stands for, outside of the outbox; Misfit names all that is wrong."""
    value: Object = {"keywords": {FLAGS["isDraft"]: True, FLAGS["isUnread"]: True}}
    wrong: list[Misfit] = []
    for name, item in given.items():
        if item is None:
            continue
        try:
            if name in _SET_BY_SERVER:
                raise invalid_properties(f"{name} {READ_ONLY}", name)
            if name not in _WRITERS:
                raise invalid_properties(f"a message has no {name}", name)
            written = _WRITERS[name](call, name, item)
            keywords = cast(Object, value["keywords"]) | cast(Object, written.pop("keywords", {}))
            value |= {**written, "keywords": keywords}
        except Misfit as misfit:
            wrong.append(misfit)
    other = next((misfit for misfit in wrong if misfit.kind != "invalidProperties"), None)
    if other or wrong:
        raise other or invalid_properties(
            "; ".join(misfit.description for misfit in wrong), *(name for misfit in wrong for name in misfit.properties)
        )
    if not value.get("mailboxIds"):
        raise invalid_properties("mailboxIds: is missing", "mailboxIds")
    return _with_body(_with_headers(value))


def _with_body(value: Object) -> Object:
    """One body or two; a message of HTML alone gets a text too."""
    plain, html = value.pop("text", None), value.pop("html", None)
    if plain is None:
        plain = html_to_text(html, _LONGEST_TEXT) if isinstance(html, str) else ""
    value["textBody"] = [{"partId": "text", "type": "text/plain"}]
    values: Object = {"text": {"value": plain}}
    if html is not None:
        value["htmlBody"] = [{"partId": "html", "type": "text/html"}]
        values["html"] = {"value": html}
    return {**value, "bodyValues": values}


def _with_headers(value: Object) -> Object:
    for name, text_ in cast("dict[str, str]", value.pop("headers", {})).items():
        if value.get(_FIELDS.get(name, "")) is not None:
            continue
        as_text = f"header:{name}:asText:all"
        if parse_header_property(as_text):
            value[as_text] = cast(JSON, text_.split("\n"))
        else:
            value[f"header:{name}:asRaw:all"] = [f" {line}" for line in text_.split("\n")]
    return value


def _mailbox_ids(call: Call, _name: str, value: JSON) -> Object:
    wanted = {call.resolved("Mailbox", box): True for box in texts("mailboxIds", value)}
    drafts = mailbox_of(call, "drafts")
    if OUTBOX not in wanted and (drafts is None or drafts not in wanted):
        raise invalid_properties("mailboxIds: a new message is in the drafts or in the outbox", "mailboxIds")
    return {"mailboxIds": cast(JSON, wanted)}


def _flag(_call: Call, name: str, value: JSON) -> Object:
    if name in _MUST_BE and boolean(name, value) is not _MUST_BE[name]:
        raise invalid_properties(f"{name}: of a new message is {str(_MUST_BE[name]).lower()}", name)
    return {"keywords": {FLAGS[name]: True}} if name == "isFlagged" and boolean(name, value) else {}


def emailer(name: str, value: JSON) -> JSON:
    """An address as the engine takes it."""
    if not isinstance(value, dict) or not isinstance(value.get("email"), str):
        raise invalid_properties(f"{name}: must be of objects with name and email", name)
    return {"name": text(name, value.get("name") or "") or None, "email": value["email"]}


def _addresses(_call: Call, name: str, value: JSON) -> Object:
    if not isinstance(value, list):
        raise invalid_properties(f"{name}: must be an array", name)
    return {name: [emailer(name, each) for each in value]}


def _attachments(_call: Call, name: str, value: JSON) -> Object:
    if not isinstance(value, list):
        raise invalid_properties("attachments: must be an array", "attachments")
    return {name: [_attachment(each) for each in value]}


def _attachment(value: JSON) -> JSON:
    if not isinstance(value, dict) or not isinstance(value.get("blobId"), str):
        raise invalid_properties("attachments: must be of objects with a blobId", "attachments")
    part: Object = {"blobId": value["blobId"], "type": value.get("type") or "application/octet-stream"}
    part |= {name: value[name] for name in ("name", "cid") if value.get(name) is not None}
    return part | {"disposition": "inline" if value.get("isInline") is True else "attachment"}


def _headers(_call: Call, name: str, value: JSON) -> Object:
    fits = isinstance(value, dict) and all(
        _HEADER_NAME.match(key) and isinstance(item, str) for key, item in value.items()
    )
    if not fits:
        raise invalid_properties("headers: must map names of a-z, 0-9 and - to strings", "headers")
    return {name: value}


def _date(call: Call, name: str, value: JSON) -> Object:
    moment = parse_utc(text(name, value))
    if moment is None:
        raise invalid_properties("date: must be a date such as 2026-01-31T09:00:00Z", "date")
    return {"sentAt": value} | ({"receivedAt": value} if moment <= call.turn.context.now else {})


def _answers(call: Call, name: str, value: JSON) -> Object:
    """The message that is answered gives In-Reply-To and References (RFC 5322 §3.6.4)."""
    record = call.resolved("Message", text(name, value))
    arguments: Object = {"ids": [record], "properties": ["messageId", "references"]}
    found = listed(call.ask("Email/get", arguments)) if is_id(record) else []
    if not found:
        raise Misfit("inReplyToNotFound", f"there is no message '{value}'")
    message_id = cast("list[JSON]", found[0]["messageId"] or [])
    before = cast("list[JSON]", found[0]["references"] or [])
    return {"inReplyTo": message_id, "references": [*before, *message_id]} if message_id else {}


_WRITERS: Final[Mapping[str, Callable[[Call, str, JSON], Object]]] = {
    "mailboxIds": _mailbox_ids,
    **dict.fromkeys(FLAGS, _flag),
    **dict.fromkeys(("from", "to", "cc", "bcc", "replyTo"), _addresses),
    "sender": lambda _call, name, value: {name: [emailer(name, value)]},
    "subject": lambda _call, name, value: {name: text(name, value)},
    "date": _date,
    "textBody": lambda _call, name, value: {"text": text(name, value)},
    "htmlBody": lambda _call, name, value: {"html": text(name, value)},
    "attachments": _attachments,
    "headers": _headers,
    "inReplyToMessageId": _answers,
}
