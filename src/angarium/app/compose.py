"""Every object of a running server, built by hand in one readable place."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from angarium.app.clock import clock
from angarium.app.config import Config
from angarium.app.older import OlderRoutes, dialect
from angarium.app.pipeline import invitations, sending, token
from angarium.app.pushing import creation_limit, targets_of
from angarium.app.vapid import key_of
from angarium.datatypes import blobs, calendars, contacts, mail, push, quotas, submission
from angarium.datatypes.push import VapidKey
from angarium.engine.declare import Capability
from angarium.engine.dispatch import Engine
from angarium.engine.leniency import mended
from angarium.engine.limits import CORE, Limits
from angarium.engine.registry import Registry
from angarium.flows.schedule import Schedule
from angarium.protocols.http.address import Addresses
from angarium.protocols.http.application import Application
from angarium.protocols.http.cors import Cors
from angarium.protocols.http.reading import Reading
from angarium.protocols.http.sign_in import SignIn
from angarium.protocols.http.threads import Threads
from angarium.protocols.jmap.capability import capabilities as jmap_capabilities
from angarium.protocols.jmap.feed import Feed
from angarium.protocols.jmap.routes import Jmap
from angarium.protocols.jmap.running import AnyRequest, prepare
from angarium.protocols.jmap.writing import LocalWriting, Writing
from angarium.protocols.legacy.tokens import LocalTokens, Tokens
from angarium.protocols.webpush.capability import capabilities as webpush_capabilities
from angarium.store.contract import Store

_READERS = 4
_HASHERS = 2
"""Passwords hashed at a time: each takes 19 MiB and a core."""

EngineMaker: TypeAlias = Callable[[Registry, Limits, Callable[[], int], Callable[[], str]], Engine]
"""Makes the engine of what it can do, its limits, its clock and its tokens; `Engine` itself is one."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A server without its sockets.

    `asgi` answers requests; `feed` wants the news of the store and a start on the event loop; `end_streams` lets open
    streams end; `close` ends the threads.
    """

    asgi: Application
    engine: Engine
    prepare: Callable[[bytes], AnyRequest]
    reading: Reading
    writing: Writing
    sign_in: SignIn
    feed: Feed
    end_streams: Callable[[], None]
    close: Callable[[], None]


def compose_engine(
    config: Config,
    key: VapidKey,
    clock: Callable[[], int] = clock,
    make: EngineMaker = Engine,
    readings: mail.Readings | None = None,
) -> Engine:
    """All that the server can do, under its limits; `key` signs pushes, `readings` are of uploads."""
    limits, allowed = config.limits.limits(), sending(config)
    registry = Registry(
        capabilities=(
            Capability(CORE, limits.core(), in_accounts=False),
            *jmap_capabilities(),
            *webpush_capabilities(key),
            *mail.capabilities(limits),
            *submission.capabilities(allowed),
            *calendars.capabilities(),
            *quotas.capabilities(),
            *contacts.capabilities(),
        ),
        types=(
            *mail.types(readings),
            *submission.types(allowed),
            *quotas.types({"Email": mail.MAIL}),
            *contacts.types(),
            *calendars.types(allowed.domains, Schedule(invitations(config))),
            *push.types(targets_of(config).problem, creation_limit()),
        ),
        methods=(
            *mail.methods(readings),
            *submission.methods(allowed, mail.MAIL),
            *contacts.methods(),
            *calendars.methods(),
            *blobs.methods(),
        ),
    )
    engine = make(registry, limits, clock, token)
    engine.mend = mended if config.server.lenient else None
    return engine


def compose(
    config: Config,
    store: Store,
    writing: Writing | None = None,
    clock: Callable[[], int] = clock,
    make: EngineMaker = Engine,
    tokens: Tokens | None = None,
) -> Composed:
    """A server on a store; `writing` and `tokens` when another process writes, `make` when the engine is another."""
    readings = mail.Readings()
    engine = compose_engine(config, key_of(store), clock, make, readings)
    reads, hashing = Threads(_READERS, "angarium-read"), Threads(_HASHERS, "angarium-hash")
    reading = Reading(store, reads)
    addresses = Addresses(config.server.public_url, config.server.trusted_proxies)
    sign_in = SignIn(reading, hashing, addresses, time.monotonic, secrets.token_bytes(32))
    feed = Feed(sign_in.forget)
    cors = Cors(config.server.cors_origins)
    writing = writing or LocalWriting(store, engine, clock, reading, readings.foresee)
    legacy = dialect(config, engine, token)
    older = OlderRoutes(legacy.settings, tokens or LocalTokens(store, clock), key_of(store), clock)
    jmap = Jmap(engine, sign_in, addresses, cors, reading, writing, feed, reads, legacy, older)
    routes, end_streams = jmap.routes()

    def close() -> None:
        reads.close()
        hashing.close()

    return Composed(
        asgi=Application(routes, cors, token),
        engine=engine,
        prepare=partial(prepare, engine, legacy),
        reading=reading,
        writing=writing,
        sign_in=sign_in,
        feed=feed,
        end_streams=end_streams,
        close=close,
    )
