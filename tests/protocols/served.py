"""A server on a loopback socket in a thread of the test's process, and a small client for it."""

import asyncio
import base64
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from angarium.app.clock import clock
from angarium.app.compose import Composed, compose
from angarium.app.config import Config
from angarium.app.listening import listening_socket
from angarium.app.pushing import pushing
from angarium.app.settings import read
from angarium.datatypes import principals
from angarium.datatypes.principals import User
from angarium.flows.provision import new_user
from angarium.protocols.http.server import HttpServer
from angarium.store.sqlite import SqliteStore, open_store

ECHO = {"using": ["urn:ietf:params:jmap:core"], "methodCalls": [["Core/echo", {"hello": True}, "c"]]}
MAIL = ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail"]
HASHES = {word: principals.hash_password(word) for word in ("secret", "other")}


@dataclass
class Answer:
    """What came back, with header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def kind(self) -> str:
        """The last part of the type of problem details, which these must be."""
        assert self.headers["content-type"] == "application/problem+json"
        assert self.json["status"] == self.status
        return str(self.json["type"]).rpartition(":")[2]


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


class Served:
    """The running server."""

    def __init__(self, folder: Path, config: Config) -> None:
        self.config = config
        self.folder = folder
        self.store: SqliteStore = open_store(folder)
        self.composed: Composed = compose(config, self.store)
        self._ready = threading.Event()
        self._bound = listening_socket("127.0.0.1", 0)
        self.port: int = self._bound.getsockname()[1]
        self._server: HttpServer | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self.composed.feed.start()
        stop = self.store.subscribe(self.composed.feed.tell)
        self._server = HttpServer(self.composed.asgi, ready=self._ready.set, ending=self.composed.end_streams)
        async with pushing(self.config, self.store, self.composed.reading, self.composed.feed, clock):
            await self._server.serve(sockets=[self._bound])
        stop()
        self.composed.close()

    def stop(self) -> None:
        """Ask for a graceful end."""
        assert self._server is not None
        self._server.should_exit = True

    def close(self) -> None:
        self.stop()
        self._thread.join(20)
        assert not self._thread.is_alive()
        self.store.close()

    # Users

    def user(self, name: str, password: str = "secret") -> User:
        return self.store.write(
            lambda view: new_user(view, name, HASHES[password], ["inbox"], int(time.time() * 1000))
        ).result()

    def share(self, owner: User, friend: User, read_only: bool = False) -> None:
        """Let a friend into an account."""
        self.store.write(lambda view: principals.grant(view, owner.account, friend, read_only)).result()

    def account(self, user: User) -> str:
        return f"a{user.account}"

    # Talking

    def request(
        self,
        method: str,
        path: str,
        body: bytes | Iterator[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        user: str | None = "ann",
        password: str = "secret",
    ) -> Answer:
        """One request on a connection of its own."""
        sent = {"Authorization": basic(user, password)} if user else {}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request(method, path, body, {**sent, **(headers or {})})
            response = connection.getresponse()
            named: dict[str, str] = {}
            for name, value in response.getheaders():
                named[name.lower()] = f"{named[name.lower()]}, {value}" if name.lower() in named else value
            return Answer(response.status, named, response.read())

    def api(self, value: Any, headers: Mapping[str, str] | None = None, **more: Any) -> Answer:
        """POST to the API."""
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return self.request("POST", "/jmap/", body, {"Content-Type": "application/json", **(headers or {})}, **more)

    def call(self, name: str, arguments: Any, **more: Any) -> Any:
        """The arguments of the response to one method call."""
        answer = self.api({"using": MAIL, "methodCalls": [[name, arguments, "c"]]}, **more)
        assert answer.status == 200, answer
        shown, given, _ = answer.json["methodResponses"][0]
        assert shown == name, given
        return given

    def mailbox(self, user: User, name: str) -> Any:
        """Make a mailbox: the simplest change there is."""
        arguments = {"accountId": self.account(user), "create": {"m": {"name": name}}}
        return self.call("Mailbox/set", arguments, user=user.name)["created"]["m"]

    def upload(self, user: User, content: bytes, media_type: str = "application/octet-stream") -> Answer:
        path = f"/jmap/upload/{self.account(user)}/"
        return self.request("POST", path, content, {"Content-Type": media_type}, user=user.name)

    def raw(self, octets: bytes, timeout: float = 5) -> bytes:
        """Everything that comes back for these octets until the server closes."""
        with closing(self.connect(timeout)) as connection:
            connection.sendall(octets)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def connect(self, timeout: float = 5) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=timeout)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


class Events:
    """An open event source."""

    def __init__(
        self,
        served: Served,
        query: str,
        user: str | None = "ann",
        headers: Mapping[str, str] | None = None,
        path: str = "/jmap/eventsource/",
    ) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
        signed = {"Authorization": basic(user, "secret")} if user else {}
        sent = {**signed, "Accept": "text/event-stream", **(headers or {})}
        self._connection.request("GET", f"{path}?{query}" if query else path, headers=sent)
        self.response = self._connection.getresponse()
        self.status = self.response.status

    def next(self, timeout: float = 5) -> dict[str, str] | None:
        """The fields of the next block; None at the end of the stream, TimeoutError when none comes."""
        assert self._connection.sock is not None or self.response.isclosed()
        if self._connection.sock is not None:
            self._connection.sock.settimeout(timeout)
        block: dict[str, str] = {}
        while line := self.response.readline().decode():
            if line == "\n":
                return block
            name, _, value = line.rstrip("\n").partition(": ")
            block[name] = value
        return None

    def close(self) -> None:
        self.response.close()
        self._connection.close()


@contextmanager
def events(served: Served, query: str = "types=*&closeafter=no&ping=0", **more: Any) -> Iterator[Events]:
    """An event source that is closed at the end."""
    stream = Events(served, query, **more)
    try:
        yield stream
    finally:
        stream.close()


@contextmanager
def serving(folder: Path, **sections: Any) -> Iterator[Served]:
    """A server with this configuration."""
    served = Served(folder, read(Config, {"data": folder, **sections}))
    try:
        yield served
    finally:
        served.close()


class Talk:
    """An open WebSocket, whose messages are JSON."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def say(self, value: Any) -> None:
        self.socket.send(value if isinstance(value, str) else json.dumps(value))

    def hear(self, timeout: float = 5) -> Any:
        """The next message; TimeoutError when none comes, ConnectionClosed at the end."""
        return json.loads(self.socket.recv(timeout))

    def ask(self, calls: list[Any], **more: Any) -> Any:
        """The next message after a Request."""
        self.say({"@type": "Request", "using": MAIL, "methodCalls": calls, **more})
        return self.hear()

    def closed(self, timeout: float = 5) -> int:
        """The code with which the server closes, whatever it says before."""
        try:
            while True:
                self.socket.recv(timeout)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006


@contextmanager
def talking(served: Served, user: str = "ann", password: str = "secret", **more: Any) -> Iterator[Talk]:
    """A WebSocket of a user that is closed at the end."""
    with connect(
        f"ws://127.0.0.1:{served.port}/jmap/ws",
        subprotocols=[Subprotocol("jmap")],
        additional_headers={"Authorization": basic(user, password)},
        proxy=None,
        **more,
    ) as socket:
        yield Talk(socket)
