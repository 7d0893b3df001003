"""Processes that read messages for the server when several come at once: reading takes longer than storing.

A child gets the octets of a message and gives back what `flows.deliver.arrival` found, marshalled behind their length.
It is started when there is first work for it and ends when there was none for a while. Whatever a child cannot do,
because it has not begun or has died, is done by who asked; one that cannot begin is not tried again.
"""

import asyncio
import logging
import marshal
import os
import signal
import socket
import subprocess
import sys
from collections import deque
from contextlib import suppress
from dataclasses import fields
from hashlib import sha256
from operator import attrgetter
from typing import Final, cast

from angarium.app.framing import LENGTH, framed, next_piece
from angarium.flows.deliver import Arrival, arrival
from angarium.formats.imip import Invitation
from angarium.formats.json import JSON, dumps, loads
from angarium.formats.message import Header
from angarium.store.contract import BlobHash, NewMessage, SearchText
from angarium.store.sqlite.stage import INLINE, StagedBytes

IDLE_SECONDS: Final = 60.0
_READY: Final = b"\x01"
_FACTS: Final = attrgetter(*(field.name for field in fields(NewMessage) if field.name != "search"))
_SEARCH: Final = attrgetter(*(field.name for field in fields(SearchText)))

_log = logging.getLogger(__name__)


class ReadingProcesses:
    """As many children as there are other cores, at least one; all methods belong to the event loop."""

    def __init__(self, count: int | None = None, idle_seconds: float = IDLE_SECONDS) -> None:
        self._children = [_Child(idle_seconds) for _ in range(count or max(1, (os.cpu_count() or 1) - 1))]

    @property
    def pids(self) -> list[int]:
        """Those that run."""
        return [child.pid for child in self._children if child.pid]

    async def read(self, sender: str, octets: bytes, now: int) -> Arrival | None:
        """What `arrival` gives for a blob of these octets; None when no child can tell."""
        if len(octets) > INLINE:
            return None
        child = min(self._children, key=lambda one: one.waiting)
        found = await child.ask(question(octets, now))
        return arrived(sender, octets, found) if found else None

    async def close(self) -> None:
        """End them all."""
        await asyncio.gather(*(child.close() for child in self._children))


class _Child(asyncio.Protocol):
    """One process, or the place for one."""

    def __init__(self, idle_seconds: float) -> None:
        self._idle_seconds = idle_seconds
        self._process: asyncio.subprocess.Process | None = None
        self._starting: asyncio.Task[None] | None = None
        self._transport: asyncio.Transport | None = None
        self._ready = False
        self._buffer = bytearray()
        self._asked: deque[asyncio.Future[bytes]] = deque()

    @property
    def pid(self) -> int:
        """Its number, 0 while it does not answer."""
        return self._process.pid if self._process is not None and self._ready else 0

    @property
    def waiting(self) -> int:
        """Messages that it has not yet read."""
        return len(self._asked)

    async def ask(self, question: bytes) -> bytes:
        """The answer to a question; b'' when there is none."""
        if self._transport is None or not self._ready:
            if self._starting is None:
                self._starting = asyncio.ensure_future(self._start())
            return b""
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._asked.append(future)
        self._transport.write(framed(question))
        return await future

    async def close(self) -> None:
        """End the process."""
        if self._starting is not None:
            await self._starting
        if self._transport is not None:
            self._transport.close()
        if self._process is not None:
            await self._process.wait()

    async def _start(self) -> None:
        ours, theirs = socket.socketpair()
        command = (sys.executable, "-m", __name__, str(self._idle_seconds))
        try:
            with theirs:
                self._process = await asyncio.create_subprocess_exec(
                    *command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL
                )
        except OSError as error:
            _log.error("reading process not started reason=%s", error)
            ours.close()
            return
        ours.setblocking(False)
        await asyncio.get_running_loop().create_unix_connection(lambda: self, sock=ours)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The process was started."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Take its first word, then answers."""
        self._buffer += data
        if not self._ready:
            self._ready = True
            del self._buffer[: len(_READY)]
        while len(self._buffer) >= LENGTH.size:
            (size,) = LENGTH.unpack_from(self._buffer)
            if len(self._buffer) < LENGTH.size + size:
                return
            answer = bytes(self._buffer[LENGTH.size : LENGTH.size + size])
            del self._buffer[: LENGTH.size + size]
            self._answered(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        """It has ended; the next question starts another, unless it never came to answer one."""
        if self._asked or not self._ready:
            _log.error("reading process ended reason=%s", exc or "it died")
        while self._asked:
            self._answered(b"")
        self._transport = None
        self._starting = None if self._ready else self._starting
        self._ready = False
        self._buffer.clear()

    def _answered(self, answer: bytes) -> None:
        future = self._asked.popleft()
        if not future.done():
            future.set_result(answer)


def question(octets: bytes, now: int) -> bytes:
    """What a child is asked."""
    return marshal.dumps((octets, now))


def answer(asked: bytes) -> bytes:
    """What `arrival` finds in a message, but for its sender; b'' where it fails, for who asked to see why."""
    octets, now = marshal.loads(asked)  # noqa: S302 -- of our own parent, as below
    try:
        found = arrival("", StagedBytes(BlobHash(sha256(octets).hexdigest()), octets), now)
    except Exception:
        return b""
    headers = [(header.name, header.raw) for header in found.headers]
    carried = found.invitation
    invitation = None if carried is None else dumps([carried.method, list[JSON](carried.events), carried.comment])
    return marshal.dumps((_FACTS(found.message), _SEARCH(found.message.search), headers, invitation))


def arrived(sender: str, octets: bytes, answered: bytes) -> Arrival:
    """The same with its octets and sender again."""
    facts, search, headers, carried = marshal.loads(answered)  # noqa: S302
    message = NewMessage(*(*facts, SearchText(*search)))
    invitation = None if carried is None else _invitation(cast("list[JSON]", loads(carried)))
    blob = StagedBytes(message.blob, octets)
    return Arrival(sender, message, tuple(Header(name, raw) for name, raw in headers), blob, invitation)


def _invitation(carried: list[JSON]) -> Invitation:
    method, events, comment = carried
    return Invitation(cast(str, method), tuple(cast("list[dict[str, JSON]]", events)), cast("str | None", comment))


def main() -> None:
    """Answer questions on standard input until there is none for a while or whoever asks has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; the first process decides
    with socket.socket(fileno=os.dup(sys.stdin.fileno())) as asked, asked.makefile("rb") as stream:
        asked.settimeout(float(sys.argv[1]))
        with suppress(OSError):  # who asks has gone, at any byte, or is silent
            asked.sendall(_READY)
            while (told := next_piece(stream)) is not None:
                asked.sendall(framed(answer(told)))


if __name__ == "__main__":
    main()
