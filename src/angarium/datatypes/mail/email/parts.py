"""From EmailBodyPart objects of a client to the parts of a message to write (RFC 8621 §4.1.4, §4.6).

Collects every problem and every blob that is missing instead of stopping at the first.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

from angarium.datatypes.blobs import read_counted
from angarium.datatypes.mail.email.given import Field, Problems, draft_headers, fields_of
from angarium.engine.call import Call
from angarium.engine.errors import SetError, SetErrorType
from angarium.engine.shapes import (
    Problem,
    Shape,
    an_object,
    identifier,
    list_of,
    map_of,
    nullable,
    record_of,
    text,
    unsigned,
)
from angarium.formats.json import JSON
from angarium.formats.message import BodyPart
from angarium.formats.message.parameters import parse_structured
from angarium.store.contract import BlobHash

MOST_PARTS: Final = 500
"""In one message to write."""

_UNWRITABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def _line(value: JSON) -> Problem | None:
    """A string that can stand in a header field."""
    if isinstance(value, str) and not _UNWRITABLE.search(value):
        return None
    return Problem("", "must be a string without control characters and line ends")


def _false(value: JSON) -> Problem | None:
    return None if value is False else Problem("", "must be false")


_PART_SHAPES: Final[Mapping[str, Shape]] = {
    "partId": nullable(text),
    "blobId": nullable(identifier),
    "size": nullable(unsigned),
    "name": nullable(_line),
    "type": nullable(_line),
    "charset": nullable(_line),
    "disposition": nullable(_line),
    "cid": nullable(_line),
    "language": nullable(list_of(_line)),
    "location": nullable(_line),
    "subParts": nullable(list_of(an_object)),
}

_BODY_VALUES: Final = map_of(
    text, record_of({"value": text, "isEncodingProblem": _false, "isTruncated": _false}, required=("value",))
)

_FIELDS: Final[Mapping[str, str]] = {
    "type": "content-type",
    "charset": "content-type",
    "name": "content-disposition",
    "disposition": "content-disposition",
    "cid": "content-id",
    "language": "content-language",
    "location": "content-location",
}
"""Property to the header field that it is written in: a part gives each field once."""

_SERVERS_OWN: Final = "content-transfer-encoding"


def body_values(value: JSON, problems: Problems) -> dict[str, str]:
    """The texts of a `bodyValues` by partId."""
    if value is None or not problems.check("bodyValues", _BODY_VALUES, value):
        return {}
    values = cast("dict[str, dict[str, str]]", value)
    return {part_id: item["value"] for part_id, item in values.items()}


@dataclass(slots=True)
class PartReader:
    """Reads the parts of one email; `left` is how many octets of attachments it may still have.

    `blobs` are those whose octets are in it.
    """

    call: Call
    values: Mapping[str, str]
    problems: Problems
    left: int
    missing: list[str] = field(default_factory=list)
    parts: int = 0
    blobs: set[BlobHash] = field(default_factory=set)

    def read(self, given: Mapping[str, JSON], path: str, default_type: str | None = None) -> BodyPart:
        """One part with all below it; `path` ends in a slash. SetError tooLarge."""
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise SetError(SetErrorType.TOO_LARGE, f"an email has at most {MOST_PARTS} parts")
        known = self._known(given, path)
        fields = self._fields(given, known, path)
        media_type = _media_type(known, fields, default_type)
        sub_parts = self._sub_parts(known, media_type, path)
        content = b"" if media_type.startswith("multipart/") else self._content(known, media_type, path)
        language = cast("list[str] | None", known.get("language"))
        return BodyPart(
            type=media_type,
            content=content,
            sub_parts=sub_parts,
            charset=_charset(known, media_type, content),
            disposition=_text(known, "disposition"),
            cid=_text(known, "cid"),
            language=tuple(language) if language else None,
            location=_text(known, "location"),
            name=_text(known, "name"),
            headers=draft_headers(fields, self.problems),
        )

    def _known(self, given: Mapping[str, JSON], path: str) -> dict[str, JSON]:
        """The properties that are given and sound, other than header fields."""
        known: dict[str, JSON] = {}
        for name, value in given.items():
            if name.startswith("header:") or value is None:
                continue
            shape = _PART_SHAPES.get(name)
            if shape is None:
                self.problems.add(f"{path}{name}", "must not be given for a part to create")
            elif self.problems.check(f"{path}{name}", shape, value):
                known[name] = value
        return known

    def _fields(self, given: Mapping[str, JSON], known: Mapping[str, JSON], path: str) -> list[Field]:
        owners = {_FIELDS[name]: name for name in known if name in _FIELDS}
        fields = fields_of(given, self.problems, path)
        for item in fields:
            name = item.name.lower()
            if name == _SERVERS_OWN:
                self.problems.add(item.property, "is chosen by the server")
            elif name in owners:
                self.problems.add(item.property, f"gives the same header field as {path}{owners[name]}")
        return fields

    def _sub_parts(self, known: Mapping[str, JSON], media_type: str, path: str) -> tuple[BodyPart, ...]:
        given = cast("list[dict[str, JSON]] | None", known.get("subParts"))
        if not media_type.startswith("multipart/"):
            if given:
                self.problems.add(f"{path}subParts", f"must not be given for {media_type}")
            return ()
        for name in ("partId", "blobId", "charset"):
            if name in known:
                self.problems.add(f"{path}{name}", "must not be given for a multipart")
        if not given:
            self.problems.add(f"{path}subParts", "must be given for a multipart")
        return tuple(self.read(part, f"{path}subParts/{index}/") for index, part in enumerate(given or ()))

    def _content(self, known: Mapping[str, JSON], media_type: str, path: str) -> str | bytes:
        part_id, blob_id = _text(known, "partId"), _text(known, "blobId")
        if part_id is not None and blob_id is not None:
            self.problems.add(f"{path}partId", "must not be given with a blobId")
            self.problems.add(f"{path}blobId", "must not be given with a partId")
        elif part_id is not None:
            return self._text_content(known, part_id, media_type, path)
        elif blob_id is not None:
            return self._blob_content(blob_id)
        elif known.keys() & {"partId", "blobId"} == set():
            self.problems.add(f"{path}partId", "or a blobId must be given")
        return ""

    def _text_content(self, known: Mapping[str, JSON], part_id: str, media_type: str, path: str) -> str | bytes:
        for name in ("charset", "size"):
            if name in known:
                self.problems.add(f"{path}{name}", "must not be given with a partId")
        if part_id not in self.values:
            self.problems.add(f"{path}partId", "is not in bodyValues")
        value = self.values.get(part_id, "")
        # RFC 2046 §5.2.1: a message is not to be encoded, which is what writing it as text might do.
        return value.encode("utf-8", "replace") if media_type.startswith("message/") else value

    def _blob_content(self, blob_id: str) -> bytes:
        blob = read_counted(self.call, self.call.account, blob_id)
        if blob is None:
            self.missing.append(blob_id)
            return b""
        self.left -= len(blob.content)
        if self.left < 0:
            raise SetError(SetErrorType.TOO_LARGE, "the attachments are too large together; see the account's limits")
        self.blobs.add(blob.id.hash)
        return blob.content[:]

    def refuse_missing(self) -> None:
        """SetError blobNotFound with every blob that is missing (RFC 8621 §4.6)."""
        if self.missing:
            not_found: list[JSON] = list(dict.fromkeys(self.missing))
            raise SetError(SetErrorType.BLOB_NOT_FOUND, "some blobs are not there", extra={"notFound": not_found})


def given_parts(value: JSON) -> Sequence[dict[str, JSON]]:
    """The parts of a body list that was found to be one."""
    return cast("list[dict[str, JSON]]", value) if isinstance(value, list) else ()


def _text(known: Mapping[str, JSON], name: str) -> str | None:
    return cast("str | None", known.get(name))


def _media_type(known: Mapping[str, JSON], fields: Sequence[Field], default_type: str | None) -> str:
    given = _text(known, "type")
    if given is None:
        raw = next((item.value for item in fields if item.name.lower() == "content-type"), None)
        given = parse_structured(raw.encode("utf-8", "replace")).value if isinstance(raw, str) else None
    if given is None:
        given = default_type or ("application/octet-stream" if "blobId" in known else "text/plain")
    return given.strip().lower()


def _charset(known: Mapping[str, JSON], media_type: str, content: str | bytes) -> str | None:
    """The charset given; for a text of octets that says none, UTF-8 where the octets are that."""
    given = _text(known, "charset")
    if given is not None or isinstance(content, str) or not media_type.startswith("text/") or content.isascii():
        return given
    try:
        content.decode()
    except UnicodeDecodeError:
        return None
    return "utf-8"
