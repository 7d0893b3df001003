"""What is made of a message when it is read: body parts, body values, header fields (RFC 8621 §4.1.2 to §4.1.4).

Email/get and Email/parse share it. A `Source` is lazy: the octets are opened only for a property that needs them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, cast

from angarium.datatypes.blobs import BlobId
from angarium.datatypes.mail.email.properties import BODY_PROPERTIES
from angarium.engine.call import Call
from angarium.engine.declare import Argument
from angarium.engine.shapes import boolean, nullable, unsigned
from angarium.formats.json import JSON
from angarium.formats.message import (
    DEFAULT_PROPERTIES,
    BodyLists,
    Header,
    Octets,
    Part,
    body_lists,
    body_value,
    header_list,
    header_value,
    parse_header_property,
    part_to_json,
    read_headers,
    structure_to_json,
)

BODY_ARGUMENTS: Final = (
    Argument("bodyProperties", nullable(BODY_PROPERTIES)),
    Argument("fetchTextBodyValues", boolean, False),
    Argument("fetchHTMLBodyValues", boolean, False),
    Argument("fetchAllBodyValues", boolean, False),
    Argument("maxBodyValueBytes", unsigned, 0),
)
"""Arguments of Email/get and Email/parse (RFC 8621 §4.2)."""


@dataclass(frozen=True, slots=True)
class BodyOptions:
    """The arguments that say how bodies are shown; `most` octets of a body value, 0 for no limit."""

    properties: tuple[str, ...] = DEFAULT_PROPERTIES
    text: bool = False
    html: bool = False
    every: bool = False
    most: int = 0


def body_options(call: Call) -> BodyOptions:
    """The options of a call that takes `BODY_ARGUMENTS`."""
    properties = call.texts("bodyProperties")
    return BodyOptions(
        DEFAULT_PROPERTIES if properties is None else tuple(dict.fromkeys(properties)),
        call.flag("fetchTextBodyValues"),
        call.flag("fetchHTMLBodyValues"),
        call.flag("fetchAllBodyValues"),
        call.integer("maxBodyValueBytes") or 0,
    )


class Source:
    """One message: its name, its structure, and a way to its octets."""

    def __init__(self, blob: BlobId, structure: Part, open_: Callable[[], Octets]) -> None:
        self.blob = blob
        self.structure = structure
        self._open = open_

    @cached_property
    def octets(self) -> Octets:
        """The message itself."""
        return self._open()

    @cached_property
    def headers(self) -> Sequence[Header]:
        """The fields of the message."""
        return self.headers_of(self.structure)

    @cached_property
    def lists(self) -> BodyLists:
        """The flat views of the structure."""
        return body_lists(self.structure)

    def headers_of(self, part: Part) -> Sequence[Header]:
        """The fields of a part, read from the octets where the structure came without."""
        return part.headers or read_headers(self.octets, part.header_range)

    def blob_of(self, part: Part) -> str:
        """The blob id of a part."""
        return str(self.blob.part(*part.body_range, part.encoding))


def _part(source: Source, part: Part, options: BodyOptions) -> JSON:
    return cast(JSON, part_to_json(part, source.blob_of, options.properties, source.headers_of))


def _parts(choose: Callable[[BodyLists], Sequence[Part]]) -> Callable[[Source, BodyOptions], JSON]:
    return lambda source, options: [_part(source, part, options) for part in choose(source.lists)]


def _structure(source: Source, options: BodyOptions) -> JSON:
    return cast(JSON, structure_to_json(source.structure, source.blob_of, options.properties, source.headers_of))


def _body_values(source: Source, options: BodyOptions) -> JSON:
    wanted: list[Part] = []
    wanted += source.lists.text_body if options.text else ()
    wanted += source.lists.html_body if options.html else ()
    wanted += source.structure.walk() if options.every else ()
    parts = {part.part_id: part for part in wanted if part.part_id is not None and part.type.startswith("text/")}
    return {part_id: _body_value(source, part, options.most) for part_id, part in parts.items()}


def _body_value(source: Source, part: Part, most: int) -> JSON:
    value = body_value(source.octets, part, most)
    lost = part.body_range[1] > len(source.octets)  # to damage of the store
    return {
        "value": value.value,
        "isEncodingProblem": value.is_encoding_problem or lost,
        "isTruncated": value.is_truncated,
    }


_MADE: Final[Mapping[str, Callable[[Source, BodyOptions], JSON]]] = {
    "bodyStructure": _structure,
    "textBody": _parts(lambda lists: lists.text_body),
    "htmlBody": _parts(lambda lists: lists.html_body),
    "attachments": _parts(lambda lists: lists.attachments),
    "bodyValues": _body_values,
    "headers": lambda source, _: cast(JSON, header_list(source.headers)),
}


def made(source: Source, name: str, options: BodyOptions) -> JSON:
    """The value of a property that is made when it is read: one of the body, `headers`, or a `header:*`."""
    if name in _MADE:
        return _MADE[name](source, options)
    wanted = parse_header_property(name)
    if wanted is None:
        raise KeyError(name)
    return cast(JSON, header_value(source.headers, wanted.name, wanted.form, wanted.all))
