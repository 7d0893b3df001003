"""What the header fields of one MIME entity say about it.

From Content-* fields to the values that a Part shows; no offsets and no nesting here. RFC 8621 §4.1.4, RFC 2045 §5
and §6, RFC 2183, RFC 3282, RFC 2557 §4.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from angarium.formats.message.header_text import decode_words, normalized, unfolded, without_comments
from angarium.formats.message.parameters import Structured, parse_structured
from angarium.formats.message.transfer import encoding_of
from angarium.formats.message.values import Encoding, Header

PLAIN: Final = "text/plain"
NESTED: Final = "message/rfc822"
OPAQUE: Final = "application/octet-stream"
IMPLICIT_CHARSET: Final = "us-ascii"
_TYPE: Final = re.compile(r"([!#-'*+.0-9A-Z^-~-]+)\s*/\s*([!#-'*+.0-9A-Z^-~-]+)")
_CHILD_DEFAULTS: Final = MappingProxyType({"multipart/digest": NESTED})  # RFC 2046 §5.1.5
_ABSENT: Final = Structured("", MappingProxyType({}))
_LONGEST_BOUNDARY: Final = 1_000  # RFC 2046 §5.1.1 allows 70


@dataclass(frozen=True, slots=True)
class Entity:
    """The MIME facts of one entity; `boundary` only where the type is multipart/* and names one."""

    type: str
    charset: str | None
    boundary: bytes | None
    encoding: Encoding
    is_encoding_problem: bool
    name: str | None
    disposition: str | None
    cid: str | None
    language: tuple[str, ...] | None
    location: str | None


def describe(headers: Iterable[Header], default_type: str) -> Entity:
    """Read the Content-* fields of an entity; of two alike the first counts, as in most mail software."""
    content = _content_fields(headers)
    if not content:
        return Entity(default_type, IMPLICIT_CHARSET, None, Encoding.IDENTITY, False, None, None, None, None, None)
    declared = content.get("content-type")
    structured = parse_structured(declared) if declared is not None else _ABSENT
    media_type = _media_type(structured.value) if declared is not None else default_type
    disposition = _structured(content, "content-disposition")
    encoding = _encoding(content)
    return Entity(
        type=media_type,
        charset=_charset(structured, media_type, declared is None),
        boundary=_boundary(structured, media_type),
        encoding=encoding or Encoding.IDENTITY,
        is_encoding_problem=encoding is None,
        name=_name(disposition, structured),
        disposition=disposition.value.lower() or None,
        cid=_cid(content.get("content-id")),
        language=_language(content.get("content-language")),
        location=_location(content.get("content-location")),
    )


def default_child_type(media_type: str) -> str:
    """Name the type of a part without Content-Type inside a multipart of `media_type`."""
    return _CHILD_DEFAULTS.get(media_type, PLAIN)


def _content_fields(headers: Iterable[Header]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for header in headers:
        if header.name[0] in "cC":
            found.setdefault(header.name.lower(), header.raw)
    return found


def _structured(content: Mapping[str, bytes], name: str) -> Structured:
    raw = content.get(name)
    return parse_structured(raw) if raw is not None else _ABSENT


def _media_type(value: str) -> str:
    """RFC 2045 §5.2: what cannot be read as type/subtype is plain text."""
    found = _TYPE.match(value)
    return f"{found[1]}/{found[2]}".lower() if found else PLAIN


def _charset(structured: Structured, media_type: str, is_implicit: bool) -> str | None:
    given = structured.parameters.get("charset", "").strip(" '\"")
    if given:
        return given
    return IMPLICIT_CHARSET if is_implicit or media_type.startswith("text/") else None


def _boundary(structured: Structured, media_type: str) -> bytes | None:
    if not media_type.startswith("multipart/"):
        return None
    # RFC 2046 §5.1.1: white space at the end was added by a gateway.
    boundary = structured.parameters.get("boundary", "").rstrip().encode("utf_8", "replace")
    return boundary if 0 < len(boundary) <= _LONGEST_BOUNDARY else None


def _encoding(content: Mapping[str, bytes]) -> Encoding | None:
    raw = content.get("content-transfer-encoding")
    if raw is None:
        return Encoding.IDENTITY
    name = without_comments(unfolded(raw)).strip().rstrip(";").strip("\"' ")
    return encoding_of(name) if name else Encoding.IDENTITY


def _name(disposition: Structured, content_type: Structured) -> str | None:
    name = disposition.parameters.get("filename") or content_type.parameters.get("name")
    return name or None


def _cid(raw: bytes | None) -> str | None:
    if raw is None:
        return None
    value = without_comments(unfolded(raw)).strip()
    return value.removeprefix("<").removesuffix(">").strip() or None


def _language(raw: bytes | None) -> tuple[str, ...] | None:
    if raw is None:
        return None
    tags = (tag.strip() for tag in without_comments(unfolded(raw)).split(","))
    return tuple(tag for tag in tags if tag) or None


def _location(raw: bytes | None) -> str | None:
    if raw is None:
        return None
    return normalized(decode_words(unfolded(raw).strip())) or None
