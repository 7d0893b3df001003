"""What a new message is to say, before it is octets.

Frozen values and the arrangement of the convenience form (textBody, htmlBody, attachments) as MIME; writing them is
the business of `build`. RFC 8621 §4.6; RFC 2046 §5.1.4 (alternative), RFC 2387 (related).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from angarium.formats.message.values import Json


def fresh_message_id(token: str, author: str) -> str:
    """A Message-ID in the domain of an address, where every program can read that (RFC 5322 §3.6.4)."""
    domain = author.rpartition("@")[2]
    return f"{token}@{domain if domain.isascii() else 'localhost'}"


@dataclass(frozen=True, slots=True)
class DraftHeader:
    """A header field to write: `value` in the form that `form` names; with `all`, a list of them, a field each."""

    name: str
    form: str
    value: Json
    all: bool = False


@dataclass(frozen=True, slots=True)
class BodyPart:
    """A part to write: text (str), octets to attach (bytes), or, where `type` is multipart/*, `sub_parts`.

    `charset` only counts for octets; text is written in UTF-8. `headers` are further fields of this part.
    """

    type: str = "text/plain"
    content: str | bytes = ""
    sub_parts: tuple["BodyPart", ...] = ()
    charset: str | None = None
    disposition: str | None = None
    cid: str | None = None
    language: tuple[str, ...] | None = None
    location: str | None = None
    name: str | None = None
    headers: tuple[DraftHeader, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to write: its header fields in order, and its body."""

    headers: tuple[DraftHeader, ...]
    body: BodyPart


def assemble(text: BodyPart | None, html: BodyPart | None, attachments: Sequence[BodyPart]) -> BodyPart:
    """Arrange a plain text, an HTML text and attachments as one structure, whichever of them there are.

    Attachments with a Content-Id that are inline (or images of no stated disposition) stand beside the HTML in a
    multipart/related; the others follow in a multipart/mixed, marked as attachments unless they say otherwise.
    """
    related = [part for part in attachments if html is not None and _belongs_to_html(part)]
    others = [part for part in attachments if part not in related]
    html_side = _together("multipart/related", [html, *related]) if html is not None else None
    bodies = [side for side in (text, html_side) if side is not None]
    if not bodies and not others:
        return BodyPart()
    body = [_together("multipart/alternative", bodies)] if bodies else []
    if not others:
        return body[0]
    marked = tuple(replace(part, disposition=part.disposition or "attachment") for part in others)
    return BodyPart(type="multipart/mixed", sub_parts=(*body, *marked))


def _belongs_to_html(part: BodyPart) -> bool:
    return part.cid is not None and (
        part.disposition == "inline" or (part.disposition is None and part.type.startswith("image/"))
    )


def _together(media_type: str, parts: Sequence[BodyPart]) -> BodyPart:
    return parts[0] if len(parts) == 1 else BodyPart(type=media_type, sub_parts=tuple(parts))
