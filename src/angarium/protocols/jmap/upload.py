"""Uploading blobs (RFC 8620 §6.1): streamed to disk with constant memory, named by content, answered when durable."""

from collections.abc import Callable
from functools import partial
from urllib.parse import unquote

from angarium.datatypes.blobs import UploadRefused
from angarium.engine.access import Principal
from angarium.engine.limits import Limits
from angarium.protocols.http.body import declared_length, pieces, refuse_encoded, whole
from angarium.protocols.http.exchange import JSON_TYPE, Exchange
from angarium.protocols.http.media_type import DEFAULT, is_media_type
from angarium.protocols.http.problem import Problem, limit_problem
from angarium.protocols.http.sign_in import SignedIn, SignIn
from angarium.protocols.http.slots import Slots
from angarium.protocols.http.threads import Threads
from angarium.protocols.jmap.writing import Writing
from angarium.store.contract import Stage, StagedBlob

FOLDER = "/jmap/upload/"

_GATHERED = 256 * 1024
"""Octets that are handed to the disk at a time."""

_SMALL = 32 * 1024
"""Octets up to which an upload is hashed in place: that is quicker than a hop to a thread."""


class UploadEndpoint:
    """Answers POST below the folder; elsewhere, where `account` reads the account and `shown` changes the answer."""

    def __init__(
        self,
        limits: Limits,
        sign_in: SignIn,
        writing: Writing,
        threads: Threads,
        account: "Callable[[Exchange, Principal], str] | None" = None,
        shown: Callable[[Principal, bytes], bytes] = lambda _principal, answer: answer,
    ) -> None:
        self._account = account or _account
        self._shown = shown
        self._limit = limits.max_size_upload
        self._sign_in = sign_in
        self._writing = writing
        self._threads = threads
        self._slots = Slots(limits.max_concurrent_upload, "maxConcurrentUpload")

    async def __call__(self, exchange: Exchange) -> None:
        """Answer one request."""
        signed = await self._sign_in(exchange)
        user = signed.principal.id
        self._account(exchange, signed.principal)  # so that nothing is received in vain; it counts what holds after
        media_type = exchange.header(b"content-type").strip(" \t") or DEFAULT
        if not is_media_type(media_type):
            raise Problem(400, "The Content-Type is no media type.")
        refuse_encoded(exchange)
        self._slots.take(user)
        try:
            await self._keep(exchange, signed, media_type)
        except UploadRefused as refusal:
            raise Problem(403, str(refusal)) from None
        finally:
            self._slots.free(user)

    async def _keep(self, exchange: Exchange, signed: SignedIn, media_type: str) -> None:
        staged = await self._receive(exchange)
        try:
            principal = (await self._sign_in.confirmed(signed)).principal
            account = self._account(exchange, principal)
            answer = await self._writing.upload(principal, account, staged, media_type)
        except BaseException:
            staged.discard()
            raise
        await exchange.answer(201, JSON_TYPE, self._shown(principal, answer))

    async def _receive(self, exchange: Exchange) -> StagedBlob:
        stage = self._writing.stage()
        try:
            return await self._gather(exchange, stage)
        except BaseException:
            stage.discard()
            raise

    async def _gather(self, exchange: Exchange, stage: Stage) -> StagedBlob:
        if (declared_length(exchange) or self._limit) <= min(_SMALL, self._limit):
            return _finish(stage, await whole(exchange, self._limit, lambda _beginning: self._too_large()))
        gathered, received = bytearray(), 0
        async for piece in pieces(exchange, self._limit, self._too_large):
            gathered += piece
            received += len(piece)
            if len(gathered) >= _GATHERED:
                await self._threads.run(partial(stage.write, gathered))
                gathered = bytearray()
        if received <= _SMALL:
            return _finish(stage, gathered)
        return await self._threads.run(partial(_finish, stage, gathered))

    def _too_large(self) -> Problem:
        return limit_problem(413, "maxSizeUpload", f"An upload may have at most {self._limit} octets.")


def _finish(stage: Stage, rest: bytes | bytearray) -> StagedBlob:
    if rest:
        stage.write(rest)
    return stage.finish()


def _account(exchange: Exchange, principal: Principal) -> str:
    """The account in the path: 404 when the user cannot see it, 403 when the user may only read it."""
    account = unquote(exchange.scope["raw_path"].decode("latin-1")[len(FOLDER) :]).removesuffix("/")
    found = principal.accounts.get(account)
    if found is None:
        raise Problem(404, "There is no such account; the template is in the Session.")
    if found.read_only:
        raise Problem(403, "You may only read this account.")
    return account
