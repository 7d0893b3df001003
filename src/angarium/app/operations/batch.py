"""Parsed messages on their way from the process that parsed them to the one that stores them, as one run of octets.

Each message is two lengths (of the facts, 4 octets, and of the message, 8 octets, both big-endian), the facts as JSON,
and the octets of the message as they were found. Instead of the octets of a large message the facts name a file.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from angarium.formats.json import JSON, dumps, loads
from angarium.store.contract import METADATA, BlobHash, NewMessage, SearchText

_LENGTHS = struct.Struct(">IQ")
_SEARCH = ("from_", "to", "cc", "bcc", "subject", "body", "attachments")


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message to store: its octets, or the file that holds them; `passed` as in `flows.bulk.Incoming`."""

    message: NewMessage
    octets: bytes | memoryview | Path
    passed: int | None


def pack(parcels: Sequence[Parcel]) -> bytes:
    """The octets that carry these messages."""
    pieces: list[bytes | memoryview] = []
    for parcel in parcels:
        facts, octets = dumps(_facts(parcel)), b"" if isinstance(parcel.octets, Path) else parcel.octets
        pieces += (_LENGTHS.pack(len(facts), len(octets)), facts, octets)
    return b"".join(pieces)


def unpack(payload: bytes) -> Iterator[Parcel]:
    """The messages in a run of octets; their octets are views of it. ValueError when it was cut short."""
    view, at = memoryview(payload), 0
    while at < len(view):
        if len(view) - at < _LENGTHS.size:
            raise ValueError("a batch of messages was cut short")
        facts_size, size = _LENGTHS.unpack_from(view, at)
        at += _LENGTHS.size
        facts, octets = view[at : at + facts_size], view[at + facts_size : at + facts_size + size]
        at += facts_size + size
        if at > len(view):
            raise ValueError("a batch of messages was cut short")
        yield _parcel(cast("list[JSON]", loads(bytes(facts))), octets)


def _facts(parcel: Parcel) -> list[JSON]:
    message, words = parcel.message, parcel.message.search.prepared()
    return [
        message.blob,
        message.size,
        message.received,
        message.sent,
        list[JSON](message.keywords),
        list[JSON](message.mailboxes),
        [message.metadata[name].decode() for name in METADATA],
        list[JSON](message.thread_ids),
        message.thread_subject,
        message.sort_subject,
        message.sort_from,
        message.sort_to,
        [getattr(words, name) for name in _SEARCH],
        parcel.passed,
        str(parcel.octets) if isinstance(parcel.octets, Path) else None,
    ]


def _parcel(facts: list[JSON], octets: memoryview) -> Parcel:
    blob, size, received, sent, keywords, mailboxes, metadata, threads, *texts, search, passed, file = facts
    thread_subject, sort_subject, sort_from, sort_to = cast("list[str]", texts)
    message = NewMessage(
        blob=BlobHash(cast(str, blob)),
        size=cast(int, size),
        received=cast(int, received),
        sent=cast("int | None", sent),
        keywords=_set(keywords),
        mailboxes=_set(mailboxes),
        metadata={name: value.encode() for name, value in zip(METADATA, cast("list[str]", metadata), strict=True)},
        thread_ids=tuple(cast("list[str]", threads)),
        thread_subject=thread_subject,
        sort_subject=sort_subject,
        sort_from=sort_from,
        sort_to=sort_to,
        search=SearchText(**dict(zip(_SEARCH, cast("list[str]", search), strict=True)), is_prepared=True),
    )
    return Parcel(message, Path(file) if isinstance(file, str) else octets, cast("int | None", passed))


def _set(values: JSON) -> frozenset[str]:
    return frozenset(cast("Iterable[str]", values))
