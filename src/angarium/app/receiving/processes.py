"""The first process's side: when connections go on elsewhere, and storing what comes from there.

A process is started when messages come on several connections at once, and serves each from the next transaction on; it
ends when it had no connection for a while. Whoever comes alone is served here, with fewer steps. What a process cannot
take, because it has not begun or has died, stays here; one that cannot begin is not tried again.
"""

import asyncio
import logging
import marshal
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Final

from angarium.app.receiving.link import END, FORGET, Link, Said, mark, unpacked
from angarium.flows.deliver import Arrival
from angarium.protocols.lmtp.dialogue import Session, Terms
from angarium.protocols.lmtp.keeping import StoreKeeping
from angarium.protocols.lmtp.server import GRACE_SECONDS
from angarium.protocols.lmtp.verdict import Verdict
from angarium.store.contract import DIRECTORY, StateChange, StoreError
from angarium.store.sqlite.blobfiles import BlobFiles

IDLE_SECONDS: Final = 60.0
MOST_AHEAD: Final = 32 * 1024
"""Octets that may have been read of a connection that goes on elsewhere."""

_LONGEST_END: Final = GRACE_SECONDS + 5
"""Seconds that one may take to end."""

_PROGRAM: Final = "angarium.app.receiving.process"

_log = logging.getLogger(__name__)


class ReceivingProcesses:
    """As many as there are other cores, at least one; all methods belong to the event loop but `heard`."""

    def __init__(
        self,
        keeping: StoreKeeping,
        terms: Terms,
        folder: Path,
        count: int | None = None,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._keeping = keeping
        self._loop = asyncio.get_running_loop()
        files = BlobFiles(folder)
        arguments = (str(folder), terms.name, str(terms.largest), logging.getLevelName(logging.getLogger().level))
        number = count or max(1, (os.cpu_count() or 1) - 1)
        self._processes = [_Process(keeping, files, arguments, idle_seconds) for _ in range(number)]

    @property
    def connections(self) -> int:
        """How many they serve."""
        return sum(process.connections for process in self._processes)

    @property
    def pids(self) -> list[int]:
        """Those that run."""
        return [process.pid for process in self._processes if process.pid]

    def take(self, connection: int, session: Session, octets: bytes) -> bool:
        """Have a connection served elsewhere if others are busy now; whether it is."""
        if not self._keeping.under_way or len(octets) > MOST_AHEAD:
            return False
        return min(self._processes, key=lambda one: one.connections).take(connection, session, octets)

    def heard(self, changes: Sequence[StateChange]) -> None:
        """Take news of the store: who has which address may have changed."""
        if any(change.account == DIRECTORY for change in changes):
            for process in self._processes:
                self._loop.call_soon_threadsafe(process.forget)

    async def close(self) -> None:
        """Let them finish what is under way, and end them."""
        await asyncio.gather(*(process.close() for process in self._processes))


class _Process:
    """One process, or the place for one."""

    def __init__(self, keeping: StoreKeeping, files: BlobFiles, arguments: Sequence[str], idle_seconds: float) -> None:
        self._keeping = keeping
        self._files = files
        self._arguments = arguments
        self._idle_seconds = idle_seconds
        self._process: asyncio.subprocess.Process | None = None
        self._starting: asyncio.Task[None] | None = None
        self._link = Link(self._heard, self._lost)
        self._door: socket.socket | None = None
        self._ready = self._ending = self._closed = False
        self._looking_up: set[asyncio.Task[None]] = set()
        self._rest: asyncio.TimerHandle | None = None
        self.connections = 0

    @property
    def pid(self) -> int:
        """Its number, 0 while it takes nothing."""
        return self._process.pid if self._process is not None and self._ready else 0

    def take(self, connection: int, session: Session, octets: bytes) -> bool:
        """Have it serve a connection; false when it does not."""
        if not self._ready or self._door is None or self._closed:
            if self._starting is None and not self._closed:
                self._starting = asyncio.ensure_future(self._start())
            return False
        try:
            socket.send_fds(self._door, [marshal.dumps((session.peer, session.mistakes, octets))], [connection])
        except OSError:  # it has gone, or has too many waiting
            return False
        self.connections += 1
        self._stay()
        return True

    def forget(self) -> None:
        """Tell it that addresses may have changed."""
        self._link.say((FORGET,))

    async def close(self) -> None:
        """Have it finish what is under way, and wait for its end; no other begins."""
        self._closed = True
        if self._starting is not None:
            await self._starting
        self._ending = True
        self._stay()
        self._link.say((END,))
        if self._process is None:
            return
        try:
            await asyncio.wait_for(self._process.wait(), _LONGEST_END)
        except TimeoutError:
            _log.error("receiving process does not end pid=%d", self._process.pid)
            self._process.kill()
            await self._process.wait()

    async def _start(self) -> None:
        try:
            await self._begin()
        except OSError as error:
            _log.error("receiving process not started reason=%s", error)

    async def _begin(self) -> None:
        with ExitStack() as ours, ExitStack() as theirs:
            pairs = socket.socketpair(), socket.socketpair(type=socket.SOCK_DGRAM)
            for mine, other in pairs:
                ours.enter_context(mine).setblocking(False)
                theirs.enter_context(other)
            handles = [other.fileno() for _, other in pairs]
            command = (sys.executable, "-P", "-m", _PROGRAM, *map(str, handles), *self._arguments)
            self._process = await asyncio.create_subprocess_exec(
                *command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=handles,
                start_new_session=True,  # a terminal sends SIGINT to all; the first process decides
            )
            ours.pop_all()
        (link, _), (self._door, _) = pairs
        # Its own: what the one before asked may be answered only now, and must not reach this one.
        self._link = Link(self._heard, self._lost)
        await asyncio.get_running_loop().create_unix_connection(lambda: self._link, sock=link)

    def _heard(self, said: Any) -> None:
        match said:
            case (Said.KEEP, number, addresses, told):
                arrived = unpacked(told)
                future = self._keeping.keep(arrived, addresses)
                future.add_done_callback(partial(_kept, self._link, number, arrived))
            case (Said.KNOWS, number, address):
                task = asyncio.ensure_future(self._knows(self._link, number, address))
                self._looking_up.add(task)
                task.add_done_callback(self._looking_up.discard)
            case (Said.OVER,):
                self.connections -= 1
                if not self.connections:
                    self._stay(self._idle_seconds)
            case _:
                self._ready = True
                self._stay(self._idle_seconds)

    async def _knows(self, link: Link, number: int, address: str) -> None:
        try:
            known = await self._keeping.knows(address)
        except StoreError as error:
            link.say((number, str(error)))
        else:
            link.say((number, known))

    def _stay(self, seconds: float | None = None) -> None:
        """Let it run for so long without a connection, None for ever."""
        if self._rest is not None:
            self._rest.cancel()
        self._rest = None if seconds is None else asyncio.get_running_loop().call_later(seconds, self._dismiss)

    def _dismiss(self) -> None:
        self._ending = True
        self._ready = False
        self._link.close()

    def _lost(self) -> None:
        """It has ended; the next connection starts another, unless it never came to serve one."""
        if not self._ending:
            _log.error("receiving process ended connections=%d", self.connections)
            if self._process is not None:
                self._files.drop(mark(self._process.pid))
        if self._door is not None:
            self._door.close()
        self._stay()
        self._starting = None if self._ready or self._ending else self._starting
        self._door = None
        self._ready = self._ending = False
        self.connections = 0


def _kept(link: Link, number: int, arrived: Arrival, future: "asyncio.Future[list[Verdict]]") -> None:
    """Tell what became of a message where it came from."""
    arrived.blob.discard()
    link.say((number, [(*reply, more) for reply, more in future.result()]))
