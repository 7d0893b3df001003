"""Everything that stands behind the socket of a server in a test: the store, what serves it, and what works beside it.

To go back to an earlier state all of it is made anew on that state, as after a restart: nothing remembers what was.
"""

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Final, cast

import apsw

from angarium.app.compose import Composed, compose
from angarium.app.config import Config
from angarium.app.operations import Services
from angarium.app.pipeline import compose_pipeline, token
from angarium.app.pushing import pushing
from angarium.app.queueing import queue_worked_off
from angarium.datatypes import principals
from angarium.datatypes.push import VapidKey, keep_vapid_key
from angarium.engine.dispatch import Engine
from angarium.protocols.http.exchange import Asgi
from angarium.store.contract import DIRECTORY, QUEUE, Snapshot, StateChange
from angarium.store.sqlite import open_store
from angarium.store.sqlite.database import FILE, Access, connect
from angarium.store.sqlite.store import SqliteStore
from angarium.testing.clock import Clock
from angarium.testing.dials import Dial, Dials, Scope
from angarium.testing.engine import ObservedEngine
from angarium.testing.news import News
from angarium.testing.outbox import Outbox, Sink
from angarium.testing.seen import Seen
from angarium.testing.strict import Critic

_KEY: Final = VapidKey(
    private="bj4Lntx0G5d_lZp_h2OI1onFC_TB87fAkghLJcacg44",
    public="BMT6iHteYKdq3S10sg9SdrG6kKX9pKrTXdMOkeOnZS8NE9uQ-fNGQQfvoV4qsY6XLRGS1p3nfSztDXtL5QJxamE",
)
"""Everybody knows this key: pushes of a test prove nothing, and making one takes longer than the rest of a start."""


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
        self._store: SqliteStore | None = None
        self._composed: dict[str, Composed] = {}
        self._work = AsyncExitStack()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opened = asyncio.Event()
        self._watch: apsw.Connection | None = None
        self._version = 0

    @property
    def store(self) -> SqliteStore:
        """The store that is open."""
        if self._store is None:
            raise RuntimeError("the server is not running")
        return self._store

    @property
    def engine(self) -> Engine:
        """The engine with the limits that hold for everybody."""
        return self._for(None).engine

    @property
    def plain_engine(self) -> Engine:
        """An engine of the same methods that no dial and no rule disturbs."""
        engine = self.engine
        return Engine(engine.registry, engine.limits, self._clock, token)

    @property
    def services(self) -> Services:
        """What the operations of the command line work with."""
        pipeline = compose_pipeline(self._config)
        return Services(
            self.store, self._config.mail.new_mailboxes, pipeline.domains, self._clock, stages=pipeline.stages
        )

    async def asgi(self, user: str | None) -> Asgi:
        """The application that serves a user, as soon as there is one."""
        await self._opened.wait()
        return self._for(user).asgi

    async def open(self) -> None:
        """Open the store, which is made when there is none, and begin to work."""
        self._loop = asyncio.get_running_loop()
        self._store = store = open_store(self._config.data, durable=False)
        await asyncio.wrap_future(store.write(lambda transaction: keep_vapid_key(transaction, _KEY)))
        self._outbox.begin(store)
        store.subscribe(self._heard)
        await self._begin_work()
        self._watch = connect(self._config.data / FILE, Access.READ)
        self._version = self._data_version()
        self._opened.set()

    async def close(self) -> None:
        """End the streams and the work, and close the store."""
        self._opened.clear()
        composed, self._composed = tuple(self._composed.values()), {}
        for one in composed:
            one.end_streams()
        await self._work.aclose()
        for one in composed:
            one.close()
        if self._watch is not None:
            self._watch.close()
        if self._store is not None:
            self._store.close()

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was written since it was opened."""
        return self._data_version() == self._version

    async def reopen(self, snapshot: Path) -> None:
        """Go back to a state that `copy` has kept."""
        await self.close()
        for suffix in ("-wal", "-shm"):
            (self._config.data / (FILE + suffix)).unlink(missing_ok=True)
        shutil.copyfile(snapshot, self._config.data / FILE)
        await self.open()

    def forget_sign_ins(self) -> None:
        """What was remembered of who may sign in is stale; on any thread."""
        for composed in tuple(self._composed.values()):
            composed.sign_in.forget()

    async def restart_work(self) -> None:
        """Look at the clock again: what waits may be due."""
        await self._work.aclose()
        await self._begin_work()

    def settle(self) -> None:
        """Return when all news of commits that were answered is told; on any thread but the writer's."""
        if self._store is not None:
            self._store.write(lambda _transaction: None).result()

    def copy(self, target: Path) -> None:
        """Keep the state as it is now."""
        self.store.copy_database(target)

    def _for(self, user: str | None) -> Composed:
        """What serves a user under the limits that the dials give."""
        key = self._limits(user)
        name = repr(sorted(key.items()))
        composed = self._composed.get(name)
        if composed is None:
            composed = self._composed[name] = self._compose(key)
            composed.feed.start()
        return composed

    def _limits(self, user: str | None) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for dial in self._dials:
            if dial.kind.scope is Scope.LIMITS and dial.user in (None, user):
                found |= {name: value for name, value in dial.settings.items() if value is not None}
        return found

    def _compose(self, limits: Mapping[str, int]) -> Composed:
        section = self._config.limits.model_copy(update=dict(limits))
        config = self._config.model_copy(update={"limits": section})
        make = partial(
            ObservedEngine,
            dials=self._dials,
            outbox=self._outbox,
            seen=self._seen,
            news=self._news,
            critic=self._critic,
        )
        return compose(config, self.store, clock=self._clock, make=make)

    def _data_version(self) -> int:
        return 0 if self._watch is None else cast(int, self._watch.pragma("data_version"))

    async def _begin_work(self) -> None:
        """Begin to push, and to send what waits."""
        config, store, composed, clock = self._config, self.store, self._for(None), self._clock
        for work in (
            pushing(config, store, composed.reading, composed.feed, clock),
            queue_worked_off(config, store, None, lambda: Sink(self._refusal), clock),
        ):
            await self._work.enter_async_context(work)

    def _refusal(self, sender: str, recipient: str) -> str | None:
        dial = self._dials.find(Scope.RELAY, sender, lambda dial: dial.matches("recipient", recipient))
        return str(dial.settings["reply"]) if dial else None

    # News, on the writer's thread

    def _heard(self, changes: Sequence[StateChange]) -> None:
        self._outbox.hear(self.store, changes)
        for change in changes:
            dial = None if change.account in (DIRECTORY, QUEUE) else self._push_dial(change)
            if dial is None:
                self._tell([change])
            elif dial.kind.name == "latePush" and self._loop is not None:
                self._loop.call_soon_threadsafe(self._tell_later, float(dial.settings["seconds"]), [change])
        self._news.tell()

    def _tell_later(self, seconds: float, changes: Sequence[StateChange]) -> None:
        asyncio.get_running_loop().call_later(seconds, self._tell, changes)

    def _tell(self, changes: Sequence[StateChange]) -> None:
        for composed in tuple(self._composed.values()):
            composed.feed.tell(changes)

    def _push_dial(self, change: StateChange) -> Dial | None:
        if not any(dial.kind.scope is Scope.PUSH for dial in self._dials):
            return None

        def owner(snapshot: Snapshot) -> str | None:
            user = principals.owner(snapshot, change.account)
            return user.name if user else None

        return self._dials.find(Scope.PUSH, self.store.read(owner))
