"""What a list shows of a body and what the search index reads of it.

Both are bounded in what they read, not only in what they give. RFC 8621 §4.1.4 (preview), §4.4.1 (body, text).
"""

import re
from typing import Final

from angarium.formats.message.bodylists import body_lists
from angarium.formats.message.bodytext import text_of
from angarium.formats.message.htmltext import html_to_text, html_to_words
from angarium.formats.message.transfer import decode_prefix
from angarium.formats.message.values import Octets, Part

LONGEST_PREVIEW: Final = 256
LONGEST_SEARCH_TEXT: Final = 1 << 18
_PREVIEW_READS: Final = 1 << 18  # octets, still encoded
_PREVIEW_CHARACTERS: Final = 8_192
_ENCODED_PER_CHARACTER: Final = 4
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_RULE: Final = re.compile(r"[-=_*~#\s]{3,}")
_ATTRIBUTION: Final = re.compile(r".{0,200}(?:wrote|writes|schrieb|escribió|a écrit|ha scritto)\s?:")
_SIGNATURE: Final = ("-- ", "--")


def preview(data: Octets, structure: Part, limit: int = LONGEST_PREVIEW) -> str:
    """Give the first words of the body, at most `limit` characters on one line.

    Quoted lines, the line that announces them, rules and the signature are stepped over unless nothing else is there.
    """
    lists = body_lists(structure)
    for part in lists.text_body or lists.html_body:
        if part.type.startswith("text/"):
            found = _first_words(_text(data, part, _PREVIEW_READS, _PREVIEW_CHARACTERS), limit)
            if found:
                return found[:limit].rstrip()
    return ""


def search_text(data: Octets, structure: Part, limit: int = LONGEST_SEARCH_TEXT) -> str:
    """Give the text of all text/* parts, HTML reduced to what it shows to people, at most `limit` characters."""
    pieces: list[str] = []
    left = limit
    for part in structure.walk():
        if left <= 0:
            break
        if part.type.startswith("text/"):
            piece = _text(data, part, left * _ENCODED_PER_CHARACTER + _PREVIEW_READS, left, attributes=True)[:left]
            pieces.append(piece)
            left -= len(piece) + 1
    return "\n".join(pieces)


def search_words(data: Octets, structure: Part, limit: int = LONGEST_SEARCH_TEXT) -> str:
    """Give `search_text` for an index, which cuts it into words: white space may be of another kind and amount."""
    parts = [part for part in structure.walk() if part.type.startswith("text/")]
    octets = sum(part.body_range[1] - part.body_range[0] + 1 for part in parts)
    if octets > limit:
        return search_text(data, structure, limit)
    # No text has more characters than octets: nothing can be too long, so nothing has to be measured.
    texts = ((part.type, text_of(decode_prefix(data, part, octets), part.charset, part.type)[0]) for part in parts)
    return "\n".join(html_to_words(text) if kind == "text/html" else text for kind, text in texts)


def attachment_names(structure: Part) -> str:
    """Give the names of all parts that have one, a line each."""
    return "\n".join(part.name for part in structure.walk() if part.name)


def _text(data: Octets, part: Part, octets: int, most: int, *, attributes: bool = False) -> str:
    content = decode_prefix(data, part, octets)
    text = text_of(content, part.charset, part.type)[0]
    return html_to_text(text, most, attributes=attributes) if part.type == "text/html" else text


def _first_words(text: str, enough: int) -> str:
    lines = text[:_PREVIEW_CHARACTERS].split("\n")
    own: list[str] = []
    length = 0
    for line in lines:
        if length > enough or line.rstrip("\r") in _SIGNATURE:
            break
        shown = _on_one_line(line)
        # Most lines begin with a letter and end in no colon: those are none of the others.
        if shown and ((shown[0].isalnum() and shown[-1] != ":") or not _is_passed_by(line, shown)):
            own.append(shown)
            length += len(shown) + 1
    return " ".join(own) or _on_one_line(" ".join(lines))


def _is_passed_by(line: str, shown: str) -> bool:
    """Whether it is quoted, a rule, or announces what is quoted."""
    if line.startswith(">") or _RULE.fullmatch(line):
        return True
    return shown.endswith(":") and _ATTRIBUTION.fullmatch(shown) is not None


def _on_one_line(text: str) -> str:
    return " ".join((text if text.isprintable() else _CONTROL.sub(" ", text)).split())
