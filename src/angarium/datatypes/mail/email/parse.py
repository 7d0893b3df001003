"""Email/parse (RFC 8621 §4.9): blobs looked at as messages, also those inside other messages.

A nested message so deep that its parts could have no blob id counts as not parsable (`datatypes/blobs/blobid.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from angarium.datatypes.blobs import PARSE_ARGUMENTS, Blob, octets, parse_blobs
from angarium.datatypes.mail.email.properties import DEFAULT_PARSE, HEADER_PROPERTIES, check_parse_properties
from angarium.datatypes.mail.email.reader import text_weight
from angarium.datatypes.mail.email.view import BODY_ARGUMENTS, BodyOptions, Source, body_options, made
from angarium.datatypes.mail.ingest import header_properties
from angarium.engine.call import Call
from angarium.engine.declare import Access, Method, Response
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON
from angarium.formats.message import envelope, has_attachment, parse, preview

MOST_BLOBS: Final = 100
"""In one call."""


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A blob that is a message."""

    blob: Blob
    source: Source


_OF_BLOB: Final[Mapping[str, Callable[[_Parsed], JSON]]] = {
    "blobId": lambda parsed: str(parsed.blob.id),
    "size": lambda parsed: len(parsed.blob.content),
    "hasAttachment": lambda parsed: has_attachment(parsed.source.structure),
    "preview": lambda parsed: preview(parsed.source.octets, parsed.source.structure),
}
_OF_STORE: Final = frozenset(("id", "mailboxIds", "keywords", "receivedAt", "threadId"))
"""Properties that only an email in the store has: null here."""


def _parsed(blob: Blob) -> _Parsed | None:
    if not blob.id.may_hold_parts:
        return None
    data = octets(blob.content)
    try:
        message = parse(data)
    except FormatError:
        return None
    return _Parsed(blob, Source(blob.id, message.structure, lambda: data))


def _shown(parsed: _Parsed, names: list[str], options: BodyOptions) -> dict[str, JSON]:
    told = header_properties(envelope(parsed.source.headers)) if not set(names).isdisjoint(HEADER_PROPERTIES) else {}
    email: dict[str, JSON] = {}
    for name in names:
        if name in told:
            email[name] = told[name]
        elif name in _OF_BLOB:
            email[name] = _OF_BLOB[name](parsed)
        elif name in _OF_STORE:
            email[name] = None
        else:
            email[name] = made(parsed.source, name, options)
    return email


def _run(call: Call) -> Response:
    given = call.texts("properties")
    names = list(DEFAULT_PARSE) if given is None else list(dict.fromkeys(given))
    check_parse_properties(names)
    options = body_options(call)

    def look(blob: Blob) -> tuple[JSON, int] | None:
        message = _parsed(blob)
        if message is None:
            return None
        email = _shown(message, names, options)
        return email, text_weight(email.get("bodyValues"))

    return parse_blobs(call, MOST_BLOBS, look)


def email_parse(capability: str) -> Method:
    """The method under the capability of mail."""
    return Method(
        "Email/parse",
        capability,
        Access.READ,
        _run,
        (*PARSE_ARGUMENTS, *BODY_ARGUMENTS),
    )
