"""What a message is once its octets are read: headers, parts, ranges.

Only frozen values live here, with no behaviour beyond walking the tree; every other module of the package makes or
takes them. RFC 8621 §4.1.2 to §4.1.4 gives the names.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from mmap import mmap
from typing import TypeAlias, Union

Octets: TypeAlias = bytes | bytearray | memoryview | mmap
Json: TypeAlias = Union[bool, int, str, "Sequence[Json]", "Mapping[str, Json]", None]


class Encoding(StrEnum):
    """The content transfer encodings that are undone; short, because blob ids carry them (RFC 2045 §6)."""

    IDENTITY = ""
    BASE64 = "b"
    QUOTED_PRINTABLE = "q"
    UUENCODE = "u"


@dataclass(frozen=True, slots=True)
class Header:
    """One header field: `name` as in the message, `raw` the octets after the colon without the last line end."""

    name: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """One MIME entity (EmailBodyPart of RFC 8621 §4.1.4), as offsets into the message it was read from.

    `header_range` and `body_range` are half-open; the body is still encoded as `encoding` says, and `size` counts
    its octets once decoded. `part_id` is None exactly when `type` is multipart/*. `is_encoding_problem` says that
    the Content-Transfer-Encoding was none we know.
    """

    part_id: str | None
    headers: tuple[Header, ...]
    header_range: tuple[int, int]
    body_range: tuple[int, int]
    encoding: Encoding
    size: int
    name: str | None
    type: str
    charset: str | None
    disposition: str | None
    cid: str | None
    language: tuple[str, ...] | None
    location: str | None
    sub_parts: tuple["Part", ...] = ()
    is_encoding_problem: bool = False

    @property
    def is_multipart(self) -> bool:
        """Whether the part holds parts rather than content."""
        return self.part_id is None

    def walk(self) -> Iterator["Part"]:
        """Give this part and all below it, depth first."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.sub_parts))


@dataclass(frozen=True, slots=True)
class Message:
    """A message: its top-level header fields in order (at most 1,000), its MIME structure, its size in octets."""

    headers: tuple[Header, ...]
    structure: Part
    size: int


@dataclass(frozen=True, slots=True)
class BodyLists:
    """The flat views of a structure (RFC 8621 §4.1.4)."""

    text_body: tuple[Part, ...]
    html_body: tuple[Part, ...]
    attachments: tuple[Part, ...]
