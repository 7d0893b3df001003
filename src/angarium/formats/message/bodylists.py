"""The flat views of a MIME structure: textBody, htmlBody, attachments, hasAttachment.

The algorithm that RFC 8621 §4.1.4 suggests, step by step; a list that is None there is one the branch may not add to.
"""

from dataclasses import dataclass, replace
from typing import Final

from angarium.formats.message.values import BodyLists, Part

_TEXT_TYPES: Final = frozenset({"text/plain", "text/html"})
_MEDIA: Final = ("image/", "audio/", "video/")


@dataclass(frozen=True, slots=True)
class _Lists:
    text: list[Part] | None
    html: list[Part] | None
    attachments: list[Part]


def body_lists(structure: Part) -> BodyLists:
    """Flatten `structure`; the lists hold its parts themselves, none of them a multipart."""
    text: list[Part] = []
    html: list[Part] = []
    attachments: list[Part] = []
    _flatten((structure,), "mixed", False, _Lists(text, html, attachments))
    return BodyLists(tuple(text), tuple(html), tuple(attachments))


def has_attachment(structure: Part) -> bool:
    """Tell whether there is something to offer for download: an attachment that is not marked inline."""
    return any(part.disposition != "inline" for part in body_lists(structure).attachments)


def _flatten(parts: tuple[Part, ...], kind: str, in_alternative: bool, lists: _Lists) -> None:
    text_before = len(lists.text) if lists.text is not None else -1
    html_before = len(lists.html) if lists.html is not None else -1
    for place, part in enumerate(parts):
        if part.is_multipart:
            sub_kind = part.type.partition("/")[2]
            _flatten(part.sub_parts, sub_kind, in_alternative or sub_kind == "alternative", lists)
        elif not _is_inline(part, place, kind):
            lists.attachments.append(part)
        elif kind == "alternative":
            _add_alternative(part, lists)
        else:
            if in_alternative:
                lists = _committed(part, lists)
            _add_inline(part, lists)
    if kind == "alternative" and lists.text is not None and lists.html is not None:
        _share(lists.text, text_before, lists.html, html_before)


def _is_inline(part: Part, place: int, kind: str) -> bool:
    """Tell body from attachment: only the first part of a related, no named text but the first of a multipart."""
    is_media = part.type.startswith(_MEDIA)
    if part.disposition == "attachment" or not (is_media or part.type in _TEXT_TYPES):
        return False
    return place == 0 or (kind != "related" and (is_media or not part.name))


def _add_alternative(part: Part, lists: _Lists) -> None:
    if part.type == "text/plain" and lists.text is not None:
        lists.text.append(part)
    elif part.type == "text/html" and lists.html is not None:
        lists.html.append(part)
    elif part.type not in _TEXT_TYPES:
        lists.attachments.append(part)


def _committed(part: Part, lists: _Lists) -> _Lists:
    """Inside an alternative a plain text says that this branch is the text version, an HTML text the HTML one."""
    if part.type == "text/plain":
        return replace(lists, html=None)
    return replace(lists, text=None) if part.type == "text/html" else lists


def _add_inline(part: Part, lists: _Lists) -> None:
    if lists.text is not None:
        lists.text.append(part)
    if lists.html is not None:
        lists.html.append(part)
    if (lists.text is None or lists.html is None) and part.type.startswith(_MEDIA):
        lists.attachments.append(part)


def _share(text: list[Part], text_before: int, html: list[Part], html_before: int) -> None:
    """An alternative with one version only shows that version in both lists."""
    if len(text) == text_before and len(html) != html_before:
        text.extend(html[html_before:])
    elif len(html) == html_before and len(text) != text_before:
        html.extend(text[text_before:])
