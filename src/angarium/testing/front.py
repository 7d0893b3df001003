"""What stands at the socket: sees every HTTP request, does what the dials ask, and hands it on to what is behind."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from angarium.protocols.http.basic import CHALLENGE, parse_basic
from angarium.protocols.http.connection import SWITCH
from angarium.protocols.http.exchange import Asgi, Exchange, Message, Receive, Scope, Send
from angarium.protocols.http.problem import MEDIA_TYPE, Problem
from angarium.testing.dials import Dial, Dials
from angarium.testing.dials import Scope as Acts
from angarium.testing.http import DROP
from angarium.testing.news import News
from angarium.testing.seen import Seen, SeenRequest
from angarium.testing.strict import Critic
from angarium.testing.strict.rule import HttpLook

_AFTER: Final = "after"
_MIDWAY: Final = "midway"


class Front:
    """The ASGI application of a server in a test; `behind` gives the one that serves a user."""

    def __init__(
        self,
        dials: Dials,
        seen: Seen,
        news: News,
        critic: Critic | None,
        behind: Callable[[str | None], Awaitable[Asgi]],
    ) -> None:
        self._dials = dials
        self._seen = seen
        self._news = news
        self._critic = critic
        self._behind = behind

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        exchange = Exchange(scope, receive, send)
        credentials = parse_basic(exchange.headers.get(b"authorization", b""))
        user = credentials.name if credentials else None
        noted = SeenRequest(user, exchange.method, exchange.path)
        self._seen.requests.append(noted)
        exchange.send = scope_send = self._noting(noted, send)
        self._note_switch(noted, scope)
        dial = self._dials.find(Acts.HTTP, user, lambda dial: dial.matches("path", exchange.path))
        if dial is not None and dial.kind.name == "slow":
            try:
                await asyncio.sleep(float(dial.settings["seconds"]))
            except asyncio.CancelledError:  # the server ends
                await _lose(scope, receive)
                return
        problem = self._refusal(exchange, user, dial)
        if problem is not None:
            await exchange.answer(problem.status, MEDIA_TYPE, problem.body(), problem.headers)
        elif dial is not None and dial.kind.name == "drop":
            await self._drop(str(dial.settings["when"]), user, scope, receive, scope_send)
        else:
            await (await self._behind(user))(scope, receive, scope_send)

    def _refusal(self, exchange: Exchange, user: str | None, dial: Dial | None) -> Problem | None:
        if dial is not None and dial.kind.name == "status":
            wait = dial.settings["retryAfter"]
            headers = () if wait is None else ((b"retry-after", b"%d" % wait),)
            return Problem(dial.settings["status"], dial.settings["description"], headers=headers)
        if dial is not None and dial.kind.name == "expiredAuth":
            return Problem(401, "The credentials are no longer good.", headers=((b"www-authenticate", CHALLENGE),))
        if self._critic is None:
            return None
        query = exchange.scope["query_string"].decode("latin-1")
        broken = self._critic.http(HttpLook(exchange.method, exchange.path, exchange.headers, query), user)
        if broken is None:
            return None
        rule, text = broken
        return Problem(400, text, f"urn:ietf:params:jmap:error:{rule.error}")

    async def _drop(self, when: str, user: str | None, scope: Scope, receive: Receive, send: Send) -> None:
        """Lose the connection at a moment."""
        drop: Callable[[], None] = scope["extensions"][DROP]

        async def swallow(_message: Message) -> None:
            return

        async def half(message: Message) -> None:
            if message["type"] == "http.response.body":
                body = bytes(message["body"])
                await send({"type": "http.response.body", "body": body[: (len(body) + 1) // 2], "more_body": True})
                drop()
            else:
                await send(message)

        if when in (_AFTER, _MIDWAY):
            behind = await self._behind(user)
            await behind(scope, receive, swallow if when == _AFTER else half)
        await _lose(scope, receive)

    def _noting(self, noted: SeenRequest, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                noted.answered(message["status"])
                self._news.tell()
            await send(message)

        return sending

    def _note_switch(self, noted: SeenRequest, scope: Scope) -> None:
        """An answer that changes the protocol goes another way."""
        extensions = scope.get("extensions", {})
        switch = extensions.get(SWITCH)
        if switch is not None:

            def noting(head: bytes, switched: object) -> None:
                noted.answered(101)
                switch(head, switched)

            extensions[SWITCH] = noting


async def _lose(scope: Scope, receive: Receive) -> None:
    """Lose the connection; returns when it is lost."""
    scope["extensions"][DROP]()
    while (await receive())["type"] != "http.disconnect":
        continue
