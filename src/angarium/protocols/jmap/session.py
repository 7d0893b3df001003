"""The Session resource (RFC 8620 §2), under /.well-known/jmap and beside the API."""

from angarium.engine.registry import Registry
from angarium.engine.session import SessionUrls, session
from angarium.formats import json
from angarium.protocols.http.address import Addresses
from angarium.protocols.http.encoding import answer_json
from angarium.protocols.http.exchange import Exchange
from angarium.protocols.http.problem import Headers
from angarium.protocols.http.sign_in import SignIn
from angarium.protocols.http.threads import Threads
from angarium.protocols.jmap.capability import WEBSOCKET

_FRESH: Headers = ((b"cache-control", b"no-cache, no-store, must-revalidate"),)  # RFC 8620 §2


def session_urls(base: str) -> SessionUrls:
    """The URLs and templates below a root."""
    return SessionUrls(
        api=f"{base}/jmap/",
        download=f"{base}/jmap/download/{{accountId}}/{{blobId}}/{{name}}?type={{type}}",
        upload=f"{base}/jmap/upload/{{accountId}}/",
        event_source=f"{base}/jmap/eventsource/?types={{types}}&closeafter={{closeafter}}&ping={{ping}}",
        capabilities={WEBSOCKET: {"url": f"ws{base.removeprefix('http')}/jmap/ws"}},
    )


class SessionResource:
    """Answers GET with the Session object of the user."""

    def __init__(self, registry: Registry, sign_in: SignIn, addresses: Addresses, threads: Threads) -> None:
        self._registry = registry
        self._sign_in = sign_in
        self._addresses = addresses
        self._threads = threads

    async def __call__(self, exchange: Exchange) -> None:
        """Answer one request."""
        principal = (await self._sign_in(exchange)).principal
        shown = session(self._registry, principal, session_urls(self._addresses.base(exchange)))
        await answer_json(exchange, self._threads, json.dumps(shown), more=_FRESH)
