"""Everything that stands behind the socket of a server in a test: the store, what serves it, and what works beside it.

To go back to an earlier state the store is replaced, and whatever remembers anything of it begins anew. The store for
the next time is made ready beside the test, so that going back takes next to no time.
"""

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final

from angarium.app.compose import Composed, compose
from angarium.app.config import Config
from angarium.app.operations import Services
from angarium.app.pipeline import compose_pipeline, token
from angarium.app.pushing import pushing
from angarium.app.queueing import queue_worked_off
from angarium.datatypes import principals, push
from angarium.datatypes.push import VapidKey, keep_vapid_key, vapid_key
from angarium.datatypes.submission import queue
from angarium.engine.dispatch import Engine
from angarium.engine.limits import Limits
from angarium.protocols.http.exchange import Asgi
from angarium.protocols.http.threads import Threads
from angarium.store.contract import DIRECTORY, QUEUE, Snapshot, StateChange
from angarium.store.sqlite import open_store
from angarium.store.sqlite.database import FILE
from angarium.store.sqlite.store import SqliteStore
from angarium.testing.clock import Clock
from angarium.testing.dials import Dial, Dials, Scope
from angarium.testing.engine import ObservedEngine
from angarium.testing.news import News
from angarium.testing.outbox import Outbox, Sink
from angarium.testing.seen import Seen
from angarium.testing.strict import Critic
from angarium.testing.swapped import SwappedStore

_KEY: Final = VapidKey(
    private="bj4Lntx0G5d_lZp_h2OI1onFC_TB87fAkghLJcacg44",
    public="BMT6iHteYKdq3S10sg9SdrG6kKX9pKrTXdMOkeOnZS8NE9uQ-fNGQQfvoV4qsY6XLRGS1p3nfSztDXtL5QJxamE",
)
"""Everybody knows this key: pushes of a test prove nothing, and making one takes longer than the rest of a start."""

_MOST: Final = 1_000_000_000
_BOUNDLESS: Final = Limits(
    max_objects_in_get=_MOST,
    max_objects_in_set=_MOST,
    max_size_response=_MOST,
    max_size_work=_MOST,
    max_query=_MOST,
    max_changes=_MOST,
)
"""For what a test asks past the network: all that is stored, however much that is."""


class Behind:
    """Made by `open`, ended by `close`, both on the event loop; `config` says where the data is."""

    def __init__(
        self, config: Config, clock: Clock, dials: Dials, seen: Seen, news: News, outbox: Outbox, critic: Critic | None
    ) -> None:
        self._config = config
        self._clock = clock
        self._dials = dials
        self._seen = seen
        self._news = news
        self._outbox = outbox
        self._critic = critic
        self._pipeline = compose_pipeline(config)
        self._composed: dict[str, Composed] = {}
        self._base: Composed | None = None
        self._late: set[asyncio.TimerHandle] = set()
        self._closing = False
        self._work = AsyncExitStack()
        self._starting: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opened = asyncio.Event()
        self._aside = Threads(1, "angarium-aside")
        self._folder = config.data
        self._numbers = count(1)
        self._spare: tuple[Path, asyncio.Future[tuple[SqliteStore, Path]]] | None = None
        self.store = SwappedStore()
        self.store.subscribe(self._heard)

    @property
    def engine(self) -> Engine:
        """The engine with the limits that no dial has changed."""
        if self._base is None:
            raise RuntimeError("the server is not running")
        return self._base.engine

    @property
    def plain_engine(self) -> Engine:
        """An engine of the same methods that no dial, no rule and hardly a limit disturbs."""
        return Engine(self.engine.registry, _BOUNDLESS, self._clock, token)

    @property
    def services(self) -> Services:
        """What the operations of the command line work with."""
        mailboxes, pipeline = self._config.mail.new_mailboxes, self._pipeline
        return Services(self.store, mailboxes, pipeline.domains, self._clock, stages=pipeline.stages)

    async def asgi(self, user: str | None) -> Asgi:
        """The application that serves a user, as soon as there is one."""
        await self._opened.wait()
        return self._for(user).asgi

    async def open(self) -> None:
        """Open the store, which is made when there is none, and begin the work that waits in it."""
        self._loop = asyncio.get_running_loop()
        self._closing = False
        await self._serve(_opened(self._config.data))

    async def close(self) -> None:
        """End the streams and the work, and close the store."""
        self._closing = True
        self._end_streams()
        await self._end_work()
        for composed in self._all():
            composed.close()
        self._composed, self._base = {}, None
        if self._spare is not None:
            (await self._spare[1])[0].close()
        self._aside.close()
        self.store.close()

    async def reopen(self, snapshot: Path, scratch: Path | None) -> None:
        """Go back to a state that `copy` has kept; in the folder of the data, or in folders of their own in `scratch`.

        Only the latter is quick.
        """
        self._end_streams()
        await self._end_work()
        await asyncio.wrap_future(self.store.now.write(lambda _transaction: None))  # then all of its news is told
        self.forget_sign_ins()
        if scratch is None:
            self.store.close()
            for suffix in ("-wal", "-shm"):
                (self._config.data / (FILE + suffix)).unlink(missing_ok=True)
            shutil.copyfile(snapshot, self._config.data / FILE)
            await self._serve(_opened(self._config.data))
            return
        if self._spare is None or self._spare[0] != snapshot:
            old = self._spare
            self._spare = snapshot, self._aside.run(partial(self._ready, snapshot, scratch))
            if old is not None:
                (await old[1])[0].close()
        store, folder = await self._spare[1]
        before = self.store.now, self._folder
        self._folder = folder
        await self._serve(store)
        self._aside.run(partial(self._gone, *before))
        self._spare = snapshot, self._aside.run(partial(self._ready, snapshot, scratch))

    async def _serve(self, store: SqliteStore) -> None:
        """Have everything work with a store."""
        self.store.use(store)
        self._outbox.begin(store)
        self._base = self._base or self._begun(self._compose({}))
        if store.read(_has_work):
            await self._begin_work()
        self._opened.set()

    def _ready(self, snapshot: Path, scratch: Path) -> tuple[SqliteStore, Path]:
        """A store of the state that was kept, with the large blobs of all states, and where it is."""
        folder = scratch / f"data-{next(self._numbers)}"
        folder.mkdir(0o700)
        (folder / "blobs").symlink_to(self._config.data / "blobs")
        shutil.copyfile(snapshot, folder / FILE)
        return _opened(folder), folder

    def _gone(self, store: SqliteStore, folder: Path) -> None:
        """Close a store that nobody uses any more; the large blobs stay where they began."""
        store.close()
        if folder != self._config.data:
            shutil.rmtree(folder, ignore_errors=True)

    def forget_sign_ins(self) -> None:
        """What was remembered of who may sign in is stale; on any thread."""
        for composed in self._all():
            composed.sign_in.forget()

    async def look_at_clock(self) -> None:
        """Look at the clock again: what waits may be due."""
        if self._starting is not None:
            await self._end_work()
            await self._begin_work()

    def settle(self) -> None:
        """Return when all news of commits that were answered is told; on any thread but the writer's."""
        self.store.now.write(lambda _transaction: None).result()

    def copy(self, target: Path) -> None:
        """Keep the state as it is now."""
        self.store.now.copy_database(target)

    def _for(self, user: str | None) -> Composed:
        """What serves a user under the limits that the dials give."""
        limits = self._limits(user)
        if not limits and self._base is not None:
            return self._base
        name = repr(sorted(limits.items()))
        if name not in self._composed:
            self._composed[name] = self._begun(self._compose(limits))
        return self._composed[name]

    def _begun(self, composed: Composed) -> Composed:
        composed.feed.start()
        return composed

    def _all(self) -> list[Composed]:
        return [*([self._base] if self._base else []), *tuple(self._composed.values())]

    def _limits(self, user: str | None) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for dial in self._dials:
            if dial.kind.scope is Scope.LIMITS and dial.user in (None, user):
                found |= {name: value for name, value in dial.settings.items() if value is not None}
        return found

    def _compose(self, limits: Mapping[str, int]) -> Composed:
        config = replace(self._config, limits=replace(self._config.limits, **limits))
        make = partial(
            ObservedEngine,
            dials=self._dials,
            outbox=self._outbox,
            seen=self._seen,
            news=self._news,
            critic=self._critic,
        )
        return compose(config, self.store, clock=self._clock, make=make)

    async def _begin_work(self) -> None:
        """Begin to push, and to send what waits, unless that has begun."""
        if self._closing:
            return
        if self._starting is None:
            self._starting = asyncio.ensure_future(self._work_on())
        await self._starting

    async def _work_on(self) -> None:
        composed = self._base
        if composed is None:
            return
        config, store, clock = self._config, self.store, self._clock
        for work in (
            pushing(config, store, composed.reading, composed.feed, clock),
            queue_worked_off(config, store, None, lambda: Sink(self._refusal), clock),
        ):
            await self._work.enter_async_context(work)

    def _end_streams(self) -> None:
        """Let streams end, hold new requests up, and tell no late news any more."""
        self._opened.clear()
        for composed in self._all():
            composed.end_streams()
        for late in self._late:
            late.cancel()
        self._late.clear()

    async def _end_work(self) -> None:
        """End the work if it has begun."""
        if self._starting is not None:
            await self._starting
            await self._work.aclose()
            self._starting = None

    def _refusal(self, sender: str, recipient: str) -> str | None:
        dial = self._dials.find(Scope.RELAY, sender, lambda dial: dial.matches("recipient", recipient))
        return str(dial.settings["reply"]) if dial else None

    # News, on the writer's thread

    def _heard(self, changes: Sequence[StateChange]) -> None:
        self._outbox.hear(self.store, changes)
        if self._starting is None and self._loop is not None and any(map(_is_work, changes)):
            asyncio.run_coroutine_threadsafe(self._begin_work(), self._loop)
        for change in changes:
            dial = None if change.account in (DIRECTORY, QUEUE) else self._push_dial(change)
            if dial is None:
                self._tell([change])
            elif dial.kind.name == "latePush" and self._loop is not None:
                self._loop.call_soon_threadsafe(self._tell_later, float(dial.settings["seconds"]), [change])
        self._news.tell()

    def _tell_later(self, seconds: float, changes: Sequence[StateChange]) -> None:
        self._late.add(asyncio.get_running_loop().call_later(seconds, self._tell, changes))

    def _tell(self, changes: Sequence[StateChange]) -> None:
        for composed in self._all():
            composed.feed.tell(changes)

    def _push_dial(self, change: StateChange) -> Dial | None:
        if not any(dial.kind.scope is Scope.PUSH for dial in self._dials):
            return None

        def owner(snapshot: Snapshot) -> str | None:
            user = principals.owner(snapshot, change.account)
            return user.name if user else None

        return self._dials.find(Scope.PUSH, self.store.read(owner))


def _opened(folder: Path) -> SqliteStore:
    """The store in a folder, with a connection that reads."""
    store = open_store(folder, durable=False)
    if store.read(vapid_key) is None:
        store.write(lambda transaction: keep_vapid_key(transaction, _KEY)).result()
    return store


def _is_work(change: StateChange) -> bool:
    """Whether a commit is about mail to send, or about clients to push to."""
    return change.account == QUEUE or (change.account == DIRECTORY and push.KIND in change.changed)


def _has_work(snapshot: Snapshot) -> bool:
    """Whether there is mail to send, or a client to push to."""
    return bool(queue.read(snapshot) or snapshot.records.get(DIRECTORY, push.KIND))
