"""The API endpoint: one Request object in, one Response object out (RFC 8620 §3).

A request that needs no store, or a short look into it, runs where it arrived; one that reads for longer hops to a
thread once; one that writes goes to the writer and is answered after its commit.
"""

from angarium.engine.access import Principal
from angarium.engine.declare import Access
from angarium.engine.dispatch import Engine
from angarium.engine.errors import RequestError, RequestErrorType
from angarium.engine.request import Request
from angarium.protocols.http.body import refuse_encoded, whole
from angarium.protocols.http.encoding import answer_json, packed
from angarium.protocols.http.exchange import JSON_TYPE, Exchange
from angarium.protocols.http.problem import Headers, Problem, limit_problem, request_problem
from angarium.protocols.http.reading import Reading
from angarium.protocols.http.sign_in import SignIn
from angarium.protocols.http.slots import Slots
from angarium.protocols.http.threads import Threads
from angarium.protocols.jmap.writing import Writing
from angarium.store.contract import TooSlow

_LONG = 100_000
"""Octets from which a body is parsed on a thread."""


class Api:
    """Answers POST to the API URL."""

    def __init__(self, engine: Engine, sign_in: SignIn, reading: Reading, writing: Writing, threads: Threads) -> None:
        self._engine = engine
        self._sign_in = sign_in
        self._reading = reading
        self._writing = writing
        self._threads = threads
        self._limit = engine.limits.max_size_request
        self._slots = Slots(engine.limits.max_concurrent_requests, "maxConcurrentRequests")

    async def __call__(self, exchange: Exchange) -> None:
        """Answer one request."""
        principal = (await self._sign_in(exchange)).principal
        _check_type(exchange)
        self._slots.take(principal.id)
        try:
            await self._answer(exchange, principal)
        except RequestError as error:
            raise request_problem(error) from None
        finally:
            self._slots.free(principal.id)

    async def _answer(self, exchange: Exchange, principal: Principal) -> None:
        body = await whole(exchange, self._limit, self._too_large)
        if len(body) >= _LONG:
            await self._answer_long(exchange, principal, body)
            return
        request = self._engine.prepare(body)
        if request.access is Access.PURE:
            await answer_json(exchange, self._threads, self._engine.run(request, principal))
        elif request.access is Access.READ:
            await self._answer_read(exchange, principal, request)
        else:
            await self._answer_stored(exchange, principal, request, body)

    async def _answer_read(self, exchange: Exchange, principal: Principal, request: Request) -> None:
        """A short read is done here and now: a hop to a thread would take longer. A long one goes there."""
        try:
            answer = self._reading.glance(lambda snapshot: self._engine.run(request, principal, snapshot, hasty=True))
        except TooSlow:
            await self._answer_stored(exchange, principal, request, b"")
        else:
            await answer_json(exchange, self._threads, answer)

    async def _answer_long(self, exchange: Exchange, principal: Principal, body: bytes) -> None:
        """A body that takes long to parse is parsed on a thread."""
        request = await self._threads.run(lambda: self._engine.prepare(body))
        if request.access is Access.PURE:
            answer = await self._threads.run(lambda: self._engine.run(request, principal))
            await answer_json(exchange, self._threads, answer)
        else:
            await self._answer_stored(exchange, principal, request, body)

    async def _answer_stored(self, exchange: Exchange, principal: Principal, request: Request, body: bytes) -> None:
        """A request that needs the store."""
        if request.access is Access.READ:
            octets, headers = await self._read(request, principal, exchange.header(b"accept-encoding"))
            await exchange.answer(200, JSON_TYPE, octets, headers)
        else:
            await answer_json(exchange, self._threads, await self._writing.run(principal, request, body))

    def _too_large(self) -> Problem:
        return limit_problem(400, "maxSizeRequest", f"A request may have at most {self._limit} octets.")

    async def _read(self, request: Request, principal: Principal, accept_encoding: str) -> tuple[bytes, Headers]:
        return await self._reading(
            lambda snapshot: packed(self._engine.run(request, principal, snapshot), accept_encoding)
        )


def _check_type(exchange: Exchange) -> None:
    """RFC 8620 §3.6.1: notJSON also when the content type is not application/json."""
    media_type = exchange.headers.get(b"content-type", b"")
    if media_type != JSON_TYPE and media_type.partition(b";")[0].strip().lower() != JSON_TYPE:
        raise request_problem(
            RequestError(RequestErrorType.NOT_JSON, "The Content-Type of a request must be application/json.")
        )
    if b"content-encoding" in exchange.headers:
        refuse_encoded(exchange)
