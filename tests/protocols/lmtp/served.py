"""An LMTP server on a Unix socket in a thread of the test's process, over a real store."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import orjson
import uvloop

from angarium.app.config import LmtpSection
from angarium.app.listening import listening_socket
from angarium.app.lmtp import lmtp_socket
from angarium.app.receiving import ReceivingProcesses
from angarium.datatypes.principals import Domains, User
from angarium.flows.deliver import Pipeline
from angarium.flows.provision import new_user
from angarium.protocols.http.threads import Threads
from angarium.protocols.lmtp.dialogue import Terms
from angarium.protocols.lmtp.keeping import StoreKeeping
from angarium.protocols.lmtp.reception import Reception
from angarium.protocols.lmtp.server import LmtpServer
from angarium.store.contract import Snapshot, Store, Transaction
from angarium.store.sqlite import open_store
from tests.lmtp import Lmtp
from tests.waiting import eventually

LETTER = b"Subject: hello\r\n\r\nHow are you?\r\n"
OPEN = b"MAIL FROM:<bob@example.net>\r\nRCPT TO:<ann@example.com>\r\nDATA\r\n"
LARGEST = 1_000_000
NOW = 1_790_000_000_000
ROLES = ("inbox", "junk")


class LmtpServed:
    """The running server; `networks` makes it listen on TCP instead, for those networks.

    With `processes`, as many may serve connections beside it, and end when idle for so many seconds.
    """

    def __init__(
        self,
        folder: Path,
        store: Store,
        networks: tuple[str, ...] = (),
        most: int = 20,
        processes: int = 0,
        idle: float = 60.0,
    ) -> None:
        self.folder = folder
        self.store = store
        self.now = NOW
        self._most = most
        self._networks = [ip_network(network) for network in networks]
        self._threads = Threads(2, "test-lmtp")
        self._bound = (
            listening_socket("127.0.0.1", 0) if networks else lmtp_socket(LmtpSection(listen=f"unix:{folder / 'lmtp'}"))
        )
        assert self._bound is not None
        self.place: tuple[str, int] | Path = self._bound.getsockname()[:2] if networks else folder / "lmtp"
        self._loop = uvloop.new_event_loop()
        self.keeping = StoreKeeping(store, Pipeline(Domains(("example.com",))), self._threads)
        self.reception = Reception(self.keeping, lambda: self.now, self._threads)
        store.subscribe(self.keeping.heard)
        terms = Terms("mail.example.com", LARGEST)
        self._runner = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._runner.start()
        self.processes = self.run(self._begin(terms, processes, idle)) if processes else None
        self.server = LmtpServer(self.reception, terms, self._networks, self._most, self.processes)
        self.run(self.server.start(self._bound))

    async def _begin(self, terms: Terms, count: int, idle: float) -> ReceivingProcesses:
        processes = ReceivingProcesses(self.keeping, terms, self.folder / "store", count, idle)
        self.store.subscribe(processes.heard)
        return processes

    def run(self, job: Any) -> Any:
        """Run a coroutine on the server's loop."""
        return asyncio.run_coroutine_threadsafe(job, self._loop).result(20)

    def close(self) -> None:
        self.run(self.server.stop())
        if self.processes is not None:
            self.run(self.processes.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._runner.join(10)
        self._loop.close()
        self._threads.close()

    def connect(self, greet: bool = True) -> Lmtp:
        return Lmtp(self.place, greet)

    def user(self, name: str) -> User:
        return self.store.write(lambda transaction: new_user(transaction, name, None, ROLES, 0)).result()

    def contents(self, user: User) -> list[bytes]:
        """The octets of every email of a user, the oldest first."""

        def read(snapshot: Snapshot) -> list[bytes]:
            shown = orjson.loads(snapshot.messages.rows(user.account, None, ["id"])[0])
            stored = snapshot.messages.stored(user.account, [item["id"] for item in shown])
            return [bytes(snapshot.blobs.open(email.blob)[:]) for email in stored.values()]

        return self.store.read(read)


@contextmanager
def lmtp_serving(
    folder: Path, networks: tuple[str, ...] = (), most: int = 20, processes: int = 0, idle: float = 60.0
) -> Iterator[LmtpServed]:
    """Run one."""
    store = open_store(folder / "store")
    try:
        served = LmtpServed(folder, store, networks, most, processes, idle)
        try:
            yield served
        finally:
            served.close()
    finally:
        store.close()


@contextmanager
def held_up(store: Store) -> Iterator[None]:
    """Nothing is stored meanwhile."""
    held, go = threading.Event(), threading.Event()

    def hold(_transaction: Transaction) -> None:
        held.set()
        assert go.wait(30)

    waiting = store.write(hold)
    assert held.wait(10)
    try:
        yield
    finally:
        go.set()
        waiting.result(10)


def ends_well(served: LmtpServed, user: User, clients: Sequence[Lmtp], end: Callable[[], None]) -> None:
    """Let it `end` with three clients, to one of whom it owes a reply: that is told, and nobody is left alone."""
    idle, open_, busy = clients
    open_.send(OPEN + b"Subject: half")
    assert open_.replies(3) == [250, 250, 354]
    with held_up(served.store):
        busy.send(OPEN)
        assert busy.replies(3) == [250, 250, 354]
        busy.send(LETTER + b".\r\n")
        eventually(lambda: served.keeping.under_way)
        ending = threading.Thread(target=end)
        ending.start()
        assert (idle.rest(), open_.rest()) == ([421], [421])
    assert busy.rest() == [250, 421]
    ending.join(10)
    assert len(served.contents(user)) == 1
