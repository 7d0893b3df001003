"""What the first process and one that receives mail say to each other, and how a message travels between them.

Both sides are the same program of the same start, so values go as they are marshalled, behind their length.
"""

import asyncio
import marshal
from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

from angarium.app.framing import LENGTH, framed
from angarium.flows.deliver import Arrival
from angarium.formats.imip import Invitation
from angarium.formats.json import JSON, dumps, loads
from angarium.formats.message import Header
from angarium.store.contract import BlobHash, NewMessage, SearchText
from angarium.store.sqlite.stage import StagedBytes, StagedFile

Packed: TypeAlias = tuple[Any, ...]

FORGET: Final = -1
"""In the place of the number of a question: whoever has which address may have changed."""

END: Final = -2
"""In the same place: end as soon as nothing is under way."""

_FACTS: Final = attrgetter(*(field.name for field in fields(NewMessage) if field.name != "search"))
_SEARCH: Final = attrgetter(*(field.name for field in fields(SearchText)))


class Said:
    """What a receiving process begins to say; questions go on with a number that their answer begins with."""

    READY: Final = "ready"
    KNOWS: Final = "knows"
    KEEP: Final = "keep"
    OVER: Final = "over"


class Link(asyncio.Protocol):
    """One end: `hear` gets each value that the other says, `lost` tells that it has gone."""

    def __init__(self, hear: Callable[[Any], None], lost: Callable[[], None]) -> None:
        self._hear = hear
        self._lost = lost
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()

    def say(self, value: tuple[Any, ...]) -> None:
        """Send a value; nothing happens when the other has gone."""
        if self._transport is not None:
            self._transport.write(framed(marshal.dumps(value)))

    def close(self) -> None:
        """Leave the other alone."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Take octets, and hear what is whole."""
        self._buffer += data
        at = 0
        while len(self._buffer) >= at + LENGTH.size:
            (size,) = LENGTH.unpack_from(self._buffer, at)
            end = at + LENGTH.size + size
            if len(self._buffer) < end:
                break
            value = marshal.loads(memoryview(self._buffer)[at + LENGTH.size : end])  # noqa: S302 -- see above
            at = end
            self._hear(value)
        del self._buffer[:at]

    def connection_lost(self, exc: Exception | None) -> None:
        """The other has gone."""
        del exc
        self._transport = None
        self._buffer.clear()
        self._lost()


def mark(pid: int) -> str:
    """How the names of files begin in which a process receives messages."""
    return f"{pid}-"


def packed(arrived: Arrival) -> Packed:
    """A message as it travels."""
    message, carried, blob = arrived.message, arrived.invitation, arrived.blob
    invitation = None if carried is None else dumps([carried.method, list[JSON](carried.events), carried.comment])
    headers = [(header.name, header.raw) for header in arrived.headers]
    where = (str(blob.path), blob.size) if isinstance(blob, StagedFile) else bytes(blob.open()[:])
    return arrived.sender, _FACTS(message), _SEARCH(message.search), headers, invitation, where


def unpacked(told: Packed) -> Arrival:
    """The same message again."""
    sender, facts, search, headers, carried, where = told
    message = NewMessage(*(*facts, SearchText(*search)))
    invitation = None if carried is None else _invitation(cast("list[JSON]", loads(carried)))
    return Arrival(
        sender, message, tuple(Header(name, raw) for name, raw in headers), _staged(message.blob, where), invitation
    )


def _staged(blob: BlobHash, where: bytes | tuple[str, int]) -> StagedBytes | StagedFile:
    if isinstance(where, bytes):
        return StagedBytes(blob, where)
    path, size = where
    return StagedFile(blob, size, Path(path))


def _invitation(carried: list[JSON]) -> Invitation:
    method, events, comment = carried
    return Invitation(cast(str, method), tuple(cast("list[dict[str, JSON]]", events)), cast("str | None", comment))
