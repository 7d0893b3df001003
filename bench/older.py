"""What the dialect from before RFC 8620 adds to the time of modern calls that do the same: ``python -m bench.older``.

Only this one measurement may live here. Each pair asks for the same things over one connection, by turns; the lower
quartile of many rounds is told, since a busy machine only ever adds.
"""

import http.client
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from angarium.testing import Server, User

_MESSAGES = 60
_PAGE = 50
_ROUNDS = 300
_NEWEST = [{"property": "receivedAt", "isAscending": False}]
_ROWS = ["threadId", "mailboxIds", "hasAttachment", "from", "to", "subject", "size", "preview"]
_MODERN_ROWS = [*_ROWS, "keywords", "receivedAt"]
_OLD_ROWS = [*_ROWS, "isUnread", "isFlagged", "isAnswered", "isDraft", "date"]

Calls: TypeAlias = list[list[Any]]


def measure(rounds: int = _ROUNDS) -> Mapping[str, tuple[float, float]]:
    """Seconds of each row: of the modern calls, and of the older ones."""
    with Server() as server:
        ann = server.add_user("ann")
        for number in range(_MESSAGES):
            ann.add_message(subject=f"Letter {number}", text="words of a letter " * 20)
        for number in range(_PAGE):
            ann.add_card(name={"full": f"Friend {number}"})
        return {name: _timed(server, ann, pair, rounds) for name, pair in _pairs(ann).items()}


def _pairs(ann: User) -> dict[str, tuple[Calls, Calls]]:
    account = ann.call("Mailbox/get", {"ids": []})["accountId"]
    emails = ann.call("Email/query", {"sort": _NEWEST, "limit": _PAGE})["ids"]
    listed = ann.call("Email/get", {"ids": emails, "properties": ["threadId"]})["list"]
    threads = [each["threadId"] for each in listed]
    cards = ann.call("ContactCard/query", {})["ids"]

    def one(name: str, **arguments: Any) -> Calls:
        return [[name, {"accountId": account, **arguments}, "0"]]

    rows = {"#ids": {"resultOf": "0", "name": "Email/query", "path": "/ids"}, "properties": ["threadId"]}
    query = one("Email/query", sort=_NEWEST, limit=_PAGE, calculateTotal=True)
    flag, old_flag = {emails[0]: {"keywords/$flagged": True}}, {emails[0]: {"isFlagged": True}}
    return {
        "mailboxes": (one("Mailbox/get"), [["getMailboxes", {}, "0"]]),
        "list of 50": (
            [*query, ["Email/get", {"accountId": account, **rows}, "1"]],
            [["getMessageList", {"limit": _PAGE}, "0"]],
        ),
        "50 list rows": (
            one("Email/get", ids=emails, properties=_MODERN_ROWS),
            [["getMessages", {"ids": emails, "properties": _OLD_ROWS}, "0"]],
        ),
        "50 threads": (one("Thread/get", ids=threads), [["getThreads", {"ids": threads}, "0"]]),
        "one body": (
            one("Email/get", ids=emails[:1], fetchTextBodyValues=True, fetchHTMLBodyValues=True),
            [["getMessages", {"ids": emails[:1], "properties": [*_OLD_ROWS, "body", "attachments"]}, "0"]],
        ),
        "one flag": (
            one("Email/set", update=flag),
            [["setMessages", {"update": old_flag}, "0"]],
        ),
        "50 contacts": (one("ContactCard/get", ids=cards), [["getContacts", {"ids": cards}, "0"]]),
        "calendars": (one("Calendar/get"), [["getCalendars", {}, "0"]]),
    }


def _timed(server: Server, ann: User, pair: tuple[Calls, Calls], rounds: int) -> tuple[float, float]:
    parts = urlsplit(server.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    using = ["core", "mail", "contacts", "calendars"]
    modern = {"using": [f"urn:ietf:params:jmap:{each}" for each in using], "methodCalls": pair[0]}
    bodies = [json.dumps(body).encode() for body in (modern, pair[1])]
    taken: tuple[list[float], list[float]] = ([], [])
    try:
        for _ in range(rounds):
            for kept, body in zip(taken, bodies, strict=True):
                kept.append(_once(connection, ann, body))
    finally:
        connection.close()
    return _quartile(taken[0]), _quartile(taken[1])


def _once(connection: http.client.HTTPConnection, ann: User, body: bytes) -> float:
    headers = {"Authorization": ann.authorization, "Content-Type": "application/json"}
    began = time.perf_counter()
    connection.request("POST", "/jmap", body, headers)
    answer = connection.getresponse()
    content = answer.read()
    seconds = time.perf_counter() - began
    if answer.status != 200 or b'["error"' in content:
        raise RuntimeError(content[:500])
    return seconds


def _quartile(samples: Sequence[float]) -> float:
    return sorted(samples)[len(samples) // 4]


def main() -> None:
    """Print a row for each pair."""
    for name, (modern, older) in measure().items():
        print(f"{name:14} modern {modern * 1e6:7.0f} us   older {older * 1e6:7.0f} us   ratio {older / modern:.2f}")


if __name__ == "__main__":
    main()
