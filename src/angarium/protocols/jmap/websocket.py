"""JMAP over WebSocket: the handshake (RFC 8887 §4.1, §4.2). What is said afterwards is in `websocket_conversation`."""

from angarium.protocols.http.address import Addresses
from angarium.protocols.http.connection import SWITCH, Switch
from angarium.protocols.http.cors import Cors
from angarium.protocols.http.exchange import Exchange
from angarium.protocols.http.problem import Problem
from angarium.protocols.http.reading import Reading
from angarium.protocols.http.sign_in import SignIn
from angarium.protocols.http.slots import Slots
from angarium.protocols.jmap.feed import Feed
from angarium.protocols.jmap.running import Running
from angarium.protocols.jmap.websocket_conversation import Conversation, Services

SUBPROTOCOL = "jmap"


class WebSocketEndpoint:
    """Answers GET with a change of protocol; `requests` counts with those of the API, `streams` with event sources."""

    def __init__(
        self,
        sign_in: SignIn,
        addresses: Addresses,
        cors: Cors,
        running: Running,
        reading: Reading,
        feed: Feed,
        requests: Slots,
        streams: Slots,
    ) -> None:
        self._sign_in = sign_in
        self._addresses = addresses
        self._cors = cors
        self._streams = streams
        self._limit = running.engine.limits.max_size_request
        self._services = Services(sign_in, running, reading, feed, requests)

    async def __call__(self, exchange: Exchange) -> None:
        """Answer one request."""
        self._check_origin(exchange)
        signed = await self._sign_in(exchange)
        switch: Switch | None = exchange.scope.get("extensions", {}).get(SWITCH)
        if switch is None:
            raise Problem(426, "Ask for a change to WebSocket here (RFC 8887).", headers=((b"upgrade", b"websocket"),))
        # The library takes longer to import than all of the server's start may: whoever comes first waits for it.
        from angarium.protocols.http.websocket import agree

        head, socket = agree(exchange, SUBPROTOCOL, self._limit)
        user = signed.principal.id
        self._streams.take(user)
        try:
            conversation = Conversation(socket, signed, self._services, lambda: self._streams.free(user))
            socket.talk = conversation
            switch(head, socket)
        except BaseException:
            self._streams.free(user)
            raise
        conversation.begin()

    def _check_origin(self, exchange: Exchange) -> None:
        """RFC 6455 §10.2: a browser would send the user's credentials along for any page."""
        origin = exchange.headers.get(b"origin")
        if origin is None or self._cors.allows(origin):
            return
        if origin.decode("latin-1").lower() != self._addresses.base(exchange).lower():
            raise Problem(403, "Pages of this origin may not use the server; see cors_origins in its configuration.")
