"""From a card of elsewhere to everything that is kept of it; what the account has gives way to what is newer only.

Pure but for `store`: an import runs `new_card` in a process of its own. RFC 9610 §3.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, cast

from angarium.datatypes.blobs import BlobId
from angarium.datatypes.contacts import cards
from angarium.engine.arrivals import UNSTAGED, Arrival, Became, Staged, content_uid, is_newer, keep, renew
from angarium.formats.datauri import is_data_uri, parse_data_uri
from angarium.formats.errors import FormatError
from angarium.formats.imagetype import ENOUGH, image_type
from angarium.formats.jscontact import texts
from angarium.formats.json import JSON, dumps, loads
from angarium.formats.primitives import parse_utc
from angarium.formats.searchtext import prepare_columns
from angarium.store.contract import AccountKey, BlobHash, Transaction

_OF_ACCOUNT: Final = ("addressBookIds", "created", *(known.name for known in cards.PRIVATE))
"""What a card keeps when a newer version of it comes."""

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
    whole: dict[str, JSON] = {
        "addressBookIds": dict.fromkeys(books, True),
        **kept,
        "uid": kept.get("uid") or content_uid(kept),
        "created": kept.get("created", moment),
        "updated": kept.get("updated", moment),
    }
    value = dumps(whole)
    if len(value) > cards.LARGEST:
        raise FormatError(f"the card has {len(value)} octets; at most {cards.LARGEST} are kept")
    return Arrival(value, cards.indexes(whole), prepare_columns(texts(whole)), tuple(blobs), _revised(kept))


def store(
    transaction: Transaction, account: AccountKey, given: Sequence[Arrival], staged: Staged = UNSTAGED
) -> list[Became]:
    """Keep the cards whose uid the account has not, or an older version of; some blobs may be `staged`."""
    uids = [cast(str, card.indexes["uid"][0]) for card in given]
    known = transaction.records.carried(account, cards.KIND, "uid", uids)
    taken: dict[str, Arrival] = {}
    told = []
    for uid, card in zip(uids, given, strict=True):
        if uid in known:
            told.append(_again(transaction, account, uid, card, staged))
        elif uid in taken:
            told.append(Became.THERE)
        else:
            taken[uid] = card
            told.append(Became.TAKEN)
    keep(transaction, account, cards.KIND, cards.PREFIX, list(taken.values()), staged)
    return told


def _again(transaction: Transaction, account: AccountKey, uid: str, card: Arrival, staged: Staged) -> Became:
    """What becomes of a card whose uid the account has; it stays in its books, with what only the server knows."""
    record = cast(str, cards.with_uid(transaction.records, account, uid))
    stored = cast("dict[str, JSON]", loads(transaction.records.get(account, cards.KIND, [record])[record]))
    value = cast("dict[str, JSON]", loads(card.value))
    whole = value | {name: stored[name] for name in _OF_ACCOUNT if name in stored}
    if whole | {"updated": None} == stored | {"updated": None}:
        return Became.THERE
    if not is_newer(card, value, stored):
        return Became.OTHER
    newer = replace(card, value=dumps(whole), indexes=cards.indexes(whole))
    renew(transaction, account, cards.KIND, record, newer, staged)
    return Became.UPDATED


def _revised(card: Mapping[str, JSON]) -> int | None:
    updated = card.get("updated")
    return parse_utc(updated) if isinstance(updated, str) else None


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
