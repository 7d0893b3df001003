"""Parsed messages on their way from the process that parsed them to the one that stores them, as one run of octets.

Each message is a head (the lengths of its facts and of its octets, how often it was passed, whether a file holds it;
big-endian), the facts as JSON, and the octets of the message as they were found, or the name of the file.
"""

import os
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from angarium.formats.json import JSON, dumps, loads
from angarium.store.contract import METADATA, BlobHash, NewMessage, SearchText

_HEAD = struct.Struct(">IQi?")
_NONE = -1
_SEARCH = ("from_", "to", "cc", "bcc", "subject", "body", "attachments")


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message to store: its octets, or the file that holds them; `passed` as in `flows.bulk.Incoming`."""

    message: NewMessage
    octets: bytes | memoryview | Path
    passed: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What travels of a parsed message beside its octets; some of it can be read without unpacking."""

    blob: BlobHash
    size: int
    encoded: bytes


@dataclass(frozen=True, slots=True)
class Packet:
    """One message to store as facts, else like `Parcel`."""

    facts: Facts
    octets: bytes | memoryview | Path
    passed: int | None


def pack(packets: Sequence[Packet]) -> bytes:
    """The octets that carry these messages."""
    pieces: list[bytes | memoryview] = []
    for packet in packets:
        facts, in_file = packet.facts.encoded, isinstance(packet.octets, Path)
        octets = os.fsencode(packet.octets) if isinstance(packet.octets, Path) else packet.octets
        passed = _NONE if packet.passed is None else packet.passed
        pieces += (_HEAD.pack(len(facts), len(octets), passed, in_file), facts, octets)
    return b"".join(pieces)


def unpack(payload: bytes) -> Iterator[Parcel]:
    """The messages in a run of octets; their octets are views of it. ValueError when it was cut short."""
    view, at = memoryview(payload), 0
    while at < len(view):
        if len(view) - at < _HEAD.size:
            raise ValueError("a batch of messages was cut short")
        facts_size, size, passed, in_file = _HEAD.unpack_from(view, at)
        at += _HEAD.size
        facts, octets = view[at : at + facts_size], view[at + facts_size : at + facts_size + size]
        at += facts_size + size
        if at > len(view):
            raise ValueError("a batch of messages was cut short")
        message = _message(cast("list[JSON]", loads(bytes(facts))))
        where = Path(os.fsdecode(bytes(octets))) if in_file else octets
        yield Parcel(message, where, None if passed == _NONE else passed)


def facts_of(message: NewMessage) -> Facts:
    """The facts of a message, ready to travel."""
    words = message.search.prepared()
    told: list[JSON] = [
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
    ]
    return Facts(message.blob, message.size, dumps(told))


def _message(facts: list[JSON]) -> NewMessage:
    blob, size, received, sent, keywords, mailboxes, metadata, threads, *texts, search = facts
    thread_subject, sort_subject, sort_from, sort_to = cast("list[str]", texts)
    return NewMessage(
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


def _set(values: JSON) -> frozenset[str]:
    return frozenset(cast("Iterable[str]", values))
