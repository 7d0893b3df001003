"""Address lists: from a field value to mailboxes and groups.

Best effort and linear: well-formed mailboxes go through one expression each, the rest through a tokenizer that never
goes back. RFC 5322 §3.4 with the obsolete forms of §4.4, RFC 8621 §4.1.2.3 and §4.1.2.4.

Choices where the text is broken: what is never closed (quote, comment, angle) is ordinary text; a semicolon outside
a group separates like a comma; an encoded word inside quotes, which RFC 2047 §5 forbids and many senders write, is
decoded when the quotes hold nothing else; two words of which only the last has an @ are a name and an address.
"""

import re
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from angarium.formats.message.header_text import comment_end, decode_words, normalized, unfolded, without_comments

EmailAddress: TypeAlias = dict[str, str | None]

_ADDR: Final = r"[^<>()\[\]:;@\\,\"\s]++@[^<>()\[\]:;@\\,\"\s]++"
_NOTHING: Final = re.compile(r",[\s,]*+")
"""Elements without anything in them, which senders leave where an address was taken out."""

_COMMON: Final = re.compile(
    rf'\s*+(?:(?:"([^"\\=]*+)"\s*+|([^<>()\[\]:;@\\,"=]*+))<({_ADDR})>|({_ADDR}))\s*+(?:([,;])|\Z)'
)
_TOKEN: Final = re.compile(
    r"(?P<space>\s++)"
    r"|(?P<word>=\?[^?\s]{1,60}\?[BbQq]\?[^?\s]*+\?=)"
    r'|(?P<quoted>"(?:[^"\\]++|\\.)*+")'
    r"|(?P<literal>\[(?:[^\[\]\\]++|\\.)*+\])"
    r'|(?P<angle><(?:[^<>"\\]++|\\.|"(?:[^"\\]++|\\.)*+")*+>)'
    r'|(?P<atom>[^\s"(),:;<>\[\]\\=]++|\\.)'
    r"|(?P<special>.)",
    re.S,
)
_PAIR: Final = re.compile(r"\\(.)", re.S)
_ENCODED_ONLY: Final = re.compile(r"\s*+(?:=\?[^?\s]++\?[BbQq]\?[^?\s]*+\?=\s*+)++")


@dataclass(slots=True)
class Group:
    """A named group, or neighbouring mailboxes outside any group (`name` None)."""

    name: str | None
    addresses: list[EmailAddress] = field(default_factory=list)


@dataclass(slots=True)
class _Element:
    """What was read of one mailbox so far."""

    tokens: list[tuple[str, str]] = field(default_factory=list)
    email: str | None = None
    opened_at: int | None = None  # the first token after an angle bracket that was never closed
    comment: str = ""
    is_empty: bool = True  # nothing but white space and comments yet


def parse_groups(raw: bytes) -> list[Group]:
    """Read a field value as an address-list, keeping groups; mailboxes outside stand in groups without a name."""
    return _Reader(unfolded(raw)).read()


def parse_addresses(raw: bytes) -> list[EmailAddress]:
    """Read a field value as an address-list, group information discarded; items are {"name", "email"}."""
    return [address for group in parse_groups(raw) for address in group.addresses]


class _Reader:
    """One walk over one field value."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._groups: list[Group] = []
        self._in_group = False
        self._comments_close = True

    def read(self) -> list[Group]:
        text, end = self._text, len(self._text)
        while self._at < end:
            if (nothing := _NOTHING.match(text, self._at)) is not None:
                self._at = nothing.end()
            common = _COMMON.match(text, self._at)
            if common is None:
                self._element()
                continue
            quoted, phrase, in_angle, bare, separator = common.groups()
            name = (quoted or phrase or "").strip()
            self._add({"name": normalized(name) or None, "email": in_angle or bare})
            self._at = common.end()
            if separator == ";":
                self._in_group = False
        return self._groups

    def _add(self, address: EmailAddress) -> None:
        if not self._in_group and (not self._groups or self._groups[-1].name is not None):
            self._groups.append(Group(None))
        self._groups[-1].addresses.append(address)

    def _element(self) -> None:
        """Read one mailbox, or the beginning of a group, token by token."""
        element = _Element()
        text = self._text
        while (token := _TOKEN.match(text, self._at)) is not None:
            kind, found = token.lastgroup or "", token[0]
            self._at = token.end()
            if kind != "special":
                self._take(element, kind, found)
            elif found in ",;":
                self._end(element, closes_group=found == ";")
                return
            elif found == ":" and self._begins_group(element):
                return
            else:
                self._take_special(element, found)
        self._end(element, closes_group=True)

    def _take(self, element: _Element, kind: str, found: str) -> None:
        if kind == "angle":
            element.email = _in_angle(found[1:-1])
        else:
            element.tokens.append((kind, found))
        element.is_empty = element.is_empty and kind == "space"

    def _take_special(self, element: _Element, found: str) -> None:
        start = self._at - 1
        if found == "(" and self._comments_close:
            closed = comment_end(self._text, start)
            if closed is not None:
                if not element.is_empty:
                    element.comment = self._text[start + 1 : closed - 1]
                element.tokens.append(("space", " "))
                self._at = closed
                return
            self._comments_close = False
        if found == "<":  # never closed: what follows is the address
            element.opened_at = len(element.tokens)
        elif found != ">":
            element.tokens.append(("special", found))
        element.is_empty = False

    def _begins_group(self, element: _Element) -> bool:
        if self._in_group or element.email is not None or element.is_empty:
            return False
        self._groups.append(Group(_display(element.tokens)))
        self._in_group = True
        return True

    def _end(self, element: _Element, *, closes_group: bool) -> None:
        address = _address(element)
        if address is not None:
            self._add(address)
        if closes_group:
            self._in_group = False


def _address(element: _Element) -> EmailAddress | None:
    name = None
    if element.email is None and element.opened_at is not None:
        element.email = _in_angle("".join(found for _, found in element.tokens[element.opened_at :]))
        del element.tokens[element.opened_at :]
    if element.email is not None:
        name = _display(element.tokens)
        email = element.email
    else:
        email = "".join(found for _, found in element.tokens).strip()
        words = email.split()
        if '"' not in email and len(words) > 1 and "@" in words[-1][1:] and "@" not in "".join(words[:-1]):
            name, email = normalized(decode_words(" ".join(words[:-1]))), words[-1]
        email = _joined(email)
    if not name and element.comment:
        name = normalized(decode_words(_PAIR.sub(r"\1", element.comment).strip()))
    return {"name": name or None, "email": email} if name or email else None


def _display(tokens: list[tuple[str, str]]) -> str | None:
    """Turn the tokens of a phrase into the name they spell."""
    pieces: list[str] = []
    plain: list[str] = []
    for kind, found in tokens:
        if kind != "quoted":
            plain.append(found)
            continue
        pieces.append(decode_words("".join(plain)))
        plain = []
        pieces.append(_unquoted(found))
    pieces.append(decode_words("".join(plain)))
    return normalized("".join(pieces).strip()) or None


def _unquoted(found: str) -> str:
    content = found[1:-1]
    content = _PAIR.sub(r"\1", content) if "\\" in content else content
    return decode_words(content.strip()) if _ENCODED_ONLY.fullmatch(content) else content


def _in_angle(content: str) -> str:
    """Give the addr-spec between angle brackets, without route (RFC 5322 §4.4), comments and white space."""
    if content.startswith("@") and ":" in content:
        content = content.rpartition(":")[2]
    if '"' in content:
        return content.strip()
    return _joined(without_comments(content))


def _joined(email: str) -> str:
    """Take out the white space that obsolete forms allow around dots and the at sign."""
    if email.isascii() and not any(space in email for space in " \t"):
        return email
    if '"' in email:
        return email.strip()
    email = " ".join(email.split())
    if "@" in email:
        for mark in "@.":
            email = email.replace(f" {mark}", mark).replace(f"{mark} ", mark)
    return email
