"""A receiving process: it serves connections that the first process hands over, and has it keep what it reads.

It ends when the first process says so or has gone; then a client that heard no reply sends again.
"""

import asyncio
import marshal
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any, Final

import uvloop

from angarium.app.clock import clock
from angarium.app.logs import configure_logs
from angarium.app.memory import return_large_buffers, settle
from angarium.app.receiving.link import END, FORGET, Link, Said, mark, packed
from angarium.flows.deliver import Arrival
from angarium.protocols.http.threads import Threads
from angarium.protocols.lmtp.dialogue import Session, Terms
from angarium.protocols.lmtp.reception import IN_MEMORY, Reception
from angarium.protocols.lmtp.replies import Reply
from angarium.protocols.lmtp.server import LmtpServer
from angarium.protocols.lmtp.verdict import Verdict
from angarium.store.contract import StoreError
from angarium.store.sqlite.blobfiles import BlobFiles
from angarium.store.sqlite.disk import Disk
from angarium.store.sqlite.stage import BlobStage

_THREADS: Final = 2
_MOST_KNOWN: Final = 10_000
_LARGEST_SESSION: Final = 64 * 1024


class _MarkedDisk(Disk):
    """Tells which files are of this process, so that they go with it when it dies."""

    def create(self, folder: Path) -> tuple[int, Path]:
        """A new file with a name of its own: an open handle and where it is."""
        handle, path = tempfile.mkstemp(prefix=mark(os.getpid()), dir=folder)
        return handle, Path(path)


class Remote:
    """Stands for the store: asks the first process, and remembers whom it knows until it says that this has changed."""

    def __init__(self, folder: Path) -> None:
        self._files = BlobFiles(folder, _MarkedDisk())
        self._numbers = count()
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._known: set[str] = set()
        self.over = asyncio.Event()
        """Set once the first process wants no more."""
        self.link = Link(self._heard, self._lost)

    async def knows(self, address: str) -> bool:
        """Whether mail for this address reaches somebody."""
        known = self._known
        if address in known:
            return True
        found = await self._ask(Said.KNOWS, address)
        if isinstance(found, str):
            raise StoreError(found)
        if found:
            if len(known) >= _MOST_KNOWN:
                known.clear()
            known.add(address)
        return bool(found)

    def stage(self) -> BlobStage:
        """Begin to receive a large message."""
        return BlobStage(self._files)

    async def keep(self, arrived: Arrival, addresses: Sequence[str]) -> list[Verdict]:
        """What became of the message for each address, once that is on disk."""
        told = await self._ask(Said.KEEP, list(addresses), packed(arrived))
        return [Verdict(Reply(*reply), more) for *reply, more in told]

    def _ask(self, *question: object) -> "asyncio.Future[Any]":
        number = next(self._numbers)
        future = self._asked[number] = asyncio.get_running_loop().create_future()
        self.link.say((question[0], number, *question[1:]))
        return future

    def _heard(self, said: Any) -> None:
        match said:
            case (number, answer):
                future = self._asked.pop(number)
                if not future.done():
                    future.set_result(answer)
            case (number,) if number == FORGET:
                self._known = set()  # a question under way puts what it hears into the old one
            case (number,) if number == END:
                self.over.set()

    def _lost(self) -> None:
        os._exit(0)  # what was asked may be kept or not: nobody is told anything


class Door:
    """Where connections come in."""

    def __init__(self, entrance: socket.socket, server: LmtpServer, remote: Remote) -> None:
        self._entrance = entrance
        self._server = server
        self._remote = remote
        self._beginning: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        """Take connections from now on."""
        self._entrance.setblocking(False)
        asyncio.get_running_loop().add_reader(self._entrance, self._enter)

    def close(self) -> None:
        """Take none any more."""
        asyncio.get_running_loop().remove_reader(self._entrance)
        self._entrance.close()

    def _enter(self) -> None:
        try:
            told, handles, _, _ = socket.recv_fds(self._entrance, _LARGEST_SESSION, 1)
        except BlockingIOError:
            return
        if not handles:  # this process has as many open as it may, so the system closed it
            self._remote.link.say((Said.OVER,))
        for handle in handles:
            peer, mistakes, octets = marshal.loads(told)  # noqa: S302 -- of our own parent
            task = asyncio.ensure_future(
                self._adopt(socket.socket(fileno=handle), Session(peer, True, mistakes), octets)
            )
            self._beginning.add(task)
            task.add_done_callback(self._beginning.discard)

    async def _adopt(self, connection: socket.socket, session: Session, octets: bytes) -> None:
        try:
            await self._server.adopt(connection, session, octets)
        except OSError:  # the client has gone
            connection.close()
            self._remote.link.say((Said.OVER,))


async def _serve(link: socket.socket, entrance: socket.socket, folder: Path, terms: Terms) -> None:
    remote, threads = Remote(folder), Threads(_THREADS, "angarium-lmtp")
    reception = Reception(remote, clock, threads, in_place=IN_MEMORY)
    server = LmtpServer(reception, terms, over=lambda: remote.link.say((Said.OVER,)))
    door = Door(entrance, server, remote)
    await asyncio.get_running_loop().create_unix_connection(lambda: remote.link, sock=link)
    await server.start()
    door.open()
    settle()
    remote.link.say((Said.READY,))
    await remote.over.wait()
    door.close()
    await server.stop()
    threads.close()


def main(link: str, entrance: str, folder: str, name: str, largest: str, level: str) -> None:
    """Serve connections that come through `entrance` until told to end; both are handles of sockets."""
    for number in (signal.SIGINT, signal.SIGTERM):  # a supervisor sends it to all; the first decides
        signal.signal(number, signal.SIG_IGN)
    configure_logs(level)
    return_large_buffers()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        ours, door = (socket.socket(fileno=int(handle)) for handle in (link, entrance))
        runner.run(_serve(ours, door, Path(folder), Terms(name, int(largest))))


if __name__ == "__main__":
    main(*sys.argv[1:])
