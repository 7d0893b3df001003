"""Checking the contacts of an account: cards in books that are there, found by their uid, valid, with their blobs."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Final, cast

from angarium.datatypes.contacts import books, cards
from angarium.datatypes.contacts.media import hashes
from angarium.formats.json import JSON, loads
from angarium.store.contract import AccountKey, BlobHash, Snapshot, Window

_TOGETHER: Final = 500
_PIECE: Final = 1 << 20


def wrong_contacts(snapshot: Snapshot, account: AccountKey, checked: set[BlobHash]) -> Iterator[str]:
    """A line for each thing that is wrong; blobs that were looked at are added to `checked`."""
    known = books.BOOKS.every(snapshot.records, account)
    defaults = [book for book, value in known.items() if value.get("isDefault")]
    if known and len(defaults) != 1:
        yield f"{len(defaults)} address books are the default one"
    ids = snapshot.records.query(account, cards.KIND, None, (), Window()).ids
    for start in range(0, len(ids), _TOGETHER):
        for record, text in snapshot.records.get(account, cards.KIND, ids[start : start + _TOGETHER]).items():
            card = cast("dict[str, JSON]", loads(text))
            for problem in _wrong(snapshot, account, record, card, known, checked):
                yield f"card {record}: {problem}"


def _wrong(
    snapshot: Snapshot,
    account: AccountKey,
    record: str,
    card: dict[str, JSON],
    known: Mapping[str, object],
    checked: set[BlobHash],
) -> Iterator[str]:
    inside = cast("dict[str, JSON]", card.get("addressBookIds") or {})
    if not inside:
        yield "is in no address book"
    for book in inside.keys() - known.keys():
        yield f"is in address book {book}, which is not there"
    if cards.with_uid(snapshot.records, account, str(card.get("uid"))) != record:
        yield "is not found by its uid"
    yield from cards.problems(card)
    for blob in hashes(card.get("media")):
        if blob not in checked:
            checked.add(blob)
            yield from wrong_blob(snapshot, blob)


def wrong_blob(snapshot: Snapshot, blob: BlobHash) -> Iterator[str]:
    """What is wrong with a blob that something names."""
    digest = hashlib.sha256()
    try:
        content = snapshot.blobs.open(blob)
        for start in range(0, len(content), _PIECE):
            digest.update(content[start : start + _PIECE])
    except KeyError:
        yield f"its blob {blob} is gone"
    except OSError as error:
        yield f"its blob {blob} cannot be read: {error}"
    else:
        if digest.hexdigest() != blob:
            yield f"its blob is not that of {blob}"
