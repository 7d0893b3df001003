"""The parsed forms of header fields, and the properties that ask for them.

One table says how each form is read, one which forms a field may have. RFC 8621 §4.1.2 and §4.1.3.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from angarium.formats.message.addresses import parse_addresses, parse_groups
from angarium.formats.message.dates import format_rfc3339, parse_date
from angarium.formats.message.header_text import characters, comment_end, text_form, unfolded, without_comments
from angarium.formats.message.values import Header, Json

_PROPERTY: Final = re.compile(r"header:([!-9;-~]+)(?::as([A-Za-z]+))?(:all)?")
_MESSAGE_ID: Final = re.compile(r"<([^<>]++)>")
_URL_TOKEN: Final = re.compile(r"<([^<>]*+)>|[^<(]++|.", re.S)


def _raw(raw: bytes) -> Json:
    return characters(raw)


def _text(raw: bytes) -> Json:
    return text_form(raw)


def _addresses(raw: bytes) -> Json:
    return parse_addresses(raw)


def _grouped_addresses(raw: bytes) -> Json:
    return [{"name": group.name, "addresses": group.addresses} for group in parse_groups(raw)]


def parse_message_ids(raw: bytes) -> list[str] | None:
    """Read the msg-ids of a field without their brackets; None when there is none (RFC 8621 §4.1.2.5)."""
    text = without_comments(unfolded(raw))
    found = ["".join(content.split()) for content in _MESSAGE_ID.findall(text)]
    return [message_id for message_id in found if message_id] or None


def _message_ids(raw: bytes) -> Json:
    return parse_message_ids(raw)


def _date(raw: bytes) -> Json:
    moment = parse_date(unfolded(raw))
    return format_rfc3339(moment) if moment else None


def _urls(raw: bytes) -> Json:
    """RFC 2369 §2: URLs in angle brackets, white space inside ignored; parentheses inside are no comment."""
    text = unfolded(raw)
    found: list[str] = []
    at, comments_close = 0, True
    while (token := _URL_TOKEN.match(text, at)) is not None:
        at = token.end()
        if token[1] is not None:
            found.append("".join(token[1].split()))
        elif token[0] == "(" and comments_close:
            closed = comment_end(text, at - 1)
            comments_close = closed is not None
            at = closed or at
    return [url for url in found if url] or None


FORMS: Final[Mapping[str, Callable[[bytes], Json]]] = MappingProxyType(
    {
        "Raw": _raw,
        "Text": _text,
        "Addresses": _addresses,
        "GroupedAddresses": _grouped_addresses,
        "MessageIds": _message_ids,
        "Date": _date,
        "URLs": _urls,
    }
)
_ANY: Final = frozenset(FORMS)
_RAW_ONLY: Final = frozenset({"Raw"})
_BY_KIND: Final[Mapping[frozenset[str], str]] = MappingProxyType(
    {
        frozenset({"Raw", "Text"}): "subject comments keywords",
        frozenset({"Raw", "Addresses", "GroupedAddresses"}): (
            "from sender reply-to to cc bcc resent-from resent-sender resent-reply-to resent-to resent-cc resent-bcc"
        ),
        frozenset({"Raw", "MessageIds"}): "message-id in-reply-to references resent-message-id",
        frozenset({"Raw", "Date"}): "date resent-date",
        frozenset({"Raw", "URLs"}): ("list-help list-unsubscribe list-subscribe list-post list-owner list-archive"),
        _RAW_ONLY: "return-path received",
    }
)
_ALLOWED: Final = MappingProxyType({name: forms for forms, names in _BY_KIND.items() for name in names.split()})


@dataclass(frozen=True, slots=True)
class HeaderProperty:
    """A property such as `header:List-Post:asURLs:all`, taken apart; `name` keeps its capitals."""

    name: str
    form: str
    all: bool


def allowed_forms(name: str) -> frozenset[str]:
    """Name the forms RFC 8621 permits for a field; all of them for one not defined in RFC 5322 or RFC 2369."""
    return _ALLOWED.get(name.lower(), _ANY)


def parse_header_property(name: str) -> HeaderProperty | None:
    """Take apart a `header:*` property name; None when it is malformed or the form is not permitted there."""
    found = _PROPERTY.fullmatch(name)
    if found is None:
        return None
    form = found[2] or "Raw"
    if form not in allowed_forms(found[1]):
        return None
    return HeaderProperty(found[1], form, found[3] is not None)


def header_value(headers: Iterable[Header], name: str, form: str, all_: bool = False) -> Json:
    """Give the value of a field in a form of the table: of its last instance (None if absent), or of all in order."""
    wanted = name.lower()
    read = FORMS[form]
    raws = [header.raw for header in headers if header.name.lower() == wanted]
    if all_:
        return [read(raw) for raw in raws]
    return read(raws[-1]) if raws else None


def header_list(headers: Iterable[Header]) -> list[dict[str, str]]:
    """Give fields as EmailHeader objects (RFC 8621 §4.1.3)."""
    return [{"name": header.name, "value": characters(header.raw)} for header in headers]
