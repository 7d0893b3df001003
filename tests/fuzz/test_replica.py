"""Clients that follow an account by /changes and /queryChanges alone hold what a full read gives, whatever happens.

Random changes are made; after each few of them a replica catches up page by page and every cached list is brought up
to date, and both are compared with the truth (RFC 8620 §5.2, §5.6).
"""

from itertools import count
from typing import Any

from hypothesis import strategies as st

from angarium.engine.access import Principal
from tests.attacks.ground import Ground
from tests.fuzz.conftest import Fuzz
from tests.fuzz.following import Replica
from tests.harness import Harness

KINDS = ("Email", "Mailbox", "Thread")
step = st.tuples(
    st.sampled_from(
        [
            "import",
            "import",
            "import",
            "bridge",
            "flag",
            "flag",
            "move",
            "destroy",
            "box",
            "unbox",
            "rename",
            "sync",
            "sync",
        ]
    ),
    st.integers(0, 1_000),
    st.integers(0, 1_000),
)


class Actor:
    """Makes changes, chosen by numbers."""

    def __init__(self, engine: Harness, user: Principal) -> None:
        self._engine = engine
        self._user = user
        self._numbers = count()

    def act(self, what: str, one: int, other: int) -> None:
        getattr(self, f"_{what}")(one, other)

    def _ids(self, kind: str) -> list[str]:
        given = self._engine.call(self._user, f"{kind}/get", {"ids": None, "properties": ["id"]})
        return [item["id"] for item in given["list"]]

    def _set(self, kind: str, **arguments: Any) -> None:
        self._engine.call(self._user, f"{kind}/set", arguments)

    def _import(self, one: int, other: int) -> None:
        self._file(f"<root{one % 5}@r>", one, other)

    def _bridge(self, one: int, other: int) -> None:
        self._file(f"<root{one % 5}@r> <root{other % 5}@r>", one, other)

    def _file(self, references: str, one: int, other: int) -> None:
        boxes, number = self._ids("Mailbox"), next(self._numbers)
        head = f"Subject: same\r\nMessage-ID: <{number}@r>\r\nReferences: {references}\r\n"
        message = f"{head}\r\nword{other % 5}\r\n".encode()
        inside = {boxes[one % len(boxes)]: True, boxes[other % len(boxes)]: True}
        given: dict[str, Any] = {"blobId": self._engine.upload(self._user, message), "mailboxIds": inside}
        given["receivedAt"] = f"2024-01-{other % 28 + 1:02}T00:00:00Z"
        given["keywords"] = {"$seen": True} if one % 3 else {}
        answer = self._engine.call(self._user, "Email/import", {"emails": {"a": given}})
        assert answer["created"], answer

    def _flag(self, one: int, other: int) -> None:
        for identifier in self._chosen("Email", one):
            keyword = ("$seen", "$flagged")[other % 2]
            self._set("Email", update={identifier: {f"keywords/{keyword}": True if other % 3 else None}})

    def _move(self, one: int, other: int) -> None:
        boxes = self._ids("Mailbox")
        for identifier in self._chosen("Email", one):
            self._set("Email", update={identifier: {"mailboxIds": {boxes[other % len(boxes)]: True}}})

    def _destroy(self, one: int, other: int) -> None:
        self._set("Email", destroy=self._chosen("Email", one))

    def _box(self, one: int, other: int) -> None:
        parents = [None, *self._ids("Mailbox")]
        parent = parents[one % len(parents)]
        self._set(
            "Mailbox", create={"a": {"name": f"box {next(self._numbers)}", "parentId": parent, "sortOrder": other}}
        )

    def _unbox(self, one: int, other: int) -> None:
        boxes = self._ids("Mailbox")
        if len(boxes) > 2:
            self._set("Mailbox", destroy=[boxes[1:][one % (len(boxes) - 1)]], onDestroyRemoveEmails=True)

    def _rename(self, one: int, other: int) -> None:
        for identifier in self._chosen("Mailbox", one):
            self._set("Mailbox", update={identifier: {"name": f"renamed {other}"}})

    def _chosen(self, kind: str, number: int) -> list[str]:
        ids = self._ids(kind)
        return [ids[number % len(ids)]] if ids else []


def queries(inbox: str) -> list[tuple[str, dict[str, Any]]]:
    newest = [{"property": "receivedAt", "isAscending": False}]
    unread = {"operator": "AND", "conditions": [{"inMailbox": inbox}, {"notKeyword": "$seen"}]}
    name = [{"property": "name"}]
    emails: list[dict[str, Any]] = [
        {"filter": {"inMailbox": inbox}, "sort": newest},
        {"filter": {"inMailbox": inbox}, "sort": newest, "collapseThreads": True},
        {"filter": unread, "sort": newest},
        {"filter": unread, "sort": newest, "collapseThreads": True},
        {"sort": [{"property": "receivedAt"}]},
        {"sort": newest, "collapseThreads": True},
        {"sort": [{"property": "hasKeyword", "keyword": "$flagged", "isAscending": False}, *newest]},
        {"sort": [{"property": "someInThreadHaveKeyword", "keyword": "$flagged"}, *newest], "collapseThreads": True},
        {"filter": {"someInThreadHaveKeyword": "$flagged"}, "sort": newest},
        {"filter": {"allInThreadHaveKeyword": "$seen"}, "sort": newest, "collapseThreads": True},
        {"filter": {"inMailboxOtherThan": [inbox]}, "sort": newest},
        {"filter": {"body": "word1"}, "sort": newest},
    ]
    mailboxes: list[dict[str, Any]] = [
        {"sort": name},
        {"filter": {"hasAnyRole": False}, "sort": [{"property": "sortOrder", "isAscending": False}, *name]},
        {"filter": {"parentId": inbox}, "sort": name},
        {"filter": {"name": "renamed"}},
    ]
    return [("Email", query) for query in emails] + [("Mailbox", query) for query in mailboxes]


def live(land: Ground, name: str, steps: list[tuple[str, int, int]]) -> None:
    """Act and follow, as the steps say, in an account of its own."""
    user = land.engine.user(name, ["inbox", "archive", "trash"])
    inbox = land.engine.call(user, "Mailbox/query", {"filter": {"role": "inbox"}})["ids"][0]
    account = land.engine.account(user)
    follower = Replica(land.engine, user, account, KINDS, queries(inbox))
    actor = Actor(land.engine, user)
    for what, one, other in steps:
        if what == "sync":
            follower.catch_up(one % 4 + 1)
        else:
            actor.act(what, one, other)
    follower.catch_up(500)


def test_a_replica_and_every_cached_list_equal_a_full_read(land: Ground, fuzz: Fuzz) -> None:
    names = count()
    fuzz(st.lists(step, max_size=30), lambda steps: live(land, f"follower{next(names)}", steps))


def test_counts_on_a_later_page_never_hide_a_rename_that_no_page_has_told(land: Ground) -> None:
    live(land, "renamer", [("rename", 0, 0), ("import", 0, 1), ("import", 0, 0), ("sync", 0, 0)])
