"""Cross-origin requests: exact configured origins, credentials allowed, preflights answered without signing in.

The rules are those of the Fetch standard, "HTTP CORS protocol".
"""

from collections.abc import Iterable

from angarium.protocols.http.exchange import Exchange
from angarium.protocols.http.problem import Headers

_METHODS = b"GET, HEAD, POST, DELETE, OPTIONS"
_REQUEST_HEADERS = (
    b"Authorization, Content-Type, Accept, Cache-Control, Last-Event-ID, Range, If-None-Match, If-Range, "
    b"X-JMAP-AccountId"
)
_SHOWN = b"Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag, Retry-After, WWW-Authenticate"
_VARY: Headers = ((b"vary", b"Origin"),)


class Cors:
    """Knows the origins whose pages may use the server."""

    def __init__(self, origins: Iterable[str]) -> None:
        self._allowed: dict[bytes, Headers] = {
            origin.encode(): (
                (b"access-control-allow-origin", origin.encode()),
                (b"access-control-allow-credentials", b"true"),
                (b"access-control-expose-headers", _SHOWN),
                (b"vary", b"Origin"),
            )
            for origin in origins
        }
        self._others: Headers = _VARY if self._allowed else ()

    def headers(self, exchange: Exchange) -> Headers:
        """What to add to every answer of this exchange."""
        return self._allowed.get(exchange.headers.get(b"origin", b""), self._others)

    def allows(self, origin: bytes) -> bool:
        """Whether pages of this origin may use the server."""
        return origin in self._allowed

    async def preflight(self, exchange: Exchange) -> None:
        """Answer OPTIONS; a page of an unknown origin is told nothing that would let it go on."""
        headers: Headers = ((b"allow", _METHODS),)
        if exchange.headers.get(b"origin") in self._allowed and b"access-control-request-method" in exchange.headers:
            headers = (
                *headers,
                (b"access-control-allow-methods", _METHODS),
                (b"access-control-allow-headers", _REQUEST_HEADERS),
                (b"access-control-max-age", b"7200"),
            )
        await exchange.empty(204, headers)
