"""Which resource of JMAP stands under which path (design: HTTP contract)."""

from collections.abc import Callable
from dataclasses import dataclass

from angarium.engine.dispatch import Engine
from angarium.protocols.http.address import Addresses
from angarium.protocols.http.application import Routes
from angarium.protocols.http.cors import Cors
from angarium.protocols.http.exchange import Exchange
from angarium.protocols.http.reading import Reading
from angarium.protocols.http.sign_in import SignIn
from angarium.protocols.http.slots import Slots
from angarium.protocols.http.threads import Threads
from angarium.protocols.jmap import download, upload
from angarium.protocols.jmap.api import Api
from angarium.protocols.jmap.eventsource import EventSource
from angarium.protocols.jmap.feed import Feed
from angarium.protocols.jmap.running import OtherDialect, Running
from angarium.protocols.jmap.session import SessionResource
from angarium.protocols.jmap.websocket import WebSocketEndpoint
from angarium.protocols.jmap.writing import Writing

STREAMS = 16
"""Event sources and WebSockets that one user may have open."""


@dataclass(frozen=True, slots=True)
class Jmap:
    """What the resources of JMAP are made from."""

    engine: Engine
    sign_in: SignIn
    addresses: Addresses
    cors: Cors
    reading: Reading
    writing: Writing
    feed: Feed
    threads: Threads
    other: OtherDialect | None = None
    others: "Callable[[Jmap, Slots], tuple[Routes, Callable[[], None]]] | None" = None
    """More routes made from the same parts, and how to end their streams; those of the same path take their place."""

    def routes(self) -> tuple[Routes, Callable[[], None]]:
        """The routes, and how to end the streams that are open."""
        session = SessionResource(self.engine.registry, self.sign_in, self.addresses, self.threads)
        requests = Slots(self.engine.limits.max_concurrent_requests, "maxConcurrentRequests")
        streams = Slots(STREAMS, "maxConcurrentStreams")
        running = Running(self.engine, self.reading, self.writing, self.threads)
        api = Api(self.sign_in, running, requests, self.other)
        events = EventSource(self.sign_in, self.reading, self.feed, streams)
        sockets = WebSocketEndpoint(
            self.sign_in, self.addresses, self.cors, running, self.reading, self.feed, requests, streams
        )
        others, end_others = self.others(self, streams) if self.others else (Routes({}, {}), lambda: None)

        def end() -> None:
            events.end()
            end_others()

        uploads = upload.UploadEndpoint(self.engine.limits, self.sign_in, self.writing, self.threads)
        downloads = download.Download(self.sign_in, self.reading, self.threads)
        shown = {"GET": session, "HEAD": session}
        routes = Routes(
            exact={
                "/jmap/": {"POST": api, **shown},
                "/jmap": {"POST": api, **shown},
                "/.well-known/jmap": shown,
                "/jmap/eventsource/": {"GET": events},
                "/jmap/eventsource": {"GET": events},
                "/jmap/ws/": {"GET": sockets},
                "/jmap/ws": {"GET": sockets},
                "/healthz": {"GET": _healthy, "HEAD": _healthy},
                **others.exact,
            },
            below={
                upload.FOLDER: {"POST": uploads},
                download.FOLDER: {"GET": downloads, "HEAD": downloads},
                **others.below,
            },
        )
        return routes, end


async def _healthy(exchange: Exchange) -> None:
    await exchange.answer(200, b"text/plain; charset=utf-8", b"ok\n", ((b"cache-control", b"no-store"),))
