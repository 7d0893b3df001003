"""The queue of outgoing mail beside HTTP: the relay that is configured, and the loop that works the queue off."""

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from angarium.app.clock import clock
from angarium.app.config import Config, RelaySection
from angarium.app.pipeline import compose_pipeline, token
from angarium.flows.submit import Patience
from angarium.protocols.http.threads import Threads
from angarium.protocols.smtp.attempts import Attempts, Connection, Sending
from angarium.protocols.smtp.runner import QueueRunner
from angarium.protocols.smtp.settings import RelaySettings
from angarium.store.contract import Store

_READERS = 2
_PORTS = {"starttls": 587, "implicit": 465, "none": 25}


def relay_settings(config: Config) -> RelaySettings | None:
    """The relay that is configured, None without one; OSError (also ssl.SSLError) for files that cannot be used."""
    section = config.relay
    if section.host is None:
        return None
    return RelaySettings(
        host=section.host,
        port=section.port or _PORTS[section.tls],
        starttls=section.tls == "starttls",
        context=None if section.tls == "none" else ssl.create_default_context(cafile=section.ca_file),
        user=section.user,
        password=_password(section),
        name=in_ascii(section.name or config.mail.domains[0]),
        timeout=section.timeout,
    )


def in_ascii(domain: str) -> str:
    """The form of a domain that every server takes (RFC 5890 §2.3.2.1)."""
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return "localhost"


def _password(section: RelaySection) -> str | None:
    return section.password_file.read_text("utf-8").rstrip("\r\n") if section.password_file else None


@asynccontextmanager
async def queue_worked_off(
    config: Config,
    store: Store,
    relay: RelaySettings | None,
    connect: Callable[[], Connection] | None = None,
    clock: Callable[[], int] = clock,
) -> AsyncIterator[None]:
    """Send what waits while this runs; `connect` makes another way to the relay than over the network."""
    threads = Threads(_READERS, "angarium-queue")
    patience = Patience(config.queue.retry, config.queue.warns, config.queue.expires)
    sending = Sending(compose_pipeline(config), patience, in_ascii(config.mail.domains[0]))
    attempts = Attempts(store, sending, threads, clock, token)

    def to_relay() -> Connection | None:
        if relay is None:
            return None
        from angarium.protocols.smtp.relay import RelayConnection  # a library that no server without a relay needs

        return RelayConnection(relay)

    runner = QueueRunner(store, attempts, connect or to_relay, config.queue.connections, clock)
    await runner.start()
    try:
        yield
    finally:
        await runner.stop()
        threads.close()
