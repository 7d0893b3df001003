"""Blobs in the links of an event: they must be readable, and stay as long as the event does (JMAP calendars §5.3)."""

from collections.abc import Collection, Iterator
from typing import cast

from angarium.datatypes.blobs import UPLOAD_ALLOWANCE, BlobId, parse_blob_id, read_counted
from angarium.datatypes.calendars.own import Event
from angarium.engine.call import Call
from angarium.engine.errors import invalid_properties
from angarium.engine.shapes import Problem
from angarium.formats.json import JSON, dumps, loads
from angarium.formats.pointer import escape
from angarium.store.contract import BlobHash


def settled(call: Call, event: Event, before: Event) -> Event:
    """The event with every blob of its links in the store; a part of a message becomes a blob of its own.

    Those that `before` names already are not looked at. SetError invalidProperties with the path of each blob that
    the user may not read.
    """
    known = {link["blobId"] for _, link in _links(before)}
    fresh = {cast(str, link["blobId"]) for _, link in _links(event)} - known
    if not fresh:
        return event
    stored = {blob: _stored(call, blob) for blob in sorted(fresh)}
    problems = [
        Problem(f"{path}/blobId", f"there is no blob '{str(link['blobId'])[:100]}'")
        for path, link in _links(event)
        if stored.get(cast(str, link["blobId"]), link["blobId"]) is None
    ]
    if problems:
        raise invalid_properties("; ".join(map(str, problems[:10])), *(problem.path for problem in problems))
    if all(blob == own for blob, own in stored.items()):
        return event
    made = cast(Event, loads(dumps(event)))
    for _, link in _links(made):
        link["blobId"] = stored.get(cast(str, link["blobId"])) or link["blobId"]
    return made


def names(event: Event) -> list[str]:
    """The ids of the blobs of an event, each once."""
    return list(dict.fromkeys(cast(str, link["blobId"]) for _, link in _links(event)))


def without(event: Event, gone: Collection[str]) -> Event:
    """The event without the links that name some blobs."""
    return cast(Event, _without(event, gone))


def hashes(event: Event) -> list[BlobHash]:
    """The blobs of an event."""
    named = map(parse_blob_id, names(event))
    return list(dict.fromkeys(name.hash for name in named if name))


def share(call: Call, event: Event) -> None:
    """Let the user of a call use in its account what an event of another one links to."""
    for blob in hashes(event):
        call.transaction.blobs.upload(
            call.account.key, call.request.principal.id, blob, call.request.now // 1000, UPLOAD_ALLOWANCE
        )


def _stored(call: Call, blob_id: str) -> str | None:
    """The id under which a blob can stay; None when the user may not read it."""
    blob = read_counted(call, call.account, blob_id)
    if blob is None:
        return None
    return str(BlobId(call.transaction.blobs.add(blob.content[:]))) if blob.id.steps else blob_id


def _without(value: JSON, gone: Collection[str]) -> JSON:
    if isinstance(value, list):
        return [_without(item, gone) for item in value]
    if not isinstance(value, dict):
        return value
    left = {name: item for name, item in value.items() if not (isinstance(item, dict) and item.get("blobId") in gone)}
    return {name: item if name == "iCalendar" else _without(item, gone) for name, item in left.items()}


def _links(value: JSON, path: str = "") -> Iterator[tuple[str, dict[str, JSON]]]:
    """Every object below that names a blob, with its place; nothing in what `iCalendar` keeps does."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _links(item, f"{path}/{index}" if path else str(index))
    elif isinstance(value, dict):
        if isinstance(value.get("blobId"), str):
            yield path, value
        for name, item in value.items():
            if name != "iCalendar" and isinstance(item, (dict, list)):
                yield from _links(item, f"{path}/{escape(name)}" if path else escape(name))
