"""News of commits on its way to those who listen: from the writer's thread to the event loop, account by account.

A listener that has not yet taken earlier news finds all of it merged into one, so what waits stays small. One who was
away reads what it missed from the store (RFC 8620 §7.3, RFC 8887 §4.3.5.2).
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from angarium.datatypes import push
from angarium.store.contract import DIRECTORY, AccountKey, Snapshot, State, StateChange

_QUIET = frozenset((push.KIND,))

_COMMIT = re.compile(r"\d{1,16}\Z", re.ASCII)


class Listener:
    """Collects news of some accounts; `wake` is called when there is some.

    News of the directory always counts: it tells that rights must be looked at again, which no state has in it.
    """

    __slots__ = ("_known", "_states", "accounts", "sequence", "wake")

    def __init__(self, wake: Callable[[], None]) -> None:
        self.wake = wake
        self.accounts: frozenset[AccountKey] = frozenset()
        self.sequence = 0
        self._known = 0
        self._states: dict[AccountKey, dict[str, State]] = {}

    def begin(self, sequence: int) -> None:
        """What is known up to this commit is no news, also when it still comes."""
        self._known = sequence
        if self.sequence <= sequence:
            self._states = {account: states for account, states in self._states.items() if account == DIRECTORY}
            self.sequence = sequence

    def add(self, change: StateChange) -> None:
        """Take news: of each type the highest state counts, in whatever order it comes."""
        if change.sequence <= self._known and change.account != DIRECTORY:
            return
        states = self._states.setdefault(change.account, {})
        for kind, state in change.changed.items():
            states[kind] = max(state, states.get(kind, state))
        self.sequence = max(self.sequence, change.sequence)
        self.wake()

    def take(self) -> list[StateChange]:
        """All that came since the last time."""
        taken = [StateChange(account, states, self.sequence) for account, states in self._states.items()]
        self._states.clear()
        return taken


@dataclass(frozen=True, slots=True)
class Relay:
    """Where all news of a commit goes that has an account which is wanted."""

    sink: Callable[[Sequence[StateChange]], None]
    wants: Callable[[AccountKey], bool]


class Feed:
    """Distributes news; all methods but `tell` belong to the event loop."""

    def __init__(self, directory_changed: Callable[[], None]) -> None:
        self._directory_changed = directory_changed
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listeners: set[Listener] = set()
        self._followed: dict[AccountKey, set[Listener]] = {}
        self._relays: tuple[Relay, ...] = ()

    def start(self) -> None:
        """Take the running loop as the one to distribute on."""
        self._loop = asyncio.get_running_loop()

    def tell(self, changes: Sequence[StateChange]) -> None:
        """Take news on any thread; what was remembered of the directory is stale from here on."""
        if any(change.account == DIRECTORY and not _is_quiet(change) for change in changes):
            self._directory_changed()
        # Who follows from now on reads the store after that, and so sees these changes there.
        if self._loop is not None and any(self._is_wanted(change.account) for change in changes):
            with suppress(RuntimeError):  # the loop has closed: nobody listens any more
                self._loop.call_soon_threadsafe(self._distribute, changes)

    def follow(self, listener: Listener, accounts: Iterable[AccountKey]) -> None:
        """Send a listener the news of the directory and of these accounts, and of no others from now on."""
        self.leave(listener)
        listener.accounts = frozenset((*accounts, DIRECTORY))
        for account in listener.accounts:
            self._followed.setdefault(account, set()).add(listener)

    def leave(self, listener: Listener) -> None:
        """Send a listener nothing any more."""
        for account in listener.accounts:
            others = self._followed[account]
            others.discard(listener)
            if not others:
                del self._followed[account]
        listener.accounts = frozenset()

    def relay(
        self, sink: Callable[[Sequence[StateChange]], None], wants: Callable[[AccountKey], bool] = lambda _account: True
    ) -> Callable[[], None]:
        """Pass news on as it comes; returns how to stop that.

        Commits in which nobody `wants` an account do not wake the loop; it is asked on any thread.
        """
        relay = Relay(sink, wants)
        self._relays = (*self._relays, relay)

        def stop() -> None:
            self._relays = tuple(one for one in self._relays if one is not relay)

        return stop

    def _is_wanted(self, account: AccountKey) -> bool:
        return account in self._followed or any(relay.wants(account) for relay in self._relays)

    def _distribute(self, changes: Sequence[StateChange]) -> None:
        for relay in self._relays:
            relay.sink(changes)
        for change in changes:
            if _is_quiet(change):
                continue
            for listener in list(self._followed.get(change.account, ())):
                listener.add(change)


def _is_quiet(change: StateChange) -> bool:
    """Whether all that changed is in the directory and does not touch who may see what."""
    return change.account == DIRECTORY and change.changed.keys() <= _QUIET


def commit_of(token: str) -> int:
    """The commit that a token of ours names, an event id or a pushState; the beginning for any other."""
    return int(token) if _COMMIT.match(token) else 0


def missed(snapshot: Snapshot, accounts: Sequence[AccountKey], since: int | None) -> tuple[list[StateChange], int]:
    """What changed after a commit, and the newest commit; nothing was missed by one who names none."""
    return snapshot.states_after(() if since is None else accounts, since or 0)
