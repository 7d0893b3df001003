"""From a card of elsewhere to everything that is kept of it; what the account has already stays as it is.

Pure but for `store`: an import runs `new_card` in a process of its own. RFC 9610 §3.
"""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, cast

import orjson

from angarium.datatypes.blobs import BlobId
from angarium.datatypes.contacts import cards
from angarium.formats.datauri import is_data_uri, parse_data_uri
from angarium.formats.errors import FormatError
from angarium.formats.imagetype import ENOUGH, image_type
from angarium.formats.jscontact import texts
from angarium.formats.json import JSON, dumps
from angarium.formats.searchtext import prepare_columns
from angarium.store.contract import AccountKey, BlobHash, Indexes, NewRecord, StagedBlob, Texts, Transaction

_NONE: Final[Mapping[bytes, StagedBlob]] = MappingProxyType({})
_TOLD: Final = 3
"""Problems of a card that are told; the rest are seldom of any other kind."""


@dataclass(frozen=True, slots=True)
class NewCard:
    """Everything to store of a card; `blobs` are the octets of its media."""

    uid: str
    value: bytes
    indexes: Indexes
    texts: Texts
    blobs: tuple[bytes, ...] = ()


def checked(card: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """A card of which nobody knows whether it is valid; raises FormatError for one that is not."""
    if problems := cards.problems(card):
        raise FormatError("; ".join(problems[:_TOLD]))
    return card


def new_card(card: Mapping[str, JSON], books: Sequence[str], moment: str) -> NewCard:
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
    words = prepare_columns(texts(whole))
    return NewCard(cast(str, uid), value, cards.indexes(whole), words, tuple(blobs))


def store(
    transaction: Transaction, account: AccountKey, given: Sequence[NewCard], staged: Mapping[bytes, StagedBlob] = _NONE
) -> list[bool]:
    """Keep the cards whose uid the account has not; for each whether it was taken. Some blobs may be `staged`."""
    known = transaction.records.carried(account, cards.KIND, "uid", [card.uid for card in given])
    taken: dict[str, NewCard] = {}
    told = []
    for card in given:
        told.append(card.uid not in known and card.uid not in taken)
        if told[-1]:
            taken[card.uid] = card
    records = [NewRecord(card.value, card.indexes, card.texts) for card in taken.values()]
    made = transaction.records.create_all(account, cards.KIND, cards.PREFIX, records)
    for record, card in zip(made, taken.values(), strict=True):
        if card.blobs:
            kept = [transaction.blobs.add(staged.get(octets, octets)) for octets in card.blobs]
            transaction.blobs.pin(account, cards.KIND, record, kept)
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
