"""Pushing to the URLs of clients: what limits it, and who does it, in the process that writes."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from angarium.app.config import Config
from angarium.app.vapid import key_of
from angarium.protocols.http.attempts import Attempts
from angarium.protocols.http.reading import Reading
from angarium.protocols.jmap.feed import Feed
from angarium.protocols.webpush.posting import Poster
from angarium.protocols.webpush.pusher import Pusher
from angarium.protocols.webpush.sending import Sender
from angarium.protocols.webpush.targets import Targets
from angarium.store.contract import Store

_CREATED_AN_HOUR = 60
"""Push subscriptions that a user may make within an hour: each has us send a request to where the user says."""


def targets_of(config: Config) -> Targets:
    """Where pushes may go."""
    return Targets(config.push.allow_networks, config.push.allow_http)


def creation_limit() -> Callable[[str], bool]:
    """Whether a user may make another subscription now; asking counts as making one."""
    made = Attempts(time.monotonic, 3600.0)

    def may_create(user: str) -> bool:
        if made.wait(user, _CREATED_AN_HOUR):
            return False
        made.failed(user)
        return True

    return may_create


@asynccontextmanager
async def pushing(
    config: Config, store: Store, reading: Reading, feed: Feed, clock: Callable[[], int]
) -> AsyncIterator[None]:
    """Push while this runs; `clock` gives epoch milliseconds."""
    targets = targets_of(config)
    contact = config.push.contact or _web_contact(config)
    sender = Sender(targets, Poster(targets, time.time), key_of(store), contact, time.time)
    pusher = Pusher(store, reading, sender, clock)
    stop = feed.relay(pusher.tell, pusher.wants)
    pusher.start()
    try:
        yield
    finally:
        stop()
        await pusher.stop()


def _web_contact(config: Config) -> str | None:
    """RFC 8292 §2.1: a page is a contact too, if it is on https."""
    url = config.server.public_url
    return url if url and url.startswith("https://") else None
