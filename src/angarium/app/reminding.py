"""The alerts of calendars, in the process that writes: it sleeps until one is due or an event changes.

The store knows when each event has its next alert; here is only which account is next. An account is looked at when
something changed in it, some events at a time, so that nobody waits for it.
"""

import asyncio
import heapq
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Final, TypeVar

from angarium.app.clock import clock
from angarium.app.config import Config
from angarium.app.pipeline import token
from angarium.datatypes.calendars import calendars, events, reminders
from angarium.datatypes.calendars.reminders import Mark, Pending
from angarium.datatypes.principals import Domains
from angarium.flows import remind
from angarium.formats.localtime import EPOCH
from angarium.protocols.http.threads import Threads
from angarium.store.contract import AccountKey, Snapshot, StateChange, Store, StoreError, Transaction

T = TypeVar("T")

_log = logging.getLogger(__name__)

_KINDS: Final = frozenset((calendars.KIND, events.KIND))
_LONGEST_SLEEP: Final = 60.0
"""Seconds after which the clock is looked at again: it may have been set, and a machine may have slept."""

_AFTER_TROUBLE: Final = 60
"""Seconds after which an account is tried again that failed."""
_BREATH: Final = 0.01
"""Seconds between one batch of events and the next, for everybody else."""


class Reminders:
    """Lets alerts go off between `start` and `stop`."""

    def __init__(self, store: Store, domains: Domains, threads: Threads, clock: Callable[[], int]) -> None:
        self._store = store
        self._domains = domains
        self._threads = threads
        self._clock = clock
        self._marks: dict[AccountKey, Mark] = {}
        self._stale: set[AccountKey] = set()
        self._due: dict[AccountKey, int] = {}
        self._heap: list[tuple[int, AccountKey]] = []
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._unsubscribe: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Begin with what changed, and what was missed, while nobody looked."""
        loop = asyncio.get_running_loop()

        def tell(changes: Sequence[StateChange]) -> None:
            accounts = [change.account for change in changes if not _KINDS.isdisjoint(change.changed)]
            if accounts:
                with suppress(RuntimeError):  # the loop has closed
                    loop.call_soon_threadsafe(self._changed, accounts)

        self._unsubscribe = self._store.subscribe(tell)
        self._stale.update(await self._threads.run(lambda: self._store.read(_with_events)))
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End; what is due then goes off at the next start."""
        self._unsubscribe()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _changed(self, accounts: Sequence[AccountKey]) -> None:
        self._stale.update(accounts)
        self._news.set()

    async def _run(self) -> None:
        while True:
            self._news.clear()
            while self._stale:
                await self._guarded(self._stale.pop(), self._refresh)
            while self._heap and self._heap[0][0] <= self._moment():
                due, account = heapq.heappop(self._heap)
                if self._due.get(account) == due:
                    del self._due[account]
                    await self._guarded(account, self._go_off)
            wait = self._heap[0][0] - EPOCH - self._clock() / 1000 if self._heap else _LONGEST_SLEEP
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), min(max(wait, 0.0), _LONGEST_SLEEP))

    async def _guarded(self, account: AccountKey, work: Callable[[AccountKey], Awaitable[None]]) -> None:
        """Nothing that goes wrong in one account stops the others."""
        try:
            await work(account)
        except Exception as error:
            known = isinstance(error, StoreError)
            _log.error("alerts of account=%d not told reason=%s", account, error, exc_info=None if known else error)
            asyncio.get_running_loop().call_later(_AFTER_TROUBLE, self._changed, [account])

    async def _refresh(self, account: AccountKey) -> None:
        """Work out again when the alerts of events go off that changed."""
        known = self._marks[account] if account in self._marks else await self._read(partial(_mark, account=account))
        more = True
        while more:
            looked = await self._read(partial(remind.look, account=account, known=known))
            if looked is None:
                break
            following: dict[str, Pending | None] = {}
            for at in range(0, len(looked.events), remind.AT_ONCE):
                part, now = looked.events[at : at + remind.AT_ONCE], self._clock()
                following |= await self._read(partial(remind.work_out, account=account, ids=part, now=now))
                await asyncio.sleep(_BREATH)
            known, more = looked.mark, looked.more
            if following or more:  # else the mark is as good in memory, and a change without alerts costs no commit
                await self._write(partial(remind.take_in, account=account, following=following, known=known))
        self._marks[account] = known
        self._put(account, await self._read(partial(_next_due, account=account)))

    async def _go_off(self, account: AccountKey) -> None:
        go_off = partial(remind.go_off, account=account, domains=self._domains, token=token, now=self._clock())
        self._put(account, await self._write(go_off))

    def _put(self, account: AccountKey, due: int | None) -> None:
        """Come back to an account at a time, and at no other."""
        if due is None:
            self._due.pop(account, None)
        elif self._due.get(account) != due:
            self._due[account] = due
            heapq.heappush(self._heap, (due, account))

    def _moment(self) -> int:
        """Now, in seconds of `formats.localtime`."""
        return EPOCH + self._clock() // 1000

    def _read(self, job: Callable[[Snapshot], T]) -> "asyncio.Future[T]":
        return self._threads.run(lambda: self._store.read(job))

    def _write(self, job: Callable[[Transaction], T]) -> "asyncio.Future[T]":
        return asyncio.wrap_future(self._store.write(job))


def _with_events(snapshot: Snapshot) -> list[AccountKey]:
    """The accounts that ever had an event."""
    return [account for account in snapshot.accounts() if snapshot.state(account, events.KIND)]


def _mark(snapshot: Snapshot, account: AccountKey) -> Mark:
    return reminders.mark(snapshot.records, account)


def _next_due(snapshot: Snapshot, account: AccountKey) -> int | None:
    return reminders.next_due(snapshot.records, account)


@asynccontextmanager
async def reminded(config: Config, store: Store, clock: Callable[[], int] = clock) -> AsyncIterator[None]:
    """Let alerts go off while this runs; `clock` gives epoch milliseconds."""
    threads = Threads(1, "angarium-alerts")
    alerts = Reminders(store, Domains(config.mail.domains), threads, clock)
    await alerts.start()
    try:
        yield
    finally:
        await alerts.stop()
        threads.close()
