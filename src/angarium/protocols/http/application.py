"""The ASGI application: finds the handler of a path, and turns every refusal into problem details.

What stands here is for all protocols; each brings its routes.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from angarium.protocols.http.body import ClientGone
from angarium.protocols.http.cors import Cors
from angarium.protocols.http.exchange import Exchange, Handler, Receive, Scope, Send
from angarium.protocols.http.problem import MEDIA_TYPE, Headers, Problem
from angarium.store.contract import NotDurable, StoreError, TooSlow

_log = logging.getLogger(__name__)

_AGAIN: Headers = ((b"retry-after", b"10"),)


@dataclass(frozen=True, slots=True)
class Routes:
    """Handlers by method: for one exact path each, and for every path below a folder (which ends in a slash)."""

    exact: Mapping[str, Mapping[str, Handler]]
    below: Mapping[str, Mapping[str, Handler]]


class Application:
    """Serves the routes; `token` gives the name under which the log keeps a fault."""

    def __init__(self, routes: Routes, cors: Cors, token: Callable[[], str]) -> None:
        self._exact = dict(routes.exact)
        self._below = tuple(routes.below.items())
        self._cors = cors
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise ValueError(f"no {scope['type']} is served here")
        exchange = Exchange(scope, receive, send)
        exchange.extra = self._cors.headers(exchange)
        try:
            await self._handle(exchange)
        except Problem as problem:
            await _refuse(exchange, problem)
        except ClientGone:
            return
        except Exception as error:
            await self._fault(exchange, error)

    async def _handle(self, exchange: Exchange) -> None:
        methods = self._exact.get(exchange.path) or self._folder(exchange.path)
        if methods is not None and (handler := methods.get(exchange.method)):
            await handler(exchange)
        elif exchange.method == "OPTIONS":
            await self._cors.preflight(exchange)
        elif methods is None:
            raise Problem(404, "Nothing is served under this path; the Session is at /.well-known/jmap.")
        else:
            allowed = ", ".join([*methods, "OPTIONS"])
            raise Problem(405, f"Here you may use {allowed}.", headers=((b"allow", allowed.encode()),))

    def _folder(self, path: str) -> Mapping[str, Handler] | None:
        return next((methods for folder, methods in self._below if path.startswith(folder)), None)

    async def _fault(self, exchange: Exchange, error: Exception) -> None:
        """What no handler expected: the store could not serve, or a bug."""
        if exchange.started:
            raise error  # the server closes the connection, so that the client sees a broken answer as broken
        if isinstance(error, StoreError):
            _log.error("unavailable path=%s reason=%s", exchange.path.split("/")[1:3], error)
            await _refuse(exchange, unavailable(error))
            return
        number = self._token()
        _log.error("serverFail id=%s method=%s path=%s", number, exchange.method, exchange.path, exc_info=error)
        await _refuse(exchange, Problem(500, f"A fault in the server; its log tells of it as {number}."))


def unavailable(error: StoreError) -> Problem:
    """What to tell when the store cannot serve."""
    reasons = ((NotDurable, "The server cannot write at the moment; nothing was kept."), (TooSlow, "It took too long."))
    detail = next((text for kind, text in reasons if isinstance(error, kind)), "The server is not available.")
    return Problem(503, detail, headers=_AGAIN)


async def _refuse(exchange: Exchange, problem: Problem) -> None:
    if exchange.started:
        raise problem
    await exchange.answer(
        problem.status, MEDIA_TYPE, problem.body(), (*problem.headers, (b"cache-control", b"no-store"))
    )
