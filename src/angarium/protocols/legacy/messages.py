"""Messages of this dialect: booleans in place of keywords, bodies in one piece, attachments with what is inline.

Header fields are told decoded, under names in lower case.
"""

import html
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from typing import Final, cast

from angarium.formats.json import JSON
from angarium.formats.message import Header, header_value, html_to_text
from angarium.formats.primitives import parse_date
from angarium.protocols.legacy.attached import attached_messages
from angarium.protocols.legacy.call import Call, Values, listed
from angarium.protocols.legacy.kind import Also, Field, Kind, Object, boolean, same, texts
from angarium.protocols.legacy.outbox import OUTBOX, messages_of, waiting

FLAGS: Final = {"isUnread": "$seen", "isFlagged": "$flagged", "isAnswered": "$answered", "isDraft": "$draft"}
"""The keyword of each flag; a message is unread without it, and has the other flags with it."""

ADDRESSES: Final = ("from", "to", "cc", "bcc", "replyTo")
HEADERS: Final = "headers."
PARTIAL: Final = (
    *("headers", "from", "to", "cc", "bcc", "replyTo", "subject", "date", "textBody", "htmlBody", "attachments"),
    "attachedMessages",
)
"""The properties of an attached message."""

_BODY_PROPERTIES: Final[list[JSON]] = ["partId", "blobId", "size", "type", "name", "cid", "disposition"]
_LONGEST_TEXT: Final = 10_000_000
_CID: Final = re.compile(r"""cid:([^\s"'<>)]+)""", re.IGNORECASE)


def _flag(name: str) -> Field:
    keyword = FLAGS[name]
    when = name != "isUnread"

    def read(shown: Values) -> JSON:
        return (keyword in cast(Object, shown["keywords"])) is when

    def write(_call: Call, value: JSON) -> Object:
        return {f"keywords/{keyword}": True if boolean(name, value) is when else None}

    return Field(name, ("keywords",), read, None if name == "isDraft" else write)


def emailers(value: JSON) -> JSON:
    """Addresses as this dialect shows them: a name that is a string, an address with an @."""
    if not isinstance(value, list):
        return None
    return [_emailer(entry) for entry in cast("list[dict[str, str | None]]", value)]


def _emailer(entry: Mapping[str, str | None]) -> JSON:
    email = entry["email"] or ""
    return {"name": entry["name"] or "", "email": email if "@" in email else f"{email}@"}


def _sender(shown: Values) -> JSON:
    found = emailers(shown["sender"])
    return found[0] if isinstance(found, list) and found else None


def _addresses(name: str) -> Field:
    return Field(name, (name,), lambda shown: emailers(shown[name]))


def date(value: JSON) -> JSON:
    """A date in UTC without a fraction of a second."""
    if not isinstance(value, str):
        return None
    if value[-1:] == "Z":
        return f"{value[:19]}Z"
    moment = parse_date(value)
    return f"{value[:19]}Z" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def _mailbox_ids(shown: Values) -> JSON:
    return list(cast(Object, shown["mailboxIds"]))


def to_mailbox_ids(call: Call, value: JSON) -> Object:
    """The mailboxes of a message as the engine takes them."""
    ids = texts("mailboxIds", value)
    return {"mailboxIds": {call.resolve("Mailbox", each): True for each in ids}}


def _parts(shown: Values, name: str) -> list[tuple[Object, str]]:
    """The parts of a body and their texts."""
    values = cast("dict[str, dict[str, str]]", shown.get("bodyValues") or {})
    parts = cast("list[Object]", shown.get(name) or [])
    return [(part, values[key]["value"]) for part in parts if (key := str(part["partId"])) in values]


def text_body(shown: Values) -> JSON:
    """The text of a message in one piece, made from HTML where there is nothing else."""
    found = _parts(shown, "textBody")
    return "\n".join(html_to_text(text, _LONGEST_TEXT) if part["type"] == "text/html" else text for part, text in found)


def html_body(shown: Values) -> JSON:
    """The HTML of a message in one piece; null when no part is HTML."""
    found = _parts(shown, "htmlBody")
    if not any(part["type"] == "text/html" for part, _ in found):
        return None
    return "".join(
        text if part["type"] == "text/html" else html.escape(text).replace("\n", "<br>") for part, text in found
    )


def attachments(shown: Values) -> JSON:
    """The attachments, null when there is none; which are inline is known from the HTML alone."""
    parts = cast("list[Object]", shown.get("attachments") or [])
    pages = _parts(shown, "htmlBody") if parts else []
    inside = {name.lower() for _, text in pages for name in _CID.findall(text)}
    found: list[JSON] = [
        {
            "blobId": part["blobId"],
            "type": part["type"],
            "name": part["name"],
            "size": part["size"],
            "cid": part["cid"],
            "isInline": isinstance(part["cid"], str) and part["cid"].lower() in inside,
            "width": None,
            "height": None,
        }
        for part in parts
    ]
    return found or None


def headers(shown: Values) -> JSON:
    """Every header field, decoded; those of one name joined by line feeds."""
    raw = [
        Header(field["name"], field["value"].encode("utf-8", "surrogatepass"))
        for field in cast("list[dict[str, str]]", shown.get("headers") or [])
    ]
    names = dict.fromkeys(field.name.lower() for field in raw)
    return {name: "\n".join(cast("list[str]", header_value(tuple(raw), name, "Text", True))) for name in names}


def _arguments(names: Sequence[str] | None) -> Object:
    """What the modern get must fetch for the bodies and for what is inline in them."""
    asked = set(names or PARTIAL)
    arguments: Object = {"bodyProperties": _BODY_PROPERTIES}
    if names is None or asked & {"textBody", "body"}:
        arguments["fetchTextBodyValues"] = True
    if names is None or asked & {"htmlBody", "body", "attachments"}:
        arguments["fetchHTMLBodyValues"] = True
    return arguments


def _finish(call: Call, objects: list[Object], sources: Sequence[Values], names: frozenset[str]) -> None:
    """The outbox, the message that is answered, and attached messages."""
    if "mailboxIds" in names and (outbox := waiting(call)):
        for shown in objects:
            if shown["id"] in outbox:
                cast("list[JSON]", shown["mailboxIds"]).append(OUTBOX)
    if "inReplyToMessageId" in names:
        _answered(call, objects, sources)
    if "attachedMessages" in names:
        attached_messages(call, objects, sources, _partial)


def _partial(source: Values) -> Object:
    """What is shown of an attached message; its date is that of its header."""
    whole = {**source, "receivedAt": source["sentAt"]}
    return MESSAGE.shown(whole, [MESSAGE.by_name[name] for name in PARTIAL])


def _answered(call: Call, objects: list[Object], sources: Sequence[Values]) -> None:
    """The message that is answered, where it is in the same thread: to look through all messages takes too long."""
    answering = {str(source["threadId"]): None for source in sources if source["inReplyTo"]}
    by_message_id: dict[str, JSON] = {}
    if answering:
        threads = listed(call.ask("Thread/get", {"ids": list[JSON](answering)}))
        ids = [each for thread in threads for each in cast("list[JSON]", thread["emailIds"])]
        most = call.turn.limits.max_objects_in_get
        for start in range(0, len(ids), most):
            arguments: Object = {"ids": ids[start : start + most], "properties": ["messageId"]}
            for email in listed(call.ask("Email/get", arguments)):
                for message_id in cast("list[str]", email["messageId"] or []):
                    by_message_id[message_id] = email["id"]
    for shown, source in zip(objects, sources, strict=True):
        named = cast("list[str]", source["inReplyTo"] or [])
        shown["inReplyToMessageId"] = next((by_message_id[each] for each in named if each in by_message_id), None)


_BODY_NEEDS: Final = ("textBody", "htmlBody", "bodyValues")
_READ: Final[dict[str, tuple[tuple[str, ...], Callable[[Values], JSON]]]] = {
    "inReplyToMessageId": (("inReplyTo", "threadId"), lambda _shown: None),
    "headers": (("headers",), headers),
    "sender": (("sender",), _sender),
    "subject": (("subject",), lambda shown: shown["subject"] or ""),
    "date": (("receivedAt",), lambda shown: date(shown["receivedAt"])),
    "textBody": (_BODY_NEEDS, text_body),
    "htmlBody": (_BODY_NEEDS, html_body),
    "attachments": (("attachments", "htmlBody", "bodyValues"), attachments),
    "attachedMessages": (("attachments",), lambda _shown: None),
}

MESSAGE: Final = Kind(
    one="Message",
    many="Messages",
    modern="Email",
    fields=(
        *(same(name, write=False) for name in ("blobId", "threadId", "size", "preview", "hasAttachment")),
        Field("mailboxIds", ("mailboxIds",), _mailbox_ids, to_mailbox_ids),
        *(_flag(name) for name in FLAGS),
        *(_addresses(name) for name in ADDRESSES),
        *(Field(name, needs, read) for name, (needs, read) in _READ.items()),
    ),
    told=("blobId", "threadId", "size"),
    ids_required=True,
    arguments=_arguments,
    finish=_finish,
    also=Also("EmailSubmission", messages_of),
    aliases={"body": ("textBody", "htmlBody")},
)
