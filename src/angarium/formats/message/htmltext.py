"""HTML to plain text, for previews and the search index.

A scanner, no parser: it never builds a tree, never goes back, and stops when it has enough, so neither size nor a
million open tags can hurt it. Nothing of its output is ever shown as HTML.
"""

import html.entities
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_TAG_OPEN: Final = re.compile(r"<(?:(/?)([A-Za-z][A-Za-z0-9:-]{0,40})|!--|[!?/])")
_TO_TAG: Final = re.compile(r"([^<]*+)<(/?)([A-Za-z][A-Za-z0-9:-]{0,40})((?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+)>")
_TAG_REST: Final = re.compile(r"(?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+>")
_ATTRIBUTE: Final = re.compile(r"([^\s\"'<>/=]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++)))?")
_PRESENTED: Final = frozenset({"alt", "title"})
_COMMENT_REST: Final = re.compile(r"(?:[^-]++|-(?!->))*+-->")
_SPACE: Final = re.compile(r"[ \t\r\n\f\xa0]+")
_REFERENCE: Final = re.compile(r"&(?:#([0-9]{1,20})|#[xX]([0-9A-Fa-f]{1,20})|([A-Za-z][A-Za-z0-9]{1,30}));?")
_TEXTLESS: Final = "script style head title template textarea select svg math object iframe"
_BLOCKS: Final = (
    "address article aside blockquote body br center dd details dialog div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hr li main nav ol option p pre section summary table tbody tfoot thead tr ul"
)
_EFFECTS: Final[Mapping[str, str | re.Pattern[str]]] = (
    dict.fromkeys(_BLOCKS.split(), "\n")
    | dict.fromkeys(("td", "th"), " ")
    | {name: re.compile(rf"</{name}(?![A-Za-z0-9:-])", re.IGNORECASE) for name in _TEXTLESS.split()}
)
"""What a tag stands for in the text, or what ends the element of which nothing is shown."""

_NAMED: Final = MappingProxyType(html.entities.html5)
_LONGEST_SOURCE: Final = 8  # times the limit, plus a floor for style sheets
_SOURCE_FLOOR: Final = 1 << 18


def html_to_text(html: str, limit: int, *, attributes: bool = False) -> str:
    """Give the readable text of `html`, at most `limit` characters of it; block elements become line feeds.

    With `attributes`, what `alt` and `title` say stands where their element does.
    Reads no further than it must, and at most 8 characters of source for one of text beyond the first 262,144.
    """
    source = " ".join(html[: _SOURCE_FLOOR + limit * _LONGEST_SOURCE].split())
    text = _text(source, 2 * limit + 1_000, attributes)  # room for what collapsing takes away
    return "\n".join(filter(None, (" ".join(line.split()) for line in text.split("\n"))))[:limit]


def html_to_words(html: str) -> str:
    """Give what `html_to_text` gives with `attributes` and no limit, but for the kind and amount of white space."""
    return _text(html, len(html), attributes=True)


def _text(source: str, enough: int, attributes: bool) -> str:
    """What is not inside of tags, until that is enough."""
    pieces: list[str] = []
    add, to_tag, effects = pieces.append, _TO_TAG.match, _EFFECTS
    at, size, length = 0, len(source), 0
    quotes_close = True
    unclosed: set[str] = set()
    while at < size and length <= enough:
        found = to_tag(source, at) if quotes_close else None
        if found is not None:  # as nearly always
            text, closes, name, inside = found.groups()
            at = found.end()
        else:
            opening = source.find("<", at)
            opening = size if opening < 0 else opening
            text = source[at:opening]
            tag = _TAG_OPEN.match(source, opening)
            if tag is None:
                add(_unescaped(text) + source[opening : opening + 1])
                length += len(text) + 1
                at = opening + 1
                continue
            at, quotes_close = _tag_end(source, tag, quotes_close)
            closes, name, inside = tag[1], tag[2] or "", source[tag.end() : at]
        if text:
            text = _unescaped(text) if "&" in text else text
            add(text)
            length += len(text)
        name = name.lower()
        effect = effects.get(name)
        if effect is not None:
            if isinstance(effect, str):
                add(effect)
            elif not closes and name not in unclosed:
                closing = effect.search(source, at)
                if closing is None:
                    unclosed.add(name)  # as if it were not there, so that nothing is searched twice
                else:
                    at = closing.start()
        if inside and attributes and name and (shown := _presented(inside)):
            pieces += shown
            length += sum(map(len, shown))
    return "".join(pieces)


def _presented(inside: str) -> list[str]:
    """Give what a tag shows to people besides its content, between spaces."""
    lower = inside.lower()
    if "alt" not in lower and "title" not in lower:
        return []
    return [
        f" {_unescaped(''.join(value or '' for value in values))} "
        for name, *values in _ATTRIBUTE.findall(inside)
        if name.lower() in _PRESENTED
    ]


def _tag_end(source: str, tag: re.Match[str], quotes_close: bool) -> tuple[int, bool]:
    """Find where a tag or comment ends; once a quote was found never to close, quotes mean nothing any more."""
    if tag[0] == "<!--":
        end = source.find("-->", tag.end() - 2)
        return (len(source) if end < 0 else end + 3), quotes_close
    if quotes_close and tag[2]:
        rest = _TAG_REST.match(source, tag.end())
        if rest is not None:
            return rest.end(), True
        quotes_close = False
    end = source.find(">", tag.end())
    return (len(source) if end < 0 else end + 1), quotes_close


def open_tag_start(text: str) -> int:
    """Find where a tag or comment begins that `text` ends inside of; the length of `text` when it ends in none."""
    at = text.find("<")
    while at >= 0:
        tag = _TAG_OPEN.match(text, at)
        if tag is None:
            if at + 1 == len(text):
                return at
            at = text.find("<", at + 1)
            continue
        end = _COMMENT_REST.match(text, tag.end() - 2) if tag[0] == "<!--" else _TAG_REST.match(text, tag.end())
        if end is None:
            return at
        at = text.find("<", end.end())
    return len(text)


def _unescaped(text: str) -> str:
    """Text with its references replaced; those may stand for white space, all other was collapsed before."""
    return _SPACE.sub(" ", unescape(text)) if "&" in text else text


def unescape(text: str) -> str:
    """Replace character references (HTML §13.5); unknown ones stay as they are."""
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if name:
        return _NAMED.get(f"{name};") or _NAMED.get(name) or found[0]
    number = int(decimal) if decimal else int(hexadecimal, 16)
    if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF or (number < 0x20 and number not in (9, 10, 13)):
        return "\ufffd"
    return chr(number)
