"""Writing a message: from a draft to octets that read back as the same.

Everything is derived from the arguments: the boundary from the content, the date and Message-ID given by the caller.
CRLF line ends, no line over 998 octets. RFC 8621 §4.6, RFC 5322, RFC 2045, RFC 2046.
"""

import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from angarium.formats.errors import FormatError
from angarium.formats.message.dates import format_rfc3339
from angarium.formats.message.draft import BodyPart, Draft, DraftHeader
from angarium.formats.message.header_block import LONGEST_BLOCK, MOST_FIELDS
from angarium.formats.message.headerbuild import LONGEST_LINE, InvalidHeader, build_header, check_text, write_text
from angarium.formats.message.parameterbuild import write_structured
from angarium.formats.message.parameters import parse_structured
from angarium.formats.message.scanner import DEEPEST, MOST_PARTS

_TYPE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}")
_TOKEN: Final = re.compile(r"[!#-'*+.0-9A-Z^-~-]{1,60}")
_CID: Final = re.compile(r"[!-'*-;=?-~]{1,900}")
_URI: Final = re.compile(r"[!-~]{1,900}")
_LINE_END: Final = re.compile(r"\r\n|\n")
_OCTET_LINE_END: Final = re.compile(rb"\r\n|\n|\r")
_PRINTABLE: Final = bytes([*range(32, 127), 9, 10, 13])
_BASE64_COLUMNS: Final = 76
_OURS: Final = frozenset({"content-transfer-encoding"})
_OWN_PARAMETERS: Final = frozenset({"charset", "boundary", "name"})


@dataclass(frozen=True, slots=True)
class _Entity:
    """A part written: its fields, its encoded content in pieces, whether octets over 127 stand in it."""

    fields: list[bytes]
    content: list[bytes]
    is_8bit: bool


def build(draft: Draft, *, message_id: str, date: datetime) -> bytes:
    """Write `draft` as a message; `message_id` (without brackets) and `date` serve where it has no such field.

    Raises InvalidHeader for a header value that cannot be written, FormatError for a body that cannot.
    """
    names = {header.name.lower() for header in draft.headers}
    for name in names:
        if name.startswith("content-"):
            raise InvalidHeader(name, "belongs to a body part")
    fields = [field for header in draft.headers for field in build_header(header)]
    entity = _entity(draft.body, 0, [0], names)
    fields += _missing([*fields, *entity.fields], message_id, date)
    has_version = any(field[:13].lower() == b"mime-version:" for field in [*fields, *entity.fields])
    block = b"".join([*fields, *([] if has_version else [b"MIME-Version: 1.0\r\n"]), *entity.fields])
    if len(block) > LONGEST_BLOCK or len(fields) + len(entity.fields) >= MOST_FIELDS:
        raise FormatError("the header is too large")
    return b"".join([block, b"\r\n", *entity.content])


def _missing(fields: Iterable[bytes], message_id: str, date: datetime) -> list[bytes]:
    present = {field.partition(b":")[0].lower() for field in fields}
    defaults = (
        DraftHeader("Date", "Date", format_rfc3339(date)),
        DraftHeader("Message-ID", "MessageIds", [message_id]),
    )
    return [
        field for header in defaults if header.name.lower().encode() not in present for field in build_header(header)
    ]


def _entity(part: BodyPart, depth: int, count: list[int], taken: set[str]) -> _Entity:
    """Write one part; `count` holds how many there are so far, `taken` the field names that it must not repeat."""
    count[0] += 1
    if depth >= DEEPEST or count[0] >= MOST_PARTS:
        raise FormatError("too many parts, or nested too deep")
    if not _TYPE.fullmatch(part.type):
        raise InvalidHeader("Content-Type", "not a media type")
    own = _own_fields(part, taken)
    if part.type.lower().startswith("multipart/"):
        return _multipart(part, [_entity(sub, depth + 1, count, set()) for sub in part.sub_parts], own)
    if isinstance(part.content, str):
        octets, charset = _LINE_END.sub("\r\n", part.content).encode("utf_8", "replace"), "utf-8"
        encoding, content = _encode_text(octets)
    else:
        charset = part.charset or ""
        encoding, content = _encode_octets(part.content, part.type.lower())
    content_type = _content_type(part, [("charset", charset)] if charset and _takes_charset(part) else [])
    transfer = f"Content-Transfer-Encoding: {encoding}\r\n".encode("ascii")
    return _Entity([content_type, *own, transfer], [content], encoding == "8bit")


def _takes_charset(part: BodyPart) -> bool:
    return part.charset is not None or part.type.lower().startswith("text/")


def _multipart(part: BodyPart, subs: Sequence[_Entity], own: Sequence[bytes]) -> _Entity:
    pieces = [[b"".join(sub.fields), b"\r\n", *sub.content] for sub in subs]
    boundary = _boundary([piece for sub in pieces for piece in sub])
    content = [piece for sub in pieces for piece in (b"--", boundary, b"\r\n", *sub, b"\r\n")]
    content += [b"--", boundary, b"--\r\n"]
    parameters = [("boundary", boundary.decode("ascii"))]
    if part.type.lower() == "multipart/related" and part.sub_parts:
        parameters.append(("type", part.sub_parts[0].type.lower()))  # RFC 2387 §3.1
    is_8bit = any(sub.is_8bit for sub in subs)
    # RFC 2045 §6.4: a composite says 8bit when anything in it is.
    transfer = [b"Content-Transfer-Encoding: 8bit\r\n"] if is_8bit else []
    return _Entity([_content_type(part, parameters), *own, *transfer], content, is_8bit)


def _boundary(pieces: Iterable[bytes]) -> bytes:
    """Derive a boundary from the content, so that the content cannot hold it."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return b"=_" + digest.hexdigest()[:40].encode("ascii")


def _content_type(part: BodyPart, parameters: list[tuple[str, str]]) -> bytes:
    """Write Content-Type; a field of that name given besides `type` lends its other parameters."""
    for header in part.headers:
        if header.name.lower() == "content-type" and isinstance(header.value, str):
            given = parse_structured(header.value.encode("utf_8", "replace")).parameters
            parameters += [pair for pair in given.items() if pair[0] not in _OWN_PARAMETERS]
    if part.name and part.disposition is None:
        parameters.append(("name", part.name))
    return write_structured("Content-Type", part.type.lower(), parameters)


def _own_fields(part: BodyPart, taken: set[str]) -> list[bytes]:
    fields: list[bytes] = []
    if part.disposition is not None:
        _require(_TOKEN, "Content-Disposition", part.disposition)
        names = [("filename", part.name)] if part.name else []
        fields.append(write_structured("Content-Disposition", part.disposition.lower(), names))
    if part.cid is not None:
        _require(_CID, "Content-ID", part.cid)
        fields.append(f"Content-ID: <{part.cid}>\r\n".encode("ascii"))
    if part.language:
        for tag in part.language:
            _require(_TOKEN, "Content-Language", tag)
        fields += build_header(DraftHeader("Content-Language", "Text", ", ".join(part.language)))
    if part.location:
        fields.append(_location(part.location))
    return fields + _further_fields(part, taken, fields)


def _further_fields(part: BodyPart, taken: set[str], fields: Iterable[bytes]) -> list[bytes]:
    present = taken | {field.partition(b":")[0].decode("ascii").lower() for field in fields}
    further: list[bytes] = []
    for header in part.headers:
        name = header.name.lower()
        if name in _OURS or name in present:
            raise InvalidHeader(header.name, "must not be given here, or twice")
        present.add(name)
        if name != "content-type":
            further += build_header(header)
    return further


def _require(shape: re.Pattern[str], field: str, value: str) -> None:
    if not shape.fullmatch(check_text(field, value)):
        raise InvalidHeader(field, "not a value of that field")


def _location(value: str) -> bytes:
    """RFC 2557 §4.4.1: what is no plain URI stands in encoded words."""
    check_text("Content-Location", value)
    if _URI.fullmatch(value) and "=?" not in value:
        return f"Content-Location: {value}\r\n".encode("ascii")
    return f"Content-Location:{write_text('Content-Location', value)}\r\n".encode("ascii")


def _encode_text(octets: bytes) -> tuple[str, bytes]:
    if octets.isascii() and b"\0" not in octets and _has_clean_lines(octets):
        return "7bit", octets
    special = len(octets.translate(None, _PRINTABLE))
    if special * 2 > len(octets) / 3 or b"\r" in octets.replace(b"\r\n", b""):
        return "base64", _base64(octets)
    written = binascii.b2a_qp(octets, istext=True)
    return "quoted-printable", written if b"\r\n" in octets else written.replace(b"\n", b"\r\n")


def _encode_octets(octets: bytes, media_type: str) -> tuple[str, bytes]:
    if not media_type.startswith("message/"):
        return "base64", _base64(octets)
    # RFC 2046 §5.2.1 forbids base64 here; it remains for what SMTP could not carry otherwise.
    lines = _OCTET_LINE_END.sub(b"\r\n", octets)
    if b"\0" in lines or not _has_clean_lines(lines):
        return "base64", _base64(octets)
    return ("7bit" if lines.isascii() else "8bit"), lines


def _has_clean_lines(octets: bytes) -> bool:
    """Tell whether every line ends in CRLF, has no CR within, and is short enough for SMTP."""
    lines = octets.split(b"\r\n")
    return all(len(line) <= LONGEST_LINE and b"\r" not in line and b"\n" not in line for line in lines)


def _base64(octets: bytes) -> bytes:
    encoded = binascii.b2a_base64(octets, newline=False)
    return b"\r\n".join(encoded[at : at + _BASE64_COLUMNS] for at in range(0, len(encoded), _BASE64_COLUMNS))
