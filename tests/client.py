"""One user of a running server, over HTTP: method calls, uploads, downloads, and requests that are wrong on purpose.

Only the client's side lives here; nothing is checked but what every test relies on. `tests/server.py` starts servers.
"""

import base64
import http.client
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlsplit

import orjson

CORE = "urn:ietf:params:jmap:core"
MAIL = "urn:ietf:params:jmap:mail"
PROBLEM = "urn:ietf:params:jmap:error:"
TIMEOUT = 300.0
_NO_ACCOUNT = ("Core/echo", "PushSubscription/get", "PushSubscription/set")


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers by lower-case name, and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def problem(self) -> str:
        """The short name of a JMAP problem (RFC 8620 §3.6.1), or the whole type of any other."""
        assert self.headers["content-type"].split(";")[0] == "application/problem+json", self
        return str(self.json()["type"]).removeprefix(PROBLEM)


class Refused(AssertionError):
    """An answer with another status than a test relies on."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer)
        self.answer = answer


def good(answer: Answer, *statuses: int) -> Answer:
    """The answer when it has one of these statuses."""
    if answer.status not in statuses:
        raise Refused(answer)
    return answer


class Client:
    """Asks as one user; every request has a connection of its own, so that nothing hides behind a retry."""

    def __init__(self, url: str, name: str, password: str, trust: ssl.SSLContext | None = None) -> None:
        self.url = url
        self.name = name
        self.password = password
        self._trust = trust

    @property
    def credentials(self) -> dict[str, str]:
        pair = f"{self.name}:{self.password}".encode()
        return {"Authorization": "Basic " + base64.b64encode(pair).decode()}

    def send(
        self,
        method: str,
        path: str,
        body: bytes | Iterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        signed: bool = True,
    ) -> Answer:
        """One exchange; `path` may be absolute as in the Session."""
        parts = urlsplit(self.url)
        target = path.removeprefix(self.url) if path.startswith("http") else path
        given = {**(self.credentials if signed else {}), **(headers or {})}
        connection = self._connection(parts.hostname or "", parts.port or 0)
        try:
            connection.request(method, target, body=body, headers=given)
            with connection.getresponse() as response:
                content = response.read()
                return Answer(response.status, {name.lower(): text for name, text in response.getheaders()}, content)
        finally:
            connection.close()

    def _connection(self, host: str, port: int) -> http.client.HTTPConnection:
        if self._trust is not None:
            return http.client.HTTPSConnection(host, port, timeout=TIMEOUT, context=self._trust)
        return http.client.HTTPConnection(host, port, timeout=TIMEOUT)

    def fresh_session(self) -> Any:
        """The Session as it is now."""
        return good(self.send("GET", "/.well-known/jmap"), 200).json()

    @cached_property
    def session(self) -> Any:
        """The Session as it was when it was first asked for."""
        return self.fresh_session()

    @cached_property
    def account(self) -> str:
        """The Id of the user's own account."""
        return str(self.session["primaryAccounts"][MAIL])

    def post(self, body: bytes, headers: Mapping[str, str] | None = None, signed: bool = True) -> Answer:
        """Send octets to the API."""
        return self.send("POST", "/jmap", body, {"Content-Type": "application/json", **(headers or {})}, signed)

    def request(self, calls: Sequence[Any], using: Sequence[str] | None = None, **more: Any) -> Any:
        """The Response object for some method calls, with every capability of the Session unless told."""
        urns = list(self.session["capabilities"]) if using is None else list(using)
        return good(self.post(orjson.dumps({"using": urns, "methodCalls": calls, **more})), 200).json()

    def responses(self, *calls: tuple[str, Mapping[str, Any]]) -> list[tuple[str, Any]]:
        """(name, arguments) of every response; `accountId` is filled in; the calls are named c0, c1, …"""
        filled = [
            [name, {**({} if name in _NO_ACCOUNT else {"accountId": self.account}), **given}, f"c{index}"]
            for index, (name, given) in enumerate(calls)
        ]
        return [(name, given) for name, given, _ in self.request(filled)["methodResponses"]]

    def call(self, name: str, arguments: Mapping[str, Any] | None = None) -> Any:
        """The arguments of the first response, which must not be an error."""
        answered, given = self.responses((name, arguments or {}))[0]
        assert answered == name, given
        return given

    def error(self, name: str, arguments: Mapping[str, Any] | None = None) -> Any:
        """The arguments of the error that the call must end in."""
        answered, given = self.responses((name, arguments or {}))[0]
        assert answered == "error", given
        return given

    def upload(self, content: bytes, media_type: str = "application/octet-stream", account: str | None = None) -> str:
        """Upload octets; the blobId."""
        path = self.upload_path(account or self.account)
        answer = self.send("POST", path, content, {"Content-Type": media_type})
        return str(good(answer, 200, 201).json()["blobId"])

    def upload_path(self, account: str) -> str:
        return str(self.session["uploadUrl"]).replace("{accountId}", quote(account, safe=""))

    def download(
        self,
        blob: str,
        account: str | None = None,
        name: str = "file",
        media_type: str = "application/octet-stream",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """What the download URL gives for a blob."""
        return self.send("GET", self.download_path(blob, account or self.account, name, media_type), headers=headers)

    def download_path(self, blob: str, account: str, name: str = "file", media_type: str = "text/plain") -> str:
        path = str(self.session["downloadUrl"])
        for variable, value in (("accountId", account), ("blobId", blob), ("name", name), ("type", media_type)):
            path = path.replace("{" + variable + "}", quote(value, safe=""))
        return path

    def mailbox(self, role: str, account: str | None = None) -> str:
        """The Id of the mailbox with a role."""
        return self.mailboxes(account)[role]

    def mailboxes(self, account: str | None = None) -> dict[str, str]:
        """Ids by role."""
        found = self.call("Mailbox/get", {"accountId": account or self.account, "properties": ["role"]})["list"]
        return {mailbox["role"]: mailbox["id"] for mailbox in found if mailbox["role"]}

    def new_mailbox(self, name: str) -> str:
        """Make a mailbox; its Id."""
        answer = self.call("Mailbox/set", {"create": {"new": {"name": name}}})
        assert answer["created"], answer
        return str(answer["created"]["new"]["id"])

    def import_mail(self, content: bytes, mailbox: str, **more: Any) -> Any:
        """Upload and import one message; what Email/import shows of it."""
        given = {"blobId": self.upload(content, "message/rfc822"), "mailboxIds": {mailbox: True}, **more}
        answer = self.call("Email/import", {"emails": {"new": given}})
        assert answer["created"], answer
        return answer["created"]["new"]

    def email(self, identifier: str, **arguments: Any) -> Any:
        """One email as Email/get shows it."""
        found = self.call("Email/get", {"ids": [identifier], **arguments})["list"]
        assert found, f"there is no email {identifier}"
        return found[0]
