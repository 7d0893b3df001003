"""Downloading blobs (RFC 8620 §6.2), whole or one range, as attachments that no browser will run."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import unquote

from angarium.datatypes.blobs import BlobNotFound, download
from angarium.engine.access import Principal
from angarium.protocols.http.exchange import Exchange
from angarium.protocols.http.media_type import DEFAULT, attachment, is_media_type
from angarium.protocols.http.problem import Headers, Problem
from angarium.protocols.http.query import query
from angarium.protocols.http.ranges import Unsatisfiable, parse_range
from angarium.protocols.http.reading import Reading
from angarium.protocols.http.sign_in import SignedIn
from angarium.protocols.http.threads import Threads
from angarium.store.contract import Content

FOLDER = "/jmap/download/"

_PIECE = 128 * 1024

_SAFE: Headers = (
    (b"cache-control", b"private, immutable, max-age=31536000"),
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"x-content-type-options", b"nosniff"),
    (b"accept-ranges", b"bytes"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a download URL names."""

    account: str
    blob: str
    name: str
    media_type: str

    @property
    def tag(self) -> bytes:
        """The entity tag: content under a blobId never changes."""
        return f'"{self.blob}"'.encode("ascii", "replace")


class Download:
    """Answers GET and HEAD below the folder; elsewhere, where `read_url` gives what is wanted."""

    def __init__(
        self,
        sign_in: Callable[[Exchange], Awaitable[SignedIn]],
        reading: Reading,
        threads: Threads,
        read_url: "Callable[[Exchange, Principal], tuple[str, str, str, str]] | None" = None,
    ) -> None:
        self._read_url = read_url
        self._sign_in = sign_in
        self._reading = reading
        self._threads = threads

    async def __call__(self, exchange: Exchange) -> None:
        """Answer one request."""
        principal = (await self._sign_in(exchange)).principal
        wanted = Wanted(*self._read_url(exchange, principal)) if self._read_url else _wanted(exchange)
        try:
            content = await self._reading(lambda snapshot: download(snapshot, principal, wanted.account, wanted.blob))
        except BlobNotFound:
            raise Problem(404, "There is no such blob in this account, or none that you may read.") from None
        if _has_it(exchange.header(b"if-none-match"), wanted.tag):
            await exchange.empty(304, ((b"etag", wanted.tag), *_SAFE))
            return
        await self._send(exchange, wanted, content)

    async def _send(self, exchange: Exchange, wanted: Wanted, content: Content) -> None:
        size = len(content)
        part = _part(exchange, wanted, size)
        begin, end = (part.start, part.stop) if part else (0, size)
        ranged: Headers = ((b"content-range", b"bytes %d-%d/%d" % (begin, end - 1, size)),) if part else ()
        await exchange.start(
            206 if part else 200,
            (
                (b"content-type", wanted.media_type.encode("ascii")),
                (b"content-length", b"%d" % (end - begin)),
                (b"content-disposition", attachment(wanted.name)),
                (b"etag", wanted.tag),
                *ranged,
                *_SAFE,
            ),
        )
        if exchange.method == "HEAD":
            begin = end
        while end - begin > _PIECE:
            octets = await self._threads.run(partial(_cut, content, begin, begin + _PIECE))
            await exchange.piece(octets)
            begin += _PIECE
        octets = content[begin:end] if size <= _PIECE else await self._threads.run(partial(_cut, content, begin, end))
        await exchange.piece(octets, more=False)


def _cut(content: Content, begin: int, end: int) -> bytes:
    return content[begin:end]


def _wanted(exchange: Exchange) -> Wanted:
    """The parts of the URL; 404 for a path that is none of ours, 400 for a type that cannot be sent."""
    parts = exchange.scope["raw_path"].decode("latin-1")[len(FOLDER) :].split("/", 2)
    if len(parts) != 3:
        raise Problem(404, "A download URL is made from the template in the Session.")
    account, blob, name = (unquote(part, errors="replace") for part in parts)
    media_type = query(exchange).get("type") or DEFAULT
    if not is_media_type(media_type):
        raise Problem(400, "The type in the URL is no media type.")
    return Wanted(account, blob, name, media_type)


def _has_it(if_none_match: str, tag: bytes) -> bool:
    """RFC 9110 §13.1.2: the comparison is weak."""
    given = (item.strip().removeprefix("W/") for item in if_none_match.split(","))
    return any(item in ("*", tag.decode("ascii")) for item in given)


def _part(exchange: Exchange, wanted: Wanted, size: int) -> slice | None:
    """The range to send; a Range of HEAD, or under another If-Range, is ignored (RFC 9110 §14.2, §13.1.5)."""
    header = exchange.header(b"range")
    if not header or exchange.method != "GET" or exchange.headers.get(b"if-range", wanted.tag) != wanted.tag:
        return None
    try:
        return parse_range(header, size)
    except Unsatisfiable:
        raise Problem(
            416, f"The blob has {size} octets.", headers=((b"content-range", b"bytes */%d" % size),)
        ) from None
