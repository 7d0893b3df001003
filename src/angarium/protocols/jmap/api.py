"""The API endpoint: one Request object in, one Response object out (RFC 8620 §3), or the same of another dialect.

A request that needs no store, or a short look into it, runs where it arrived; one that reads for longer hops to a
thread once; one that writes goes to the writer and is answered after its commit.
"""

from angarium.engine.access import Principal
from angarium.engine.declare import Access
from angarium.engine.errors import RequestError, RequestErrorType
from angarium.protocols.http.body import refuse_encoded, whole
from angarium.protocols.http.encoding import answer_json, packed
from angarium.protocols.http.exchange import JSON_TYPE, Exchange
from angarium.protocols.http.problem import Problem, limit_problem, request_problem
from angarium.protocols.http.sign_in import SignIn
from angarium.protocols.http.slots import Slots
from angarium.protocols.jmap.running import LONG, OtherDialect, Running, prepare


class Api:
    """Answers POST to the API URL."""

    def __init__(self, sign_in: SignIn, running: Running, slots: Slots, other: OtherDialect | None = None) -> None:
        self._sign_in = sign_in
        self._other = other
        self._running = running
        self._engine = running.engine
        self._threads = running.threads
        self._limit = running.engine.limits.max_size_request
        self._slots = slots

    async def __call__(self, exchange: Exchange) -> None:
        """Answer one request."""
        signed = await self._sign_in(exchange)
        _check_type(exchange)
        user = signed.principal.id
        self._slots.take(user)
        try:
            body = await whole(exchange, self._limit, self._too_large)
            principal = (await self._sign_in.confirmed(signed)).principal
            await self._answer(exchange, principal, body)
        except RequestError as error:
            raise request_problem(error) from None
        finally:
            self._slots.free(user)

    async def _answer(self, exchange: Exchange, principal: Principal, body: bytes) -> None:
        if len(body) >= LONG:
            request = await self._threads.run(lambda: prepare(self._engine, self._other, body))
            answer = None
        else:
            request = prepare(self._engine, self._other, body)
            answer = self._running.at_once(request, principal)
        if answer is None and request.access is Access.READ:
            accepted = exchange.header(b"accept-encoding")
            octets, headers = await self._running.read(request, principal, lambda found: packed(found, accepted))
            await exchange.answer(200, JSON_TYPE, octets, headers)
        else:
            answer = answer or await self._running.later(request, principal, body)
            await answer_json(exchange, self._threads, answer)

    def _too_large(self, beginning: bytes) -> Problem:
        status = 413 if self._other is not None and self._other.speaks(beginning) else 400
        return limit_problem(status, "maxSizeRequest", f"A request may have at most {self._limit} octets.")


def _check_type(exchange: Exchange) -> None:
    """RFC 8620 §3.6.1: notJSON also when the content type is not application/json."""
    media_type = exchange.headers.get(b"content-type", b"")
    if media_type != JSON_TYPE and media_type.partition(b";")[0].strip().lower() != JSON_TYPE:
        raise request_problem(
            RequestError(RequestErrorType.NOT_JSON, "The Content-Type of a request must be application/json.")
        )
    if b"content-encoding" in exchange.headers:
        refuse_encoded(exchange)
