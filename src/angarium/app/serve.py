"""Running the server: the store, the sockets, the control socket, the workers, and an end in good order."""

import asyncio
import logging
import signal
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, nullcontext, suppress
from dataclasses import replace
from functools import partial
from socket import socket

import uvloop

from angarium.app.clock import clock
from angarium.app.compose import Composed, compose
from angarium.app.config import Config
from angarium.app.control import NAME, ControlError
from angarium.app.control_server import ControlServer, Operation
from angarium.app.forwarding import NEWS, ForwardedWrites, news_to_json
from angarium.app.listening import listening_socket, url_of
from angarium.app.lmtp import lmtp_served, lmtp_socket, told
from angarium.app.logs import configure_logs
from angarium.app.memory import return_large_buffers, settle
from angarium.app.operations import OPERATIONS, OperationError, Services, perform
from angarium.app.pipeline import compose_pipeline
from angarium.app.pushing import pushing
from angarium.app.queueing import queue_worked_off, relay_settings
from angarium.app.reminding import reminded
from angarium.app.workers import Workers
from angarium.datatypes.principals import Domains
from angarium.datatypes.push import turn_to_next_key
from angarium.datatypes.submission.email_submission.status import forget as forget_submissions
from angarium.flows.provision import complete, settle_addresses, unsettled
from angarium.formats.json import JSON
from angarium.protocols.http.server import HttpServer
from angarium.protocols.http.threads import Threads
from angarium.protocols.jmap.feed import Feed
from angarium.protocols.legacy.tokens import LocalTokens
from angarium.protocols.smtp.settings import RelaySettings
from angarium.store.contract import QUEUE, Store, StoreError, Transaction
from angarium.store.sqlite import open_store

_log = logging.getLogger(__name__)

_COLLECT_SECONDS = 3600
_COLLECT_AT_ONCE = 1000
_FORGET_AT_ONCE = 1000
_OPERATIONS_AT_ONCE = 4


class CannotServe(Exception):
    """The server could not begin; the text says why."""


def serve(config: Config, demo: bool = False) -> int:
    """Serve until SIGTERM or SIGINT; the exit code: 0, or 2 when it could not begin, with one line that says why."""
    configure_logs(config.server.log_level)
    return_large_buffers()
    try:
        relay = checked_relay(config)
        with (
            closing(_bound(config)) as bound,
            _lmtp_bound(config) as lmtp,
            closing(open_store(config.data)) as store,
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ):
            store.write(complete).result()
            if demo:
                # Nobody else needs the mailbox to try and its letters.
                from angarium.app.demo import install

                install(store, config.mail.new_mailboxes, clock())
            _settle(store, Domains(config.mail.domains))
            if gone := store.write(turn_to_next_key).result():
                _log.info("pushes are signed with another key: subscriptions removed count=%d", gone)
            runner.run(_serve(config, store, bound, lmtp, relay, demo))
    except (CannotServe, StoreError) as error:
        print(f"angarium: {error}", file=sys.stderr)
        return 2
    return 0


def _settle(store: Store, domains: Domains) -> None:
    """Users have what comes with their addresses, also when the domains have changed since the last start."""
    for user in store.read(lambda snapshot: unsettled(snapshot, domains)):
        store.write(partial(settle_addresses, user=user, domains=domains)).result()


def checked_relay(config: Config) -> RelaySettings | None:
    """The relay, once each file that the configuration names has been read; CannotServe where one cannot be used."""
    _check_certificate(config)
    return _relay(config)


def _check_certificate(config: Config) -> None:
    certificate, key = config.server.tls_certificate, config.server.tls_key
    if certificate is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise CannotServe(f"the certificate {certificate} cannot be used with the key {key}: {error}") from None


def _relay(config: Config) -> RelaySettings | None:
    try:
        return relay_settings(config)
    except (OSError, ValueError) as error:
        raise CannotServe(f"the relay {config.relay.host} cannot be used: {error}") from None


def _bound(config: Config) -> socket:
    try:
        return listening_socket(*config.server.address, shared=config.server.workers > 1)
    except OSError as error:
        raise CannotServe(f"cannot listen on {config.server.listen}: {error}") from None


@contextmanager
def _lmtp_bound(config: Config) -> Iterator[socket | None]:
    try:
        bound = lmtp_socket(config.lmtp)
    except OSError as error:
        raise CannotServe(f"cannot listen for LMTP on {config.lmtp.listen}: {error}") from None
    with closing(bound) if bound else nullcontext():
        yield bound


async def _serve(
    config: Config, store: Store, bound: socket, lmtp: socket | None, relay: RelaySettings | None, demo: bool
) -> None:
    composed = compose(config, store)
    composed.feed.start()
    url = url_of(bound, tls=config.server.tls_certificate is not None)
    shown = replace(config, server=replace(config.server, listen=url.partition("://")[2]))
    workers = Workers(shown, config.server.workers - 1)
    server = HttpServer(
        composed.asgi,
        config.server.tls_certificate,
        config.server.tls_key,
        ready=lambda: print(_greeting(url, lmtp, demo), flush=True),
        ending=composed.end_streams,
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.handle_exit, number, None)
    unsubscribe = store.subscribe(composed.feed.tell)
    try:
        async with (
            _controlled(config, store, composed),
            lmtp_served(config, store, lmtp),
            queue_worked_off(config, store, relay),
            reminded(config, store),
            _collected(store),
            pushing(config, store, composed.reading, composed.feed, clock),
        ):
            workers.start()
            settle()
            try:
                await server.serve(sockets=[bound])
            finally:
                await workers.stop()
    finally:
        unsubscribe()
        composed.close()
    _log.info("ended")


def _greeting(url: str, lmtp: socket | None, demo: bool) -> str:
    """What to print once it listens."""
    lines = [f"taking mail by LMTP on {told(lmtp)}"] if lmtp else []
    lines.append(f"listening on {url}")
    if demo:
        from angarium.app.demo import PASSWORD, USER

        lines += [
            f"sign in as user {USER} with password {PASSWORD}; to try:",
            f"  curl -u {USER}:{PASSWORD} {url}/.well-known/jmap",
            f"  or give {url} to a JMAP client",
        ]
    return "\n".join(lines)


@asynccontextmanager
async def _controlled(config: Config, store: Store, composed: Composed) -> AsyncIterator[None]:
    """Listen at the control socket."""
    threads = Threads(_OPERATIONS_AT_ONCE, "angarium-control")
    pipeline = compose_pipeline(config)
    services = Services(
        store, config.mail.new_mailboxes, pipeline.domains, clock, config.quota.allowance(), pipeline.stages
    )
    operations: dict[str, Operation] = {
        name: partial(_operation, composed, threads, services, name) for name in OPERATIONS
    }
    tokens = LocalTokens(store, clock)
    forwarded = ForwardedWrites(config.data, composed.prepare, composed.reading, composed.writing, tokens)
    server = ControlServer(
        config.data / NAME, operations | forwarded.operations(), {NEWS: partial(_news, composed.feed)}
    )
    await server.start()
    try:
        yield
    finally:
        await server.stop()
        threads.close()


async def _operation(
    composed: Composed, threads: Threads, services: Services, name: str, arguments: dict[str, JSON], payload: bytes
) -> tuple[JSON, bytes]:
    """An operation of the command line; once it is answered, nobody is served by what was known before it."""
    try:
        return await threads.run(lambda: perform(services, name, arguments, payload))
    except OperationError as error:
        raise ControlError(error.kind, error.text) from None
    finally:
        composed.sign_in.forget()


def _news(feed: Feed, emit: Callable[[JSON], None]) -> Callable[[], None]:
    return feed.relay(lambda changes: emit(news_to_json(changes)))


@asynccontextmanager
async def _collected(store: Store) -> AsyncIterator[None]:
    """Remove what nobody needs any more, now and every hour: unused uploads, blobs, old tombstones and submissions."""
    task = asyncio.ensure_future(_collect(store))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _tidy(transaction: Transaction) -> int:
    """How many blobs went."""
    now = clock() // 1000
    left = _FORGET_AT_ONCE
    for account in (QUEUE, *transaction.accounts()):
        left -= forget_submissions(transaction, account, now, left)
        transaction.prune(account, now)
    transaction.deliveries.prune(now)
    transaction.answers.prune(now)
    return transaction.blobs.collect(now, _COLLECT_AT_ONCE)


async def _collect(store: Store) -> None:
    while True:
        try:
            gone = await asyncio.wrap_future(store.write(_tidy))
        except StoreError as error:
            _log.error("blobs not collected reason=%s", error)
            gone = 0
        if gone:
            _log.info("blobs collected count=%d", gone)
        await asyncio.sleep(1 if gone >= _COLLECT_AT_ONCE else _COLLECT_SECONDS)
