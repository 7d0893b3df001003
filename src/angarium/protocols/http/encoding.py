"""Compressing answers for clients that ask for it (RFC 9110 §12.5.3), where the body is worth it."""

import re
import zlib

from angarium.protocols.http.exchange import JSON_TYPE, Exchange
from angarium.protocols.http.problem import Headers
from angarium.protocols.http.threads import Threads

WORTH = 1_000
"""Octets below which an answer fits one packet anyway."""

HOP = 64_000
"""Octets from which compressing is moved off the event loop."""

_LEVEL = 4
_GZIP = re.compile(r"(?:^|,)\s*(?:gzip|x-gzip|\*)\s*(?:;\s*q\s*=\s*(?P<q>[01](?:\.\d{0,3})?)\s*)?(?=,|$)", re.ASCII)
_COMPRESSED: Headers = ((b"content-encoding", b"gzip"), (b"vary", b"accept-encoding"))
_PLAIN: Headers = ((b"vary", b"accept-encoding"),)


def accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding takes gzip; weights of zero refuse it."""
    if len(header) > 1_000:
        return False
    named = {match[0].strip(" ,;").split(";")[0].strip(): match["q"] for match in _GZIP.finditer(header.lower())}
    weight = named.get("gzip", named.get("x-gzip", named.get("*", "0")))
    return weight is None or float(weight) > 0


def gzip(body: bytes) -> bytes:
    """The body as a gzip member without name or time."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()


def packed(body: bytes, accept_encoding: str) -> tuple[bytes, Headers]:
    """A body as it is best sent to a client that accepts these codings, with the headers that say so."""
    if len(body) < WORTH:
        return body, ()
    return (gzip(body), _COMPRESSED) if accepts_gzip(accept_encoding) else (body, _PLAIN)


async def answer_json(exchange: Exchange, threads: Threads, body: bytes, status: int = 200, more: Headers = ()) -> None:
    """Answer with encoded JSON; a long one is packed on a thread."""
    accepted = exchange.header(b"accept-encoding")
    if len(body) < HOP or not accepted:
        octets, headers = packed(body, accepted)
    else:
        octets, headers = await threads.run(lambda: packed(body, accepted))
    await exchange.answer(status, JSON_TYPE, octets, (*headers, *more))
