"""An account on any JMAP server, found through its Session, and the requests that go to it.

Only the protocol envelope may live here (RFC 8620 §2, §3, §6.1): what is asked for is decided in ``bench.rows``.
Answers are checked when they are decoded, which callers do outside of what they time.
"""

import base64
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote, urljoin

import orjson

from bench.client import Connection, Origin, Response, path_of, render

CORE = "urn:ietf:params:jmap:core"
MAIL = "urn:ietf:params:jmap:mail"
_REDIRECTS = 3

Arguments = dict[str, Any]
Call = tuple[str, Arguments, str]


class JmapError(Exception):
    """The server refused a request, or answered something else than the row needs."""


@dataclass(frozen=True, slots=True)
class Login:
    """Where a server is (its Session, or just its origin) and who signs in by Basic authentication."""

    url: str
    user: str
    password: str

    @property
    def authorization(self) -> str:
        """The value of the Authorization header."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request as octets, and the connection that it goes through."""

    connection: Connection
    octets: bytes

    def send(self) -> Response:
        """Send it; anything but a 2xx is a JmapError."""
        response = self.connection.exchange(self.octets)
        if not 200 <= response.status < 300:
            raise JmapError(f"HTTP {response.status}: {response.body[:400]!r}")
        return response


class Account:
    """A signed-in account with its kept connections, one for each origin that the Session names."""

    def __init__(self, login: Login, capability: str = MAIL) -> None:
        self._using = [CORE, capability]
        self._connections: dict[Origin, Connection] = {}
        self._quick = False
        self._headers = {"Authorization": login.authorization, "Accept": "application/json"}
        session, url = self._session(login.url)
        self.id: str = session["primaryAccounts"][capability]
        self.limits: Mapping[str, int] = session["capabilities"][CORE]
        self._api = urljoin(url, session["apiUrl"])
        self._upload = urljoin(url, session["uploadUrl"].replace("{accountId}", quote(self.id)))

    def again(self, quick: bool = False) -> Self:
        """The same account over connections of its own, ``quick`` ones or usual ones."""
        other = copy(self)
        other._connections = {}
        other._quick = quick
        return other

    def close(self) -> None:
        """Close every connection."""
        for connection in self._connections.values():
            connection.close()

    @property
    def client_cpu(self) -> float:
        """Seconds of this thread that all requests so far have taken."""
        return sum(connection.cpu for connection in self._connections.values())

    @property
    def port(self) -> int:
        """The local port of the connection that is open, 0 for none."""
        return next((connection.port for connection in self._connections.values()), 0)

    @property
    def api_path(self) -> str:
        """The request target of the API."""
        return path_of(self._api)

    def api(self, calls: Sequence[Call], accept_encoding: str = "identity") -> Prepared:
        """A request of method calls (RFC 8620 §3.3)."""
        body = orjson.dumps({"using": self._using, "methodCalls": calls})
        extra = {"Content-Type": "application/json", "Accept-Encoding": accept_encoding}
        return self._prepare("POST", self._api, extra, body)

    def upload(self, data: bytes, media_type: str = "message/rfc822") -> Prepared:
        """An upload (RFC 8620 §6.1)."""
        return self._prepare("POST", self._upload, {"Content-Type": media_type}, data)

    def call(self, *calls: Call) -> list[Call]:
        """Send method calls and return the checked answers."""
        return answers(self.api(calls).send().body)

    def _session(self, url: str) -> tuple[dict[str, Any], str]:
        if not path_of(url).strip("/"):
            url = urljoin(url, "/.well-known/jmap")
        for _ in range(_REDIRECTS + 1):
            prepared = self._prepare("GET", url, {})
            response = prepared.connection.exchange(prepared.octets)
            if response.status == 200:
                return orjson.loads(response.body), url
            if "location" not in response.headers:
                raise JmapError(f"no Session at {url}: HTTP {response.status}")
            url = urljoin(url, response.headers["location"])
        raise JmapError(f"no Session after {_REDIRECTS} redirects: {url}")

    def _prepare(self, method: str, url: str, extra: Mapping[str, str], body: bytes | None = None) -> Prepared:
        origin = Origin.of(url)
        connection = self._connections.setdefault(origin, Connection(origin, self._quick))
        return Prepared(connection, render(method, path_of(url), origin, {**self._headers, **extra}, body))


def answers(body: bytes) -> list[Call]:
    """The method responses of an API answer; a method-level error or a refused object is a JmapError."""
    responses = [(name, arguments, call) for name, arguments, call in orjson.loads(body)["methodResponses"]]
    for name, arguments, call in responses:
        refused = {
            kind: arguments[kind] for kind in ("notCreated", "notUpdated", "notDestroyed") if arguments.get(kind)
        }
        if name == "error" or refused:
            raise JmapError(f"call {call}: {refused or arguments}"[:600])
    return responses
