"""What the dialect from before RFC 8620 adds to the time of modern calls that do the same.

Only this one measurement may live here; ``python -m bench.older`` runs it alone. Each row is a pair of requests for the
same things, sent by turns over one connection, so that a slow moment of the machine falls on both.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

import orjson

from angarium.datatypes.calendars.ingest import checked
from angarium.formats.icalendar import write
from bench import server
from bench.account import Account, JmapError, Prepared
from bench.cards import cards
from bench.client import Connection, Origin, Response, render
from bench.corpus import BLOCK, Corpus
from bench.events import events
from bench.maildir import write_maildir
from bench.process import Process
from bench.result import OlderResult
from bench.spread import Spread

_MESSAGES = 10 * BLOCK
_PAGE = 50
_SCREEN = 30
_WARM_UP = 5
_ROUNDS = 200
_NEWEST = [{"property": "receivedAt", "isAscending": False}]
_ROWS = ["threadId", "mailboxIds", "hasAttachment", "from", "to", "subject", "size", "preview"]
_MODERN_ROWS = [*_ROWS, "keywords", "receivedAt"]
_OLD_ROWS = [*_ROWS, "isUnread", "isFlagged", "isAnswered", "isDraft", "date"]
_USING = [f"urn:ietf:params:jmap:{each}" for each in ("core", "mail", "contacts", "calendars")]

Calls: TypeAlias = list[tuple[str, dict[str, Any]]]
Pair: TypeAlias = tuple[Calls, Calls]
"""Modern calls, and older ones; each call by its name and its arguments."""


def measure(folder: Path, rounds: int, say: Callable[[str], None]) -> tuple[OlderResult, ...]:
    """Load a store of its own, and send each pair so often."""
    data = server.fresh(folder / "older")
    _load(data, folder / "older.given")
    with server.serve(data) as process, Connection(Origin.of(process.url)) as connection:
        process.rest()
        asked = _Asked(connection, process)
        say(f"the older dialect: {rounds} rounds of each pair")
        return tuple(asked.row(name, pair, rounds) for name, pair in _pairs(asked))


def _load(data: Path, given: Path) -> None:
    """A mailbox, fifty cards and fifty events, by the command that imports."""
    try:
        write_maildir(Corpus().messages(_MESSAGES), given / "mail")
        (given / "cards.vcf").write_bytes(b"".join(islice(cards(2 * _PAGE), 0, None, 2)))
        (given / "events.ics").write_bytes(write(map(checked, events(_PAGE)), "-//Angarium//bench//EN"))
        for each in sorted(given.iterdir()):
            server.import_mail(data, each)
    finally:
        shutil.rmtree(given, ignore_errors=True)


@dataclass(slots=True)
class _Asked:
    """One user of a server, over one connection."""

    connection: Connection
    process: Process
    account: str
    authorization: str
    path: str

    def __init__(self, connection: Connection, process: Process) -> None:
        self.connection, self.process = connection, process
        login = server.login(process)
        self.authorization = login.authorization
        account = Account(login)
        self.account, self.path = account.id, account.api_path
        account.close()

    def modern(self, *calls: tuple[str, dict[str, Any]]) -> Prepared:
        """Calls of RFC 8620, known by their names."""
        triples = [[name, {"accountId": self.account, **given}, name] for name, given in calls]
        return self._post({"using": _USING, "methodCalls": triples})

    def older(self, *calls: tuple[str, dict[str, Any]]) -> Prepared:
        """Calls of the older dialect."""
        return self._post([[name, given, "0"] for name, given in calls])

    def call(self, name: str, **given: Any) -> Any:
        """What the server answers to one modern call."""
        return orjson.loads(_answered(self.modern((name, given))).body)["methodResponses"][0][1]

    def row(self, name: str, pair: Pair, rounds: int) -> OlderResult:
        """The times of one pair."""
        requests = (self.modern(*pair[0]), self.older(*pair[1]))
        times: tuple[list[float], list[float]] = ([], [])
        cpu = [0.0, 0.0]
        for turn in range(-_WARM_UP, rounds):
            for at, request in enumerate(requests):
                before, started = self.process.cpu(), time.perf_counter()
                _answered(request)
                if turn >= 0:
                    times[at].append(time.perf_counter() - started)
                    cpu[at] += self.process.cpu() - before
        return OlderResult(name, Spread.of(times[0]), Spread.of(times[1]), cpu[0] / rounds, cpu[1] / rounds)

    def _post(self, body: object) -> Prepared:
        headers = {"Authorization": self.authorization, "Content-Type": "application/json"}
        octets = render("POST", self.path, self.connection.origin, headers, orjson.dumps(body))
        return Prepared(self.connection, octets)


def _answered(request: Prepared) -> Response:
    response = request.send()
    if b'["error"' in response.body or b'"notUpdated":{"' in response.body:
        raise JmapError(response.body[:500].decode("utf-8", "replace"))
    return response


def _pairs(asked: _Asked) -> Iterator[tuple[str, Pair]]:
    yield from _of_messages(asked)
    held = asked.call("ContactCard/query")["ids"]
    planned = asked.call("CalendarEvent/query")["ids"]
    words = {"filter": {"text": "example"}}
    found = ("ContactCard/get", {"#ids": _result("ContactCard/query", "/ids")})
    listed = ("getContactList", {**words, "fetchContacts": True})
    yield "50 contacts", ([("ContactCard/get", {"ids": held})], [("getContacts", {"ids": held})])
    yield "contacts by text", ([("ContactCard/query", words), found], [listed])
    yield "calendars", ([("Calendar/get", {})], [("getCalendars", {})])
    yield "50 events", ([("CalendarEvent/get", {"ids": planned})], [("getCalendarEvents", {"ids": planned})])


def _of_messages(asked: _Asked) -> Iterator[tuple[str, Pair]]:
    query = {"sort": _NEWEST, "limit": _PAGE, "calculateTotal": True}
    emails = asked.call("Email/query", **query)["ids"]
    rows = asked.call("Email/get", ids=emails, properties=["threadId"])
    threads = list(dict.fromkeys(row["threadId"] for row in rows["list"]))
    asked.call("Email/set", update={email: {"keywords/$forwarded": True} for email in emails[:_SCREEN]})
    ids = {"#ids": _result("Email/query", "/ids"), "properties": ["threadId"]}
    listed = {"properties": _MODERN_ROWS}
    screen = {"limit": _SCREEN, "collapseThreads": True}
    since = {"sinceState": rows["state"]}
    flag, old_flag = {emails[0]: {"keywords/$flagged": True}}, {emails[0]: {"isFlagged": True}}
    yield "mailboxes", ([("Mailbox/get", {})], [("getMailboxes", {})])
    yield "list of 50", ([("Email/query", query), ("Email/get", ids)], [("getMessageList", {"limit": _PAGE})])
    modern_screen: Calls = [
        ("Mailbox/get", {}),
        ("Email/query", {**query, **screen}),
        ("Email/get", ids),
        ("Thread/get", {"#ids": _result("Email/get", "/list/*/threadId")}),
        ("Email/get", {"#ids": _result("Thread/get", "/list/*/emailIds"), **listed}),
    ]
    fetched = {"fetchThreads": True, "fetchMessages": True, "fetchMessageProperties": _OLD_ROWS}
    yield "first screen", (modern_screen, [("getMailboxes", {}), ("getMessageList", {**screen, **fetched})])
    old_rows = ("getMessages", {"ids": emails, "properties": _OLD_ROWS})
    yield "50 list rows", ([("Email/get", {"ids": emails, **listed})], [old_rows])
    yield "threads", ([("Thread/get", {"ids": threads})], [("getThreads", {"ids": threads})])
    changed = ("Email/get", {"#ids": _result("Email/changes", "/updated"), **listed})
    updates = ("getMessageUpdates", {**since, "fetchRecords": True, "fetchRecordProperties": _OLD_ROWS})
    yield "30 updates", ([("Email/changes", since), changed], [updates])
    body = {"ids": emails[:1], "fetchTextBodyValues": True, "fetchHTMLBodyValues": True}
    old_body = {"ids": emails[:1], "properties": [*_OLD_ROWS, "body", "attachments"]}
    yield "one body", ([("Email/get", body)], [("getMessages", old_body)])
    yield "one flag", ([("Email/set", {"update": flag})], [("setMessages", {"update": old_flag})])


def _result(name: str, path: str) -> dict[str, str]:
    """A reference to the result of the call with that name."""
    return {"resultOf": name, "name": name, "path": path}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=".") as scratch:
        for each in measure(Path(scratch), _ROUNDS, print):
            cpu = each.older_cpu / each.modern_cpu
            print(f"{each.row:16} {each.older.p50 * 1e3:6.2f} ms, times modern {each.multiple:.2f}, of CPU {cpu:.2f}")
