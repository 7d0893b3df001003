"""Foo/parse: blobs looked at as something, without storing anything (RFC 8621 §4.9 and its kin)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NoReturn

from angarium.datatypes.blobs.access import Blob, read_blob
from angarium.datatypes.blobs.budget import spend
from angarium.engine.call import Call
from angarium.engine.declare import REQUIRED, Argument, Response
from angarium.engine.errors import MethodError, MethodErrorType
from angarium.engine.limits import MOST_PROPERTIES
from angarium.engine.shapes import identifier, list_of, nullable, text
from angarium.formats.json import JSON, dumps

BLOB_IDS: Final = Argument("blobIds", list_of(identifier), REQUIRED)
PARSE_ARGUMENTS: Final = (BLOB_IDS, Argument("properties", nullable(list_of(text, MOST_PROPERTIES))))


def parse_blobs(call: Call, most: int, look: Callable[[Blob], tuple[JSON, int] | None]) -> Response:
    """The response for the blobs that a call names, at most so many.

    `look` gives what to show of a blob and about how many octets that will take, None for one that is nothing of the
    kind. Raises MethodError requestTooLarge for too many blobs, too much to read, or too much to show.
    """
    wanted = list(dict.fromkeys(call.texts("blobIds") or ()))
    if len(wanted) > most:
        raise MethodError(MethodErrorType.REQUEST_TOO_LARGE, f"one call parses at most {most} blobs")
    room = call.request.limits.max_size_response
    parsed: dict[str, JSON] = {}
    not_parsable: list[str] = []
    not_found: list[str] = []
    for blob_id in wanted:
        blob = read_blob(call.snapshot, call.request.principal, call.account, blob_id)
        if blob is None:
            not_found.append(blob_id)
            continue
        found = look(blob) if spend(call, blob.weight) else _too_large()
        if found is None:
            not_parsable.append(blob_id)
            continue
        parsed[blob_id], weight = found
        room -= weight
        if room < 0:
            _too_large()
    return {
        "accountId": call.account.id,
        "parsed": parsed or None,
        "notParsable": not_parsable or None,
        "notFound": not_found or None,
    }


def listed(
    found: Iterable[Mapping[str, JSON]], names: Sequence[str] | None, of_store: Sequence[str]
) -> tuple[JSON, int]:
    """For `look`: all that a blob holds, with the properties asked for; those that only the store knows are null."""
    whole = [{**dict.fromkeys(of_store), **one} for one in found]
    shown: list[JSON] = [one if names is None else {name: one[name] for name in names if name in one} for one in whole]
    return shown, len(dumps(shown))


def _too_large() -> NoReturn:
    raise MethodError(MethodErrorType.REQUEST_TOO_LARGE, "these blobs are too large together; parse fewer")
