"""From a card of elsewhere to everything that is kept of it; what the account has already stays as it is.

Pure but for `store`: an import runs `new_card` in a process of its own. RFC 9610 §3.
"""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from typing import Final, cast

import orjson

from angarium.datatypes.blobs import BlobId
from angarium.datatypes.contacts import cards
from angarium.engine.arrivals import UNSTAGED, Arrival, Staged, keep
from angarium.formats.datauri import is_data_uri, parse_data_uri
from angarium.formats.errors import FormatError
from angarium.formats.imagetype import ENOUGH, image_type
from angarium.formats.jscontact import texts
from angarium.formats.json import JSON, dumps
from angarium.formats.searchtext import prepare_columns
from angarium.store.contract import AccountKey, BlobHash, Transaction

_TOLD: Final = 3
"""Problems of a card that are told; the rest are seldom of any other kind."""


def checked(card: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """A card of which nobody knows whether it is valid; raises FormatError for one that is not."""
    if problems := cards.problems(card):
        raise FormatError("; ".join(problems[:_TOLD]))
    return card


def new_card(card: Mapping[str, JSON], books: Sequence[str], moment: str) -> Arrival:
    """A card as it is kept in these books; `moment` is a UTCDate, for one that does not tell its own times.

    The card is valid, as those that come from vCards are. One without a uid gets one that follows from its content, so
    that it is known again. Raises FormatError for one that is larger than a card may be.
    """
    blobs: list[bytes] = []
    kept = {**card, "media": _with_blobs(card["media"], blobs)} if isinstance(card.get("media"), dict) else dict(card)
    uid = kept.get("uid") or f"urn:uuid:{_content_uuid(kept)}"
    whole: dict[str, JSON] = {
        "addressBookIds": dict.fromkeys(books, True),
        **kept,
        "uid": uid,
        "created": kept.get("created", moment),
        "updated": kept.get("updated", moment),
    }
    value = dumps(whole)
    if len(value) > cards.LARGEST:
        raise FormatError(f"the card has {len(value)} octets; at most {cards.LARGEST} are kept")
    return Arrival(value, cards.indexes(whole), prepare_columns(texts(whole)), tuple(blobs))


def store(
    transaction: Transaction, account: AccountKey, given: Sequence[Arrival], staged: Staged = UNSTAGED
) -> list[bool]:
    """Keep the cards whose uid the account has not; for each whether it was taken. Some blobs may be `staged`."""
    uids = [cast(str, card.indexes["uid"][0]) for card in given]
    known = transaction.records.carried(account, cards.KIND, "uid", uids)
    taken: dict[str, Arrival] = {}
    told = []
    for uid, card in zip(uids, given, strict=True):
        told.append(uid not in known and uid not in taken)
        if told[-1]:
            taken[uid] = card
    keep(transaction, account, cards.KIND, cards.PREFIX, list(taken.values()), staged)
    return told


def _with_blobs(media: JSON, blobs: list[bytes]) -> JSON:
    """Media whose octets have gone from their URIs to `blobs`; what cannot be read stays as it is."""
    entries = cast("dict[str, JSON]", media)
    return {key: _with_blob(entry, blobs) if isinstance(entry, dict) else entry for key, entry in entries.items()}


def _with_blob(entry: dict[str, JSON], blobs: list[bytes]) -> dict[str, JSON]:
    uri = entry.get("uri")
    parsed = parse_data_uri(uri) if isinstance(uri, str) and is_data_uri(uri) else None
    if parsed is None:
        return entry
    media_type, octets = parsed
    blobs.append(octets)
    blob = BlobId(BlobHash(hashlib.sha256(octets).hexdigest()))
    kept = {name: value for name, value in entry.items() if name != "uri"}
    return {
        **kept,
        "blobId": str(blob),
        "mediaType": entry.get("mediaType") or image_type(octets[:ENOUGH]) or media_type,
    }


def _content_uuid(card: Mapping[str, JSON]) -> uuid.UUID:
    text = orjson.dumps(card, option=orjson.OPT_SORT_KEYS)
    return uuid.UUID(bytes=hashlib.sha256(text).digest()[:16], version=4)
