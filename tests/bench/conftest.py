"""Parts that several tests of the benchmark share: the corpus, and a tiny account behind a real socket.

The account knows just enough JMAP (RFC 8620 §3, RFC 8621 §4) for a row to run; it keeps everything in memory.
"""

import itertools
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import orjson
import pytest
from bench.account import Account, Login
from bench.corpus import Corpus

_SESSION = {
    "primaryAccounts": {"urn:ietf:params:jmap:mail": "a1"},
    "capabilities": {"urn:ietf:params:jmap:core": {"maxObjectsInSet": 20}},
    "apiUrl": "/jmap/",
    "uploadUrl": "/upload/{accountId}/",
}


class _Store:
    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.emails: dict[str, dict[str, Any]] = {}
        self.mailboxes = {"m0": {"id": "m0", "name": "INBOX", "role": "inbox"}}
        self.changed: list[str] = []
        self.new_id = map("i{}".format, itertools.count())

    def call(self, name: str, given: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = getattr(self, "_" + name.replace("/", "_").lower())(given)
        return answer

    def _core_echo(self, given: dict[str, Any]) -> dict[str, Any]:
        return given

    def _mailbox_get(self, given: dict[str, Any]) -> dict[str, Any]:
        counts = [next(iter(email["mailboxIds"])) for email in self.emails.values()]
        return {"list": [{**box, "totalEmails": counts.count(box["id"])} for box in self.mailboxes.values()]}

    def _mailbox_set(self, given: dict[str, Any]) -> dict[str, Any]:
        for wanted in given["create"].values():
            made = {"id": next(self.new_id), "name": wanted["name"], "role": ""}
            self.mailboxes[made["id"]] = made
        return {"created": {key: {} for key in given["create"]}}

    def _email_import(self, given: dict[str, Any]) -> dict[str, Any]:
        assert len(given["emails"]) <= 20
        assert all(email["blobId"] in self.blobs for email in given["emails"].values())
        return self._create(given["emails"])

    def _email_set(self, given: dict[str, Any]) -> dict[str, Any]:
        for email in given.get("destroy", ()):
            del self.emails[email]
        for email, patch in given.get("update", {}).items():
            for path, value in patch.items():
                keywords = self.emails[email]["keywords"]
                keywords.pop(path.split("/")[1], None)
                keywords |= {path.split("/")[1]: True} if value else {}
            self.changed.append(email)
        return self._create(given.get("create", {})) | {"updated": dict.fromkeys(given.get("update", ()))}

    def _create(self, wanted: dict[str, Any]) -> dict[str, Any]:
        made = {key: {"id": next(self.new_id)} for key in wanted}
        for key, email in wanted.items():
            self.emails[made[key]["id"]] = {"receivedAt": "9999", "keywords": {}, **email}
        return {"created": made}

    def _email_get(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"list": [{"id": email} for email in given["ids"]], "notFound": [], "state": str(len(self.changed))}

    def _email_changes(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"created": [], "updated": self.changed[int(given["sinceState"]) :], "destroyed": []}

    def _email_query(self, given: dict[str, Any]) -> dict[str, Any]:
        asked = given["filter"].get("conditions", [given["filter"]])
        found = [key for key, email in self.emails.items() if all(_matches(email, part) for part in asked)]
        found.sort(key=lambda key: self.emails[key]["receivedAt"], reverse=True)
        at = given.get("position", 0)
        return {"ids": found[at : at + given["limit"]], "total": len(found)}


def _matches(email: dict[str, Any], part: dict[str, str]) -> bool:
    if "inMailbox" in part:
        return part["inMailbox"] in email["mailboxIds"]
    return part["notKeyword"] not in email["keywords"]


def _handler(store: _Store) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            known = {"/.well-known/jmap": (302, b""), "/session": (200, orjson.dumps(_SESSION))}
            self._answer(*known[self.path])

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Authorization"] != "Basic dXNlcjpwYXNz":
                self._answer(401, b"")
            elif self.path == "/upload/a1/":
                store.blobs[blob := next(store.new_id)] = body
                self._answer(201, orjson.dumps({"blobId": blob}))
            else:
                calls = orjson.loads(body)["methodCalls"]
                done = [(name, store.call(name, given), call) for name, given, call in calls]
                self._answer(200, orjson.dumps({"methodResponses": done}))

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/session")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    return Handler


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    return Corpus()


@pytest.fixture
def login() -> Iterator[Login]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(_Store())) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield Login(f"http://127.0.0.1:{server.server_port}", "user", "pass")
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def account(login: Login) -> Iterator[Account]:
    with closing(Account(login)) as found:
        yield found
