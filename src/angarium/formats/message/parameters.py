"""Structured MIME fields: a value, then `; attribute=value` parameters.

Serves Content-Type and Content-Disposition, tolerant of what senders do to them. RFC 2045 §5.1, RFC 2183 and RFC 2231
(continuations, charset and language); encoded words inside parameters are read too, for RFC 8621 §4.1.4 asks it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from urllib.parse import unquote_to_bytes

from angarium.formats.message.charsets import decode, guess
from angarium.formats.message.header_text import comment_end, decode_words, normalized, unfolded, without_comments

MOST_PARAMETERS: Final = 256
# What nearly all fields look like: nothing encoded, escaped, commented or continued.
_SIMPLE_PAIR: Final = (
    rb";[ \t\r\n]*+([A-Za-z-]++)="
    rb"(?:\"([!#-<>-\[\]-~ ]*+(?:=(?!\?)[!#-<>-\[\]-~ ]*+)*+)\"|([!#-'+.0-9A-Z^-~-]++))[ \t\r\n]*+"
)
_SIMPLE: Final = re.compile(rb"[ \t]*+([!#-'*+.0-9A-Z^-~/-]++)[ \t]*+((?:" + _SIMPLE_PAIR + rb"){0,9}+);?+")
_SIMPLE_PAIRS: Final = re.compile(_SIMPLE_PAIR)
_GAP: Final = re.compile(r"[;\s]*+")
_ATTRIBUTE: Final = re.compile(r"([^=;\s\"(]++)\s*+(?:=\s*+)?")
_QUOTED: Final = re.compile(r'"((?:[^"\\]++|\\.)*+)"', re.S)
_PAIR: Final = re.compile(r"\\(.)", re.S)
_UNTIL_SEMICOLON: Final = re.compile(r"[^;]*+")
_SECTION: Final = re.compile(r"([^*]+)(?:\*(\d{1,4}))?(\*)?")
_FREE_TEXT: Final = frozenset({"name", "filename"})  # where "report (1).pdf" is no comment, quoted or not


@dataclass(frozen=True, slots=True)
class Structured:
    """A field value and its parameters: attribute names in lower case, values decoded."""

    value: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Section:
    index: int
    extended: bool
    value: str


def parse_structured(raw: bytes) -> Structured:
    """Read a field such as Content-Type; at most 256 parameters, the first of two with one name wins."""
    simple = _SIMPLE.fullmatch(raw)
    if simple is None:
        return _read(unfolded(raw))
    found: dict[str, str] = {}
    for attribute, quoted, token in _SIMPLE_PAIRS.findall(simple[2]):
        found.setdefault(attribute.decode().lower(), (quoted or token).decode())
    return Structured(simple[1].decode(), found)


def _read(text: str) -> Structured:
    head = text.partition(";")[0]
    plain: dict[str, str] = {}
    sections: dict[str, list[_Section]] = {}
    for attribute, content in _Reader(text, len(head)).pairs():
        _note(attribute, content, plain, sections)
    extended = {name: normalized(_joined(found)) for name, found in sections.items()}
    return Structured(without_comments(head).strip(), MappingProxyType(plain | extended))


class _Reader:
    """One walk over the parameters of one field."""

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self._at = start
        self._comments_close = True  # until one was found that does not

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Give attributes, in lower case, with their values; noise counts against the limit too."""
        for _ in range(MOST_PARAMETERS):
            self._skip_gap()
            if self._at >= len(self._text):
                return
            attribute = _ATTRIBUTE.match(self._text, self._at)
            if attribute is None:
                self._skip(_UNTIL_SEMICOLON)
                continue
            self._at = attribute.end()
            name = attribute[1].lower()
            yield name, self._content(name)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        start = self._at
        found = pattern.match(self._text, start)
        self._at = found.end() if found else start
        return self._text[start : self._at]

    def _skip_gap(self) -> None:
        """Step over semicolons, white space and comments."""
        self._skip(_GAP)
        while self._comments_close and self._text.startswith("(", self._at):
            closed = comment_end(self._text, self._at)
            self._comments_close = closed is not None
            self._at = closed or self._at
            self._skip(_GAP)

    def _content(self, attribute: str) -> str:
        """Read the value that begins here."""
        quoted = _QUOTED.match(self._text, self._at)
        if quoted is not None:
            self._at = quoted.end()
            return _PAIR.sub(r"\1", quoted[1]) if "\\" in quoted[1] else quoted[1]
        content = self._skip(_UNTIL_SEMICOLON).strip().strip('"')
        if attribute.partition("*")[0] not in _FREE_TEXT:
            content = " ".join(without_comments(content).split()[:1])
        return content


def _note(attribute: str, content: str, plain: dict[str, str], sections: dict[str, list[_Section]]) -> None:
    form = _SECTION.fullmatch(attribute)
    if form is None or (form[2] is None and form[3] is None):
        plain.setdefault(attribute, normalized(decode_words(content)))
    else:
        section = _Section(int(form[2] or 0), form[3] is not None, content)
        sections.setdefault(form[1], []).append(section)


def _joined(sections: list[_Section]) -> str:
    """Put the sections of one parameter together (RFC 2231 §3 and §4)."""
    ordered = sorted(sections, key=lambda section: section.index)
    charset, octets = "", []
    for place, section in enumerate(ordered):
        content = section.value
        if section.extended and place == 0 and content.count("'") >= 2:
            charset, _, content = content.split("'", 2)
        octets.append(unquote_to_bytes(content) if section.extended else content.encode("utf_8", "replace"))
    whole = b"".join(octets)
    known = decode(whole, charset) if charset else None
    return known[0] if known else guess(whole)
