"""Receiving request bodies: counted while they come, so that nothing is held beyond its limit."""

from collections.abc import AsyncIterator, Callable

from angarium.protocols.http.exchange import Exchange
from angarium.protocols.http.problem import Problem


class ClientGone(Exception):
    """The connection ended before the request did; there is nobody to answer."""


def declared_length(exchange: Exchange) -> int | None:
    """The Content-Length, None for a body sent in chunks."""
    value = exchange.headers.get(b"content-length")
    return int(value) if value is not None and value.isdigit() and len(value) < 20 else None


def refuse_encoded(exchange: Exchange) -> None:
    """Refuse a body with a Content-Encoding (RFC 9110 §15.5.16), or packed on its way: it could unpack to any size."""
    coding = exchange.header(b"content-encoding").strip().lower()
    if coding not in ("", "identity"):
        raise Problem(
            415,
            "Send the body as it is, without Content-Encoding.",
            headers=((b"accept-encoding", b"identity"),),
        )
    codings = [value.lower() for name, value in exchange.scope["headers"] if name == b"transfer-encoding"]
    if codings not in ([], [b"chunked"]):  # RFC 9112 §6.1
        raise Problem(501, "Of transfer codings only chunked is understood.")


async def pieces(exchange: Exchange, limit: int, too_large: Callable[[], Problem]) -> AsyncIterator[bytes]:
    """The body piece by piece; raises what `too_large` makes once the announced or received size is over `limit`."""
    _refuse_announced(exchange, limit, too_large)
    received, more = 0, True
    while more:
        piece, more = await _next(exchange)
        received += len(piece)
        if received > limit:
            raise too_large()
        if piece:
            yield piece


async def whole(exchange: Exchange, limit: int, too_large: Callable[[bytes], Problem]) -> bytes:
    """The body in one piece; raises what `too_large` makes of its beginning once its size is over `limit`."""
    if b"expect" in exchange.headers:  # RFC 9110 §10.1.1: the refusal that it hopes for comes before the body
        _refuse_announced(exchange, limit, lambda: too_large(b""))
    piece, more = await _next(exchange)
    _refuse_announced(exchange, limit, lambda: too_large(piece))
    received = len(piece)
    if not more and received <= limit:
        return piece
    parts = [piece]
    while more and received <= limit:
        piece, more = await _next(exchange)
        parts.append(piece)
        received += len(piece)
    if received > limit:
        raise too_large(parts[0])
    return b"".join(parts)


def _refuse_announced(exchange: Exchange, limit: int, too_large: Callable[[], Problem]) -> None:
    announced = declared_length(exchange)
    if announced is not None and announced > limit:
        raise too_large()


async def _next(exchange: Exchange) -> tuple[bytes, bool]:
    """The next piece and whether more follows."""
    message = await exchange.receive()
    if message["type"] != "http.request":
        raise ClientGone
    return message["body"], message["more_body"]
