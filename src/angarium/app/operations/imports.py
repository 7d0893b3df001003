"""Operations of a bulk import: finding its mailboxes, then taking in batches of messages that are parsed already."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import cast

from angarium.app.operations.batch import Parcel, unpack
from angarium.app.operations.services import Arguments, OperationError, Services, text, user_named
from angarium.app.operations.staging import INLINE, finished, staged_blob
from angarium.engine.errors import SetError
from angarium.flows.bulk import Incoming, take
from angarium.flows.filing import Place, mailbox_for
from angarium.formats.json import JSON
from angarium.store.contract import BlobHash, Snapshot, StagedBlob, Store, Transaction

_PIECE = 1 << 20


def mailboxes(services: Services, arguments: Arguments, _payload: bytes) -> tuple[JSON, bytes]:
    """import.mailboxes {user, places}: find or make a mailbox for each place; gives their ids in the same order.

    A place is {path, role, sortOrder, isSubscribed}; all but `path` may be null.
    """
    name, places = text(arguments, "user"), [_place(item) for item in cast("list[JSON]", arguments.get("places"))]

    def job(transaction: Transaction) -> list[JSON]:
        account = user_named(transaction, name).account
        return [mailbox_for(transaction, account, place) for place in places]

    try:
        return services.store.write(job).result(), b""
    except SetError as error:
        raise OperationError("mailbox", error.description) from error


def batch(services: Services, arguments: Arguments, payload: bytes) -> tuple[JSON, bytes]:
    """import.batch {user} with messages (see `batch`): gives what became of each (`flows.bulk.Became`)."""
    name = text(arguments, "user")
    parcels = list(unpack(payload))
    with ExitStack() as staged:
        incoming = _stage(services.store, parcels, staged)

        def job(transaction: Transaction) -> list[JSON]:
            return list[JSON](take(transaction, user_named(transaction, name).account, incoming))

        return services.store.write(job).result(), b""


def _stage(store: Store, parcels: Sequence[Parcel], staged: ExitStack) -> list[Incoming]:
    """The messages with their octets: small ones as they are, large ones on disk, views for what the store has."""

    def known(snapshot: Snapshot) -> list[bool]:
        return [snapshot.blobs.size(parcel.message.blob) is not None for parcel in parcels]

    return [
        Incoming(parcel.message, _octets(store, parcel, is_known, staged), parcel.passed)
        for parcel, is_known in zip(parcels, store.read(known), strict=True)
    ]


def _octets(store: Store, parcel: Parcel, is_known: bool, staged: ExitStack) -> StagedBlob | bytes | memoryview:
    if isinstance(parcel.octets, Path):
        return _from_file(store, parcel.octets, parcel.message.blob, staged)
    if len(parcel.octets) <= INLINE:
        return bytes(parcel.octets)
    if is_known:
        return memoryview(parcel.octets)
    return staged_blob(store, parcel.octets, staged)


def _from_file(store: Store, path: Path, blob: BlobHash, staged: ExitStack) -> StagedBlob:
    """The content of a file that the command line wrote, taken a piece at a time."""
    stage = store.stage()
    staged.callback(stage.discard)
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            stage.write(piece)
    found = finished(stage, staged)
    if found.hash != blob:
        raise OperationError("changed", f"{path} is not what was parsed")
    return found


def _place(item: JSON) -> Place:
    if not isinstance(item, dict) or not isinstance(item.get("path"), list) or not item["path"]:
        raise OperationError("arguments", "a place needs a path")
    return Place(
        path=tuple(cast("list[str]", item["path"])),
        role=cast("str | None", item.get("role")),
        sort_order=cast("int | None", item.get("sortOrder")),
        subscribed=cast("bool | None", item.get("isSubscribed")),
    )
