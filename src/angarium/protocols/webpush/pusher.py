"""Who pushes: listens to commits, knows every subscription, and tells each client once of all that it does not know.

It runs in the process that writes and nowhere else. What a client has been told is a commit, kept with its subscription
now and then and at the end; so what changes while the server is down is told when it is up again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from math import inf
from typing import TypeVar

from angarium.datatypes import principals, push
from angarium.datatypes.push import Subscription
from angarium.protocols.http.reading import Reading
from angarium.protocols.webpush.messages import News, news, verification
from angarium.protocols.webpush.sending import Fate, Sender, Sent
from angarium.store.contract import DIRECTORY, AccountKey, Snapshot, StateChange, Store, StoreError, Transaction

_log = logging.getLogger(__name__)

T = TypeVar("T")

BACK_OFF = (5.0, 30.0)
"""Seconds before the second try and before the third, which is the last."""

GAP = 1.0
"""Seconds between two pushes to one client: what changes meanwhile is told together."""

LONGEST_GAP = 3600.0
TEND_SECONDS = 60.0
_REST = 3
_LONGEST_REST = 1.0
_AT_ONCE = 64
_OF_ONE_USER = 4
_KEPT_AT_ONCE = 200


@dataclass(slots=True)
class _Line:
    """What is known of one subscription; `told` runs ahead of what the store knows of it."""

    subscription: Subscription
    accounts: frozenset[AccountKey]
    told: int
    gap: float = field(default_factory=lambda: GAP)
    dirty: bool = True
    task: "asyncio.Task[None] | None" = field(default=None, repr=False)


class Pusher:
    """Pushes from `start` to `stop`; `clock` gives epoch milliseconds."""

    def __init__(self, store: Store, reading: Reading, sender: Sender, clock: Callable[[], int]) -> None:
        self._store = store
        self._reading = reading
        self._sender = sender
        self._clock = clock
        self._lines: dict[str, _Line] = {}
        self._followed: dict[AccountKey, list[_Line]] = {}
        self._changed = asyncio.Event()
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._rooms: dict[str, asyncio.Semaphore] = {}
        self._tending: asyncio.Task[None] | None = None
        self._verifying: dict[str, asyncio.Task[None]] = {}

    def start(self) -> None:
        """Begin, with what was not told before."""
        self._tending = asyncio.ensure_future(self._tend())

    async def stop(self) -> None:
        """Give up what is under way, and keep what was told."""
        tasks = [line.task for line in self._lines.values() if line.task] + list(self._verifying.values())
        if self._tending is not None:
            tasks.append(self._tending)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(StoreError):
            await self._keep_told()

    def tell(self, changes: Sequence[StateChange]) -> None:
        """Take news of commits, on the event loop."""
        for change in changes:
            if change.account == DIRECTORY:
                self._changed.set()
            for line in self._followed.get(change.account, ()):
                self._wake(line)

    def wants(self, account: AccountKey) -> bool:
        """Whether news of an account is to be told to somebody; on any thread."""
        return account == DIRECTORY or account in self._followed

    # Which subscriptions there are

    async def _tend(self) -> None:
        """Keep what is known of the subscriptions true, whenever the directory changes and once a minute."""
        clock = asyncio.get_running_loop().time
        due = clock() + TEND_SECONDS
        expiry = due
        while True:
            self._changed.clear()
            began = clock()
            try:
                expiry = await self._renew()
                if clock() >= due:
                    due = clock() + TEND_SECONDS
                    await self._keep_told()  # a change of the directory too: at its own pace, not that of changes
            except Exception as error:
                known = isinstance(error, StoreError)
                _log.error("push subscriptions not kept reason=%s", error, exc_info=None if known else error)
                await asyncio.sleep(BACK_OFF[0])
            # A storm of changes in the directory shall not have all subscriptions read without a pause.
            await asyncio.sleep(min(_REST * (clock() - began), _LONGEST_REST))
            with suppress(TimeoutError):
                async with asyncio.timeout_at(min(due, expiry)):
                    await self._changed.wait()

    async def _renew(self) -> float:
        """Read the subscriptions; when the first of them expires, in the time of the loop."""
        now = self._clock()
        found, void = await self._reading(lambda snapshot: _load(snapshot, now))
        if void:
            removed = await self._written(lambda transaction: push.remove_void(transaction, now))
            _log.info("push subscriptions removed count=%d", removed)
        for record in self._lines.keys() - found.keys():
            line = self._lines.pop(record)
            line.dirty = False
            if line.task:
                line.task.cancel()
        for record, (subscription, accounts) in found.items():
            self._take(record, subscription, accounts)
        followed: dict[AccountKey, list[_Line]] = {}
        for line in self._lines.values():
            for account in line.accounts:
                followed.setdefault(account, []).append(line)
        self._followed = followed  # at once: the thread that writes asks for it
        users = {line.subscription.user for line in self._lines.values()}
        self._rooms = {user: self._rooms.get(user) or asyncio.Semaphore(_OF_ONE_USER) for user in users}
        seconds = min((subscription.expires - now for subscription, _ in found.values()), default=inf) / 1000
        return asyncio.get_running_loop().time() + max(0.0, seconds)

    def _take(self, record: str, subscription: Subscription, accounts: frozenset[AccountKey]) -> None:
        line = self._lines.get(record)
        if line is None:
            line = self._lines[record] = _Line(subscription, accounts, subscription.told)
        else:
            before, line.subscription = line.subscription, subscription
            if subscription.verified and not before.verified:
                line.told = subscription.told
            if (before, line.accounts) != (replace(subscription, told=before.told), accounts):
                line.accounts, line.dirty = accounts, True  # what it may know has changed
        if subscription.verified:
            if line.dirty:
                self._wake(line)
        elif not subscription.asked and record not in self._verifying:
            task = self._verifying[record] = asyncio.ensure_future(self._guarded(partial(self._verify, subscription)))
            task.add_done_callback(lambda _: self._verifying.pop(record, None))

    async def _keep_told(self) -> None:
        """Keep how far each client was told, so that it is not told again after a restart."""
        ahead = {
            record: line.told
            for record, line in self._lines.items()
            if line.subscription.verified and line.told > line.subscription.told
        }
        records = sorted(ahead)
        for begin in range(0, len(records), _KEPT_AT_ONCE):  # the writer has others to serve
            part = {record: ahead[record] for record in records[begin : begin + _KEPT_AT_ONCE]}
            await self._written(partial(push.mark_told, told=part))

    # Telling

    def _wake(self, line: _Line) -> None:
        line.dirty = True
        if line.subscription.verified and (line.task is None or line.task.done()):
            line.task = asyncio.ensure_future(self._guarded(partial(self._attend, line)))

    async def _attend(self, line: _Line) -> None:
        """Tell a client what there is to tell, and again as long as there is more."""
        while line.dirty:
            if not await self._told(line):
                return
            await asyncio.sleep(line.gap)

    async def _told(self, line: _Line) -> bool:
        """Try to tell; false when there is nothing to wait for. After the last try, the next news tries again."""
        for pause in (*BACK_OFF, None):
            line.dirty = False
            found, sent = await self._tried(line)
            if sent.fate is Fate.TAKEN:
                line.told = max(line.told, found.sequence)
                line.gap = max(GAP, line.gap / 2) if found.messages else line.gap
                return bool(found.messages) or line.dirty
            if sent.fate is Fate.GONE:
                await self._destroy(line.subscription, sent)
                return False
            # RFC 8620 §7.2: who says 429 is told less often from now on; so is who says nothing.
            line.gap = min(max(line.gap * 2, sent.wait), LONGEST_GAP)
            _log.info("push not taken id=%s reason=%s", line.subscription.id, sent.reason)
            if pause is not None:
                await asyncio.sleep(max(pause, sent.wait))
        return True

    async def _tried(self, line: _Line) -> tuple[News, Sent]:
        """What there is to tell, and what became of it; a store that cannot be read now may be later."""
        try:
            found = await self._reading(lambda snapshot: news(snapshot, line.subscription, line.told, self._clock()))
        except StoreError as error:
            return News([], line.told), Sent(Fate.LATER, str(error))
        return found, await self._sent(line.subscription, found.messages)

    async def _sent(self, subscription: Subscription, messages: Sequence[bytes]) -> Sent:
        """Send messages in turn, until one is not taken."""
        room = self._rooms.setdefault(subscription.user, asyncio.Semaphore(_OF_ONE_USER))
        for message in messages:
            async with room, self._room:
                sent = await self._sender.send(subscription, message)
            if sent.fate is not Fate.TAKEN:
                return sent
        return Sent(Fate.TAKEN, "")

    async def _verify(self, subscription: Subscription) -> None:
        """Send the code, once: RFC 8620 §7.2 allows no second request before the client has answered the first."""
        if not await self._written(lambda transaction: push.mark_asked(transaction, subscription.id)):
            return
        sent = await self._sent(subscription, [verification(subscription)])
        for pause in BACK_OFF:
            if sent.fate is Fate.UNSENT:
                await asyncio.sleep(pause)
                sent = await self._sent(subscription, [verification(subscription)])
        if sent.fate is Fate.GONE:
            await self._destroy(subscription, sent)
        elif sent.fate is not Fate.TAKEN:
            _log.info("push verification not taken id=%s reason=%s", subscription.id, sent.reason)

    async def _destroy(self, subscription: Subscription, sent: Sent) -> None:
        _log.info("push subscription destroyed id=%s reason=%s", subscription.id, sent.reason)
        await self._written(lambda transaction: push.destroy(transaction, subscription.id))

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """A task nobody waits for: what goes wrong in it is told in the log; one that ends first begins no work."""
        try:
            await work()
        except StoreError as error:
            _log.error("push failed reason=%s", error)
        except Exception:
            _log.exception("push failed")

    async def _written(self, job: Callable[[Transaction], T]) -> T:
        return await asyncio.wrap_future(self._store.write(job))


def _load(snapshot: Snapshot, now: int) -> tuple[Mapping[str, tuple[Subscription, frozenset[AccountKey]]], bool]:
    """Every subscription that is not void, with the accounts that its user sees; and whether any is void."""
    found: dict[str, tuple[Subscription, frozenset[AccountKey]]] = {}
    void = False
    for subscription in push.subscriptions(snapshot):
        principal = principals.principal(snapshot, subscription.user)
        if principal is None or push.is_void(snapshot, subscription, now):
            void = True
        else:
            accounts = frozenset(account.key for account in principal.accounts.values())
            found[subscription.id] = (subscription, accounts)
    return found, void
