"""The photos, logos and sounds of a card: their octets are blobs, whichever way they came (RFC 9610 §3, §3.5).

A `data:` URI becomes a blob, a part of a message a blob of its own; what is to be seen must be an image.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, cast

from angarium.datatypes.blobs import BlobId, parse_blob_id, read_counted
from angarium.engine.call import Call
from angarium.engine.errors import invalid_properties
from angarium.engine.shapes import Problem
from angarium.formats.datauri import is_data_uri, parse_data_uri
from angarium.formats.imagetype import ENOUGH, image_type
from angarium.formats.json import JSON
from angarium.store.contract import BlobHash

Media = Mapping[str, JSON]

_IMAGES: Final = ("photo", "logo")
_UNKNOWN: Final = "application/octet-stream"


class _Found(NamedTuple):
    """A blob of a media object: its hash, its first octets, and the type that its source tells."""

    hash: BlobHash
    beginning: bytes
    media_type: str | None = None


class _Bad(Exception):
    """Something is wrong with a property of a media object."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.problem = Problem(name, text)


def settled(call: Call, media: Media, before: Media) -> dict[str, JSON]:
    """The media of a card as they are kept, with every blob in the store; `before` is what was kept already.

    Raises SetError invalidProperties with the path of each blob that the user may not read or that is no image.
    """
    kept: dict[str, JSON] = {}
    problems: list[Problem] = []
    for key, given in media.items():
        entry = cast("dict[str, JSON]", given)
        try:
            kept[key] = entry if entry == before.get(key) else _settled(call, entry)
        except _Bad as bad:
            problems.append(bad.problem.within(key).within("media"))
    if problems:
        raise invalid_properties("; ".join(map(str, problems[:10])), *(problem.path for problem in problems))
    return kept


def hashes(media: JSON) -> list[BlobHash]:
    """The blobs of kept media."""
    entries = media.values() if isinstance(media, dict) else ()
    ids = (entry.get("blobId") for entry in entries if isinstance(entry, dict))
    named = (parse_blob_id(blob) for blob in ids if isinstance(blob, str))
    return list(dict.fromkeys(name.hash for name in named if name))


def _settled(call: Call, entry: dict[str, JSON]) -> dict[str, JSON]:
    uri, blob_id = entry.get("uri"), entry.get("blobId")
    if isinstance(blob_id, str):
        name, found = "blobId", _of_blob(call, blob_id)
    elif isinstance(uri, str) and is_data_uri(uri):
        name, found = "uri", _of_uri(call, uri)
    else:
        return entry
    image = image_type(found.beginning)
    if entry.get("kind") in _IMAGES and image is None:
        raise _Bad(name, "must be an image; its octets are none that this server knows")
    kept = {key: value for key, value in entry.items() if key != "uri"}
    media_type = entry.get("mediaType") or found.media_type or image or _UNKNOWN
    return {**kept, "blobId": str(BlobId(found.hash)), "mediaType": media_type}


def _of_blob(call: Call, blob_id: str) -> _Found:
    blob = read_counted(call, call.account, blob_id)
    if blob is None:
        raise _Bad("blobId", f"there is no blob '{blob_id[:100]}'")
    if not blob.id.steps:
        return _Found(blob.id.hash, blob.content[:ENOUGH])
    octets = blob.content[:]
    return _Found(call.transaction.blobs.add(octets), octets[:ENOUGH])


def _of_uri(call: Call, uri: str) -> _Found:
    parsed = parse_data_uri(uri)
    if parsed is None:
        raise _Bad("uri", "is a data: URI that cannot be read")
    media_type, octets = parsed
    return _Found(call.transaction.blobs.add(octets), octets[:ENOUGH], media_type)


def shared(call: Call, blobs: Sequence[BlobHash], allowance: int) -> None:
    """Let the user of a call use blobs in its account that the user could read in another one."""
    for blob in blobs:
        call.transaction.blobs.upload(
            call.account.key, call.request.principal.id, blob, call.request.now // 1000, allowance
        )
