"""Messages inside of messages: each attached one parsed, and those inside of it, to a few levels."""

from collections.abc import Callable, Sequence
from typing import Final, cast

from angarium.formats.json import JSON
from angarium.protocols.legacy.call import Call, Values
from angarium.protocols.legacy.errors import Refused
from angarium.protocols.legacy.kind import Object

_DEEPEST: Final = 3
_MOST: Final = 50
"""Messages that one call opens."""

_AT_ONCE: Final = 10
_TYPE: Final = "message/rfc822"


def attached_messages(
    call: Call, objects: list[Object], sources: Sequence[Values], partial: Callable[[Values], Object]
) -> None:
    """Give each object its `attachedMessages`; what is too deep or too much is left an attachment."""
    wanted = {blob: None for source in sources for blob in _inside(source)}
    parsed = _parsed(call, list(wanted), _DEEPEST, _MOST, partial)
    for shown, source in zip(objects, sources, strict=True):
        shown["attachedMessages"] = {blob: parsed[blob] for blob in _inside(source) if blob in parsed} or None


def _inside(source: Values) -> list[str]:
    parts = cast("list[Object]", source.get("attachments") or [])
    return [str(part["blobId"]) for part in parts if part["type"] == _TYPE]


def _parsed(
    call: Call, blobs: list[str], depth: int, left: int, partial: Callable[[Values], Object]
) -> dict[str, Object]:
    found: dict[str, Object] = {}
    for start in range(0, min(len(blobs), left), _AT_ONCE):
        arguments = {**_ARGUMENTS, "blobIds": list[JSON](blobs[start : min(start + _AT_ONCE, left)])}
        try:
            answer = call.ask("Email/parse", arguments)
        except Refused:  # too large together: they stay attachments
            continue
        for blob, source in cast("dict[str, Object]", answer["parsed"] or {}).items():
            inner = _inside(source) if depth > 1 else []
            below = _parsed(call, inner, depth - 1, left - len(blobs), partial) if inner else {}
            found[blob] = {**partial(source), "attachedMessages": cast(JSON, below) or None}
    return found


_ARGUMENTS: Final[Object] = {
    "properties": [
        *("headers", "from", "to", "cc", "bcc", "replyTo", "subject", "sentAt"),
        *("textBody", "htmlBody", "bodyValues", "attachments"),
    ],
    "bodyProperties": ["partId", "blobId", "size", "type", "name", "cid", "disposition"],
    "fetchTextBodyValues": True,
    "fetchHTMLBodyValues": True,
}
