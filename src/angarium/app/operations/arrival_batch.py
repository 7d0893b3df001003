"""Objects on their way from the process that read them to the one that stores them, as one run of octets.

Each object is the lengths of its facts and of its JSON (4 octets each, big-endian), the two, and the octets of its
blobs, whose lengths are among the facts.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from angarium.engine.arrivals import Arrival
from angarium.formats.json import JSON, dumps, loads
from angarium.store.contract import IndexValue

_LENGTHS = struct.Struct(">II")


def pack(arrivals: Sequence[Arrival]) -> bytes:
    """The octets that carry these objects."""
    pieces: list[bytes] = []
    for each in arrivals:
        indexes = {name: list[JSON](values) for name, values in each.indexes.items()}
        sizes = list[JSON](len(octets) for octets in each.blobs)
        facts = dumps([cast(JSON, indexes), cast(JSON, dict(each.texts)), sizes, each.revised])
        pieces += (_LENGTHS.pack(len(facts), len(each.value)), facts, each.value, *each.blobs)
    return b"".join(pieces)


def unpack(payload: bytes) -> Iterator[Arrival]:
    """The objects in a run of octets. ValueError when it was cut short."""
    at = 0

    def take(size: int) -> bytes:
        nonlocal at
        taken = payload[at : at + size]
        at += size
        if at > len(payload):
            raise ValueError("a batch was cut short")
        return taken

    while at < len(payload):
        facts_size, size = _LENGTHS.unpack(take(_LENGTHS.size))
        indexes, texts, sizes, revised = cast("list[JSON]", loads(take(facts_size)))
        value = take(size)
        yield Arrival(
            value,
            cast("Mapping[str, list[IndexValue]]", indexes),
            cast("Mapping[str, str]", texts),
            tuple(take(length) for length in cast("list[int]", sizes)),
            cast("int | None", revised),
        )
