"""The event source: a stream of `state` events for as long as the client listens (RFC 8620 §7.3).

A stream ends with the rights it was opened with: when its user, the password, or the way into an account is gone.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from angarium.datatypes.calendars import reminders
from angarium.engine.access import Principal
from angarium.engine.events import state_change
from angarium.formats import json
from angarium.formats.json import JSON
from angarium.protocols.http.exchange import Exchange
from angarium.protocols.http.problem import Headers, Problem
from angarium.protocols.http.query import query
from angarium.protocols.http.reading import Reading
from angarium.protocols.http.sign_in import SignedIn, SignIn
from angarium.protocols.http.slots import Slots
from angarium.protocols.jmap.feed import Feed, Listener, commit_of, missed
from angarium.store.contract import DIRECTORY, AccountKey, StateChange

SHORTEST_PING = 30
LONGEST_PING = 900

_HEADERS: Headers = (
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # a proxy that holds events back makes push useless
)
_NUMBER = re.compile(r"\d{1,16}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the client asked for; `types` None for all, `ping` in seconds, 0 for none, `since` a commit or None."""

    types: frozenset[str] | None
    close_after_state: bool
    ping: int
    since: int | None


Event: TypeAlias = Callable[[Principal, Sequence[StateChange], Collection[str] | None], dict[str, JSON] | None]
"""What a user is told of changes; None for nothing."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a client signs in and asks for a stream, what events are like, and whether alerts of calendars come too."""

    sign_in: Callable[[Exchange], Awaitable[SignedIn]]
    asked: Callable[[Exchange], Asked]
    event: Event
    alerts: bool = False


class EventSource:
    """Answers GET with a stream; `slots` counts with other streams of the user."""

    def __init__(
        self,
        sign_in: SignIn,
        reading: Reading,
        feed: Feed,
        slots: Slots,
        form: "Form | None" = None,
    ) -> None:
        self._form = form or Form(sign_in, parse_asked, state_change, alerts=True)
        self._sign_in = sign_in
        self._reading = reading
        self._feed = feed
        self._slots = slots
        self._open: set[_Stream] = set()

    async def __call__(self, exchange: Exchange) -> None:
        """Answer one request."""
        signed = await self._form.sign_in(exchange)
        asked = self._form.asked(exchange)
        self._slots.take(signed.principal.id)
        stream = _Stream(exchange, signed, asked, self._sign_in, self._feed, self._form)
        self._open.add(stream)
        try:
            await stream.run(self._reading)
        finally:
            self._open.discard(stream)
            self._slots.free(signed.principal.id)

    def end(self) -> None:
        """End every stream."""
        for stream in self._open:
            stream.end()


class _Stream:
    def __init__(
        self, exchange: Exchange, signed: SignedIn, asked: Asked, sign_in: SignIn, feed: Feed, form: Form
    ) -> None:
        self._form = form
        self._exchange = exchange
        self._signed = signed
        self._asked = asked
        self._sign_in = sign_in
        self._feed = feed
        self._ended = False
        self._alerted = 0
        self._wake = asyncio.Event()
        self._listener = Listener(self._wake.set)
        self._ping_due = 0.0

    def end(self) -> None:
        """Let the stream end at its next turn."""
        self._ended = True
        self._wake.set()

    async def run(self, reading: Reading) -> None:
        """Send events until one side ends the stream."""
        self._reading = reading
        accounts = self._accounts()
        self._feed.follow(self._listener, accounts)
        watch = None
        try:
            told, newest = await self._reading(lambda snapshot: missed(snapshot, accounts, self._asked.since))
            self._listener.begin(newest)
            if not self._sign_in.is_current(self._signed):  # the directory changed before this listened
                await self._renew()
            await self._exchange.start(200, _HEADERS)
            await self._exchange.piece(b"")  # the head goes out with the first piece
            watch = asyncio.ensure_future(self._watch())
            self._alerted = newest if self._asked.since is None else self._asked.since
            if not self._ended:
                await self._begin(told, newest)
            while not self._ended:
                await self._turn()
            await self._exchange.piece(b"", more=False)
        finally:
            self._feed.leave(self._listener)
            if watch is not None:
                watch.cancel()

    async def _begin(self, told: Sequence[StateChange], newest: int) -> None:
        """Tell what was missed; without that, only where to resume from later."""
        if not await self._tell(told, newest):
            await self._write(b"id: %d\n\n" % newest)

    async def _turn(self) -> None:
        """Wait for news or for the next ping, and send it."""
        try:
            async with asyncio.timeout(self._rest()):
                await self._wake.wait()
        except TimeoutError:
            await self._write(b'event: ping\ndata: {"interval":%d}\n\n' % self._asked.ping)
            return
        self._wake.clear()
        changes = self._listener.take()
        if any(change.account == DIRECTORY for change in changes):
            await self._renew()
        if not self._ended:
            await self._tell(changes, self._listener.sequence)

    async def _tell(self, changes: Sequence[StateChange], sequence: int) -> bool:
        """Send what this user may see of it; whether that was anything."""
        if self._form.alerts and reminders.is_news(changes, self._asked.types):
            await self._tell_alerts()
        event = self._form.event(self._signed.principal, changes, self._asked.types)
        if event is None:
            return False
        await self._write(b"id: %d\nevent: state\ndata: %s\n\n" % (sequence, json.dumps(event)))
        self._ended = self._ended or self._asked.close_after_state
        return True

    async def _tell_alerts(self) -> None:
        """JMAP calendars §6.4: each alert that went off is an event of its own."""
        user, since = self._signed.principal, self._alerted
        alerts, self._alerted = await self._reading(lambda snapshot: reminders.fired(snapshot, user, since))
        for alert in alerts:
            await self._write(b"event: calendarAlert\ndata: %s\n\n" % json.dumps(alert))

    async def _write(self, octets: bytes) -> None:
        await self._exchange.piece(octets)
        self._ping_due = asyncio.get_running_loop().time() + self._asked.ping

    def _rest(self) -> float | None:
        """Seconds until the next ping is due; None when none is asked."""
        if not self._asked.ping:
            return None
        return max(0.0, self._ping_due - asyncio.get_running_loop().time())

    async def _renew(self) -> None:
        """The directory changed: go on only with everything that this stream could see so far."""
        renewed = await self._sign_in.renewed(self._signed)
        if renewed is None or not self._signed.principal.accounts.keys() <= renewed.principal.accounts.keys():
            self._ended = True
            return
        self._signed = renewed
        self._feed.follow(self._listener, self._accounts())

    def _accounts(self) -> list[AccountKey]:
        return [account.key for account in self._signed.principal.accounts.values()]

    async def _watch(self) -> None:
        """Notice when the client has gone."""
        while (await self._exchange.receive())["type"] == "http.request":
            continue
        self.end()


def parse_asked(exchange: Exchange) -> Asked:
    """The parameters of the URL; 400 when one is missing or not of its form."""
    given = query(exchange)
    types, close_after, ping = given.get("types", ""), given.get("closeafter", ""), given.get("ping", "")
    if not types:
        raise Problem(400, "types must be * or a list of type names with commas between them.")
    if close_after not in ("state", "no"):
        raise Problem(400, "closeafter must be state or no.")
    if not _NUMBER.match(ping):
        raise Problem(400, "ping must be a number of seconds, 0 for none.")
    since = exchange.header(b"last-event-id").strip()
    return Asked(
        types=None if types == "*" else frozenset(types.split(",")),
        close_after_state=close_after == "state",
        ping=min(max(int(ping), SHORTEST_PING), LONGEST_PING) if int(ping) else 0,
        since=commit_of(since) if since else None,
    )
