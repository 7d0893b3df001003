"""A structure as JSON: the EmailBodyPart that clients see, and the compact form that the store keeps.

RFC 8621 §4.1.4 and §4.2 (bodyProperties). The compact form leaves header fields out: the range is enough to read them
again from the message.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from angarium.formats.errors import FormatError
from angarium.formats.message.forms import header_list, header_value, parse_header_property
from angarium.formats.message.values import Encoding, Header, Json, Part

DEFAULT_PROPERTIES: Final = (
    "partId",
    "blobId",
    "size",
    "name",
    "type",
    "charset",
    "disposition",
    "cid",
    "language",
    "location",
)
_VALUES: Final[Mapping[str, Callable[[Part], Json]]] = MappingProxyType(
    {
        "partId": lambda part: part.part_id,
        "size": lambda part: part.size,
        "name": lambda part: part.name,
        "type": lambda part: part.type,
        "charset": lambda part: part.charset,
        "disposition": lambda part: part.disposition,
        "cid": lambda part: part.cid,
        "language": lambda part: list(part.language) if part.language is not None else None,
        "location": lambda part: part.location,
    }
)
_ENCODINGS: Final = frozenset(Encoding)
BlobIdOf = Callable[[Part], str | None]
HeadersOf = Callable[[Part], Sequence[Header]]


def _own_headers(part: Part) -> Sequence[Header]:
    return part.headers


def is_body_property(name: str) -> bool:
    """Tell whether `name` may stand in bodyProperties."""
    return name in _VALUES or name in {"blobId", "headers", "subParts"} or parse_header_property(name) is not None


def part_to_json(
    part: Part,
    blob_id: BlobIdOf,
    properties: Sequence[str] = DEFAULT_PROPERTIES,
    headers_of: HeadersOf = _own_headers,
) -> dict[str, Json]:
    """Give one part as EmailBodyPart with just `properties`, of which each must satisfy `is_body_property`.

    `blob_id` is asked for parts with content only; `headers_of` for parts whose header fields are wanted.
    """
    shown: dict[str, Json] = {}
    for name in properties:
        value = _VALUES.get(name)
        if value is not None:
            shown[name] = value(part)
        elif name == "blobId":
            shown[name] = None if part.is_multipart else blob_id(part)
        elif name == "headers":
            shown[name] = header_list(headers_of(part))
        elif name == "subParts":
            subs = [part_to_json(sub, blob_id, properties, headers_of) for sub in part.sub_parts]
            shown[name] = subs if part.is_multipart else None
        elif (wanted := parse_header_property(name)) is not None:
            shown[name] = header_value(headers_of(part), wanted.name, wanted.form, wanted.all)
    return shown


def structure_to_json(
    part: Part,
    blob_id: BlobIdOf,
    properties: Sequence[str] = DEFAULT_PROPERTIES,
    headers_of: HeadersOf = _own_headers,
) -> dict[str, Json]:
    """Give a part with all below it (bodyStructure): as `part_to_json`, and `subParts` in every multipart."""
    listed = [name for name in properties if name != "subParts"]
    shown = part_to_json(part, blob_id, listed, headers_of)
    if part.is_multipart:
        shown["subParts"] = [structure_to_json(sub, blob_id, properties, headers_of) for sub in part.sub_parts]
    elif "subParts" in properties:
        shown["subParts"] = None
    return shown


def compact(part: Part) -> list[Json]:
    """Give a structure as short nested JSON lists, from which `expand` makes it again without its header fields."""
    return [
        part.part_id,
        *part.header_range,
        *part.body_range,
        str(part.encoding),
        part.size,
        part.name,
        part.type,
        part.charset,
        part.disposition,
        part.cid,
        list(part.language) if part.language is not None else None,
        part.location,
        part.is_encoding_problem,
        [compact(sub) for sub in part.sub_parts],
    ]


def expand(value: Json) -> Part:
    """Make a structure of what `compact` gave; `headers` is empty. Raises FormatError for anything else."""
    match value:
        case [
            str() | None as part_id,
            int(h0),
            int(h1),
            int(b0),
            int(b1),
            str(encoding),
            int(size),
            str() | None as name,
            str(media_type),
            str() | None as charset,
            str() | None as disposition,
            str() | None as cid,
            [*_] | None as language,
            str() | None as location,
            bool(is_problem),
            [*sub_parts],
        ] if encoding in _ENCODINGS:
            return Part(
                part_id=part_id,
                headers=(),
                header_range=(h0, h1),
                body_range=(b0, b1),
                encoding=Encoding(encoding),
                size=size,
                name=name,
                type=media_type,
                charset=charset,
                disposition=disposition,
                cid=cid,
                language=tuple(str(tag) for tag in language) if isinstance(language, Sequence) else None,
                location=location,
                sub_parts=tuple(expand(sub) for sub in sub_parts),
                is_encoding_problem=is_problem,
            )
    raise FormatError("not a compact structure")
