"""Cards on their way from the process that read them to the one that stores them, as one run of octets.

Each card is the lengths of its facts and of its JSON (4 octets each, big-endian), the two, and the octets of its
blobs, whose lengths are among the facts.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from angarium.datatypes.contacts.ingest import NewCard
from angarium.formats.json import JSON, dumps, loads
from angarium.store.contract import IndexValue

_LENGTHS = struct.Struct(">II")


def pack(cards: Sequence[NewCard]) -> bytes:
    """The octets that carry these cards."""
    pieces: list[bytes] = []
    for card in cards:
        indexes = {name: list[JSON](values) for name, values in card.indexes.items()}
        sizes = list[JSON](len(octets) for octets in card.blobs)
        facts = dumps([card.uid, cast(JSON, indexes), cast(JSON, dict(card.texts)), sizes])
        pieces += (_LENGTHS.pack(len(facts), len(card.value)), facts, card.value, *card.blobs)
    return b"".join(pieces)


def unpack(payload: bytes) -> Iterator[NewCard]:
    """The cards in a run of octets. ValueError when it was cut short."""
    at = 0

    def take(size: int) -> bytes:
        nonlocal at
        taken = payload[at : at + size]
        at += size
        if at > len(payload):
            raise ValueError("a batch of cards was cut short")
        return taken

    while at < len(payload):
        facts_size, size = _LENGTHS.unpack(take(_LENGTHS.size))
        uid, indexes, texts, sizes = cast("list[JSON]", loads(take(facts_size)))
        value = take(size)
        yield NewCard(
            cast(str, uid),
            value,
            cast("Mapping[str, list[IndexValue]]", indexes),
            cast("Mapping[str, str]", texts),
            tuple(take(length) for length in cast("list[int]", sizes)),
        )
