"""Header fields from values: the writing side of the parsed forms.

Every form has a row in one table. What was written is read back before it leaves: a value that would come out as
anything else, or as another field, is refused. RFC 8621 §4.1.2 and §4.6, RFC 5322 §2.2, RFC 2047, RFC 6532.
"""

import binascii
import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from angarium.formats.errors import FormatError
from angarium.formats.message.dates import format_rfc3339, format_rfc5322, parse_rfc3339
from angarium.formats.message.draft import DraftHeader
from angarium.formats.message.forms import FORMS
from angarium.formats.message.header_text import normalized
from angarium.formats.message.values import Json

AIM: Final = 78  # octets of a line, RFC 5322 §2.1.1
LONGEST_LINE: Final = 998
_LONGEST_WORD: Final = 900
_FIELD_NAME: Final = re.compile(r"[!-9;-~]{1,200}")
# Controls, what Unicode calls line ends, lone surrogates.
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_FORBIDDEN_RAW: Final = re.compile("[\x00\x85\u2028\u2029\ud800-\udfff]")
_RAW_FOLD: Final = re.compile(r"\r\n(?=[ \t]+[^ \t\r\n])")
_PIECE: Final = re.compile(r"[ \t]*[^ \t]+")
_ATOMS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_PRINTABLE: Final = re.compile(r"[ -~]*")
_PLAIN_ADDRESS: Final = re.compile(r"[^\s<>()\[\]:;@\\,\"=]+@[^\s<>()\[\]:;@\\,\"=]+")
_WORD_ROOM: Final = 75 - len("=?utf-8?q??=")  # RFC 2047 §2
_LEAST_ROOM: Final = 16  # one character of any kind, in either encoding
_Q_PLAIN: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")  # §5 (3)
_Q_COST: Final = 3


class InvalidHeader(FormatError):
    """A value that cannot stand in a header field; `problem` says why, `field` where."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field


def build_header(header: DraftHeader) -> list[bytes]:
    """Write a field (or one for each value, with `all`), CRLF included; nothing for null or an empty address list.

    Raises InvalidHeader for a value of the wrong shape, and for one that would not read back as it is.
    """
    if not _FIELD_NAME.fullmatch(header.name):
        raise InvalidHeader(header.name[:200], "not a field name")
    if not header.all:
        return _fields(header.name, header.form, header.value)
    if not isinstance(header.value, list | tuple):
        raise InvalidHeader(header.name, "a list is needed")
    return [line for value in header.value for line in _fields(header.name, header.form, value)]


def _fields(name: str, form: str, value: Json) -> list[bytes]:
    write = _WRITERS.get(form)
    if write is None:
        raise InvalidHeader(name, f"no such form: {form}")
    if value is None or value == []:
        return []
    raw, expected = write(name, value)
    octets = raw.encode()
    if any(len(line) > LONGEST_LINE for line in (name.encode() + b":" + octets).split(b"\r\n")):
        raise InvalidHeader(name, "too long for a line")
    if FORMS[form](octets) != expected:
        raise InvalidHeader(name, "cannot be written so that it reads back the same")
    return [name.encode("ascii") + b":" + octets + b"\r\n"]


def check_text(name: str, text: object) -> str:
    """Give `text` back when it is a string without controls, line ends or lone surrogates; raise InvalidHeader."""
    if not isinstance(text, str):
        raise InvalidHeader(name, "a string is needed")
    if (found := _FORBIDDEN.search(text)) is not None:
        raise InvalidHeader(name, f"must not contain U+{ord(found[0]):04X}")
    return text


def fold(pieces: Iterable[str], used: int) -> str:
    """Join pieces that begin with their own white space, with a line end before those that would pass column 78.

    `used` counts the octets already on the first line.
    """
    written: list[str] = []
    column, is_fresh = used, True
    for piece in pieces:
        length = len(piece) if piece.isascii() else len(piece.encode())
        if column + length > AIM and not is_fresh and piece[:1] in " \t":
            written.append("\r\n")
            column = 0
        written.append(piece)
        column += length
        is_fresh = False
    return "".join(written)


def encoded_words(text: str, used: int = 0) -> list[str]:
    """Write any text as encoded words of UTF-8 (RFC 2047), each at most 75 characters and whole in itself.

    The first is shorter by the `used` octets that stand before it on its line.
    """
    octets = text.encode()
    quoted = sum(1 if character in _Q_PLAIN or character == " " else _Q_COST for character in octets.decode("latin_1"))
    write, cost = (_q_word, _q_cost) if quoted <= len(octets) * 2 else (_b_word, _b_cost)
    words: list[str] = []
    start, filled, room = 0, 0, _room(write, used)
    for at, character in enumerate(text):
        size = cost(character)
        if filled + size > room:
            words.append(write(text[start:at]))
            start, filled, room = at, 0, _room(write, 0)
        filled += size
    words.append(write(text[start:]))
    return words


def _room(write: Callable[[str], str], used: int) -> int:
    left = max(_WORD_ROOM - used, _LEAST_ROOM)
    return left if write is _q_word else left // 4 * 3


def _q_cost(character: str) -> int:
    return 1 if character in _Q_PLAIN or character == " " else _Q_COST * len(character.encode())


def _b_cost(character: str) -> int:
    return len(character.encode())


def _q_word(text: str) -> str:
    written = "".join(
        octet if octet in _Q_PLAIN else "_" if octet == " " else f"={ord(octet):02X}"
        for octet in text.encode().decode("latin_1")
    )
    return f"=?utf-8?q?{written}?="


def _b_word(text: str) -> str:
    return f"=?utf-8?b?{binascii.b2a_base64(text.encode(), newline=False).decode('ascii')}?="


def _pieces(text: str) -> list[str]:
    return [found[0] for found in _PIECE.finditer(text)]


def _must_encode(text: str) -> bool:
    return (
        not text.isascii()
        or "=?" in text
        or text != text.strip(" \t")
        or any(len(piece) > _LONGEST_WORD for piece in _pieces(text))
    )


def _write_raw(name: str, value: Json) -> tuple[str, Json]:
    if not isinstance(value, str):
        raise InvalidHeader(name, "a string is needed")
    if (found := _FORBIDDEN_RAW.search(value)) is not None:
        raise InvalidHeader(name, f"must not contain U+{ord(found[0]):04X}")
    rest = _RAW_FOLD.sub("", value)
    if "\r" in rest or "\n" in rest:
        raise InvalidHeader(name, "a line end must be CRLF and be followed by white space and more")
    return value, value


def write_text(name: str, text: str) -> str:
    """Write unstructured text after `name:`, folded; tabs become spaces where encoded words are needed."""
    if not _must_encode(text):
        return fold(_pieces(f" {text}"), len(name) + 1)
    used = len(name) + 1
    return fold((f" {word}" for word in encoded_words(text.replace("\t", " "), used)), used)


def _write_text(name: str, value: Json) -> tuple[str, Json]:
    text = check_text(name, value)
    return write_text(name, text), normalized(text.replace("\t", " ") if _must_encode(text) else text)


def _name_pieces(text: str) -> list[str]:
    """Write a display-name: as atoms, as a quoted string, or as encoded words."""
    if "=?" not in text and len(text) <= _LONGEST_WORD:
        if _ATOMS.fullmatch(text):
            return [f" {word}" for word in text.split(" ")]
        if _PRINTABLE.fullmatch(text) and text == text.strip():
            escaped = text.replace("\\", "\\\\").replace('"', '\\"')
            return _pieces(f' "{escaped}"')
    return [f" {word}" for word in encoded_words(text)]


def _mailbox(name: str, value: Json) -> tuple[list[str], dict[str, Json]]:
    if not isinstance(value, Mapping):
        raise InvalidHeader(name, "an EmailAddress object is needed")
    email = check_text(name, value.get("email"))
    shown = check_text(name, value.get("name") or "").replace("\t", " ").strip()
    if not shown and not email:
        raise InvalidHeader(name, "an address is empty")
    pieces = _name_pieces(shown) if shown else []
    pieces.append(f" {email}" if not shown and _PLAIN_ADDRESS.fullmatch(email) else f" <{email}>")
    return pieces, {"name": normalized(shown) or None, "email": email}


def _mailboxes(name: str, value: Json) -> tuple[list[str], list[Json]]:
    if not isinstance(value, list | tuple):
        raise InvalidHeader(name, "a list of EmailAddress objects is needed")
    pieces: list[str] = []
    expected: list[Json] = []
    for item in value:
        if pieces:
            pieces[-1] += ","
        written, shown = _mailbox(name, item)
        pieces += written
        expected.append(shown)
    return pieces, expected


def _write_addresses(name: str, value: Json) -> tuple[str, Json]:
    pieces, expected = _mailboxes(name, value)
    return fold(pieces, len(name) + 1), expected


def _write_grouped_addresses(name: str, value: Json) -> tuple[str, Json]:
    if not isinstance(value, list | tuple):
        raise InvalidHeader(name, "a list of EmailAddressGroup objects is needed")
    pieces: list[str] = []
    expected: list[dict[str, Json]] = []
    for group in value:
        if not isinstance(group, Mapping):
            raise InvalidHeader(name, "an EmailAddressGroup object is needed")
        members, shown = _mailboxes(name, group.get("addresses"))
        title = check_text(name, group.get("name") or "").replace("\t", " ").strip()
        if not title and not members:
            continue
        if pieces and not pieces[-1].endswith(";"):
            pieces[-1] += ","
        if title:
            heading = _name_pieces(title)
            members = [*heading[:-1], f"{heading[-1]}:", *members]
            members[-1] += ";"
        pieces += members
        if not title and expected and expected[-1]["name"] is None:
            expected[-1] = {"name": None, "addresses": [*_listed(expected[-1]["addresses"]), *shown]}
        else:
            expected.append({"name": normalized(title) or None, "addresses": shown})
    return fold(pieces, len(name) + 1), expected


def _listed(value: Json) -> list[Json]:
    return list(value) if isinstance(value, list) else []


def _strings(name: str, value: Json) -> list[str]:
    if not isinstance(value, list | tuple):
        raise InvalidHeader(name, "a list of strings is needed")
    return [check_text(name, item) for item in value]


def _write_message_ids(name: str, value: Json) -> tuple[str, Json]:
    ids = _strings(name, value)
    return fold((f" <{message_id}>" for message_id in ids), len(name) + 1), ids


def _write_urls(name: str, value: Json) -> tuple[str, Json]:
    urls = _strings(name, value)
    last = len(urls) - 1
    pieces = (f" <{url}>{',' if at < last else ''}" for at, url in enumerate(urls))
    return fold(pieces, len(name) + 1), urls


def _write_date(name: str, value: Json) -> tuple[str, Json]:
    moment = parse_rfc3339(check_text(name, value))
    if moment is None:
        raise InvalidHeader(name, "not a date-time of RFC 3339")
    return f" {format_rfc5322(moment)}", format_rfc3339(moment)


_WRITERS: Final[Mapping[str, Callable[[str, Json], tuple[str, Json]]]] = MappingProxyType(
    {
        "Raw": _write_raw,
        "Text": _write_text,
        "Addresses": _write_addresses,
        "GroupedAddresses": _write_grouped_addresses,
        "MessageIds": _write_message_ids,
        "Date": _write_date,
        "URLs": _write_urls,
    }
)
