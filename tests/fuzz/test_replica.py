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
from tests.harness import Harness

PROPERTIES = ["threadId", "mailboxIds", "keywords"]
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


class Follower:
    """A replica of an account, and lists that were asked for once."""

    def __init__(self, engine: Harness, user: Principal, queries: list[tuple[str, dict[str, Any]]]) -> None:
        self._engine = engine
        self._user = user
        self._queries = queries
        self._objects: dict[str, dict[str, Any]] = {}
        self._states: dict[str, str] = {}
        for kind in KINDS:
            given = self._call(f"{kind}/get", {"ids": None, **self._wanted(kind)})
            self._objects[kind] = {item["id"]: item for item in given["list"]}
            self._states[kind] = given["state"]
        self._lists = [self._call(f"{kind}/query", query) for kind, query in queries]

    def _call(self, method: str, arguments: dict[str, Any]) -> Any:
        return self._engine.call(self._user, method, arguments)

    @staticmethod
    def _wanted(kind: str) -> dict[str, Any]:
        return {"properties": PROPERTIES} if kind == "Email" else {}

    def catch_up(self, page: int) -> None:
        """Ask for what changed, in pages of so many, and compare with the truth."""
        for kind in KINDS:
            self._follow(kind, page)
            truth = self._call(f"{kind}/get", {"ids": None, **self._wanted(kind)})
            assert self._objects[kind] == {item["id"]: item for item in truth["list"]}, kind
            assert self._states[kind] == truth["state"], kind
        for index, (kind, query) in enumerate(self._queries):
            self._refresh(index, kind, query)

    def _follow(self, kind: str, page: int) -> None:
        held, more = self._objects[kind], True
        while more:
            given = self._call(f"{kind}/changes", {"sinceState": self._states[kind], "maxChanges": page})
            assert len(given["created"]) + len(given["updated"]) + len(given["destroyed"]) <= page
            assert not set(given["created"]) & held.keys()
            assert set(given["updated"]) <= held.keys()
            ids = given["created"] + given["updated"]
            only = given.get("updatedProperties")
            partial = only is not None and not given["created"]
            wanted = {"properties": only} if partial else self._wanted(kind)
            for item in self._call(f"{kind}/get", {"ids": ids, **wanted})["list"]:
                held[item["id"]] = {**held[item["id"]], **item} if partial else item
            for identifier in given["destroyed"]:
                held.pop(identifier, None)
            self._states[kind], more = given["newState"], given["hasMoreChanges"]

    def _refresh(self, index: int, kind: str, query: dict[str, Any]) -> None:
        old, fresh = self._lists[index], self._call(f"{kind}/query", query)
        arguments = {**query, "sinceQueryState": old["queryState"], "calculateTotal": True}
        (name, given), *_ = self._engine.responses(self._user, (f"{kind}/queryChanges", arguments))
        if not old["canCalculateChanges"]:
            assert (name, given["type"]) == ("error", "cannotCalculateChanges")
        else:
            assert name != "error", (query, given)
            removed = set(given["removed"])
            ids = [identifier for identifier in old["ids"] if identifier not in removed]
            for added in given["added"]:
                ids.insert(added["index"], added["id"])
            assert ids == fresh["ids"], query
            assert given["total"] == len(ids)
            assert given["newQueryState"] == fresh["queryState"]
        self._lists[index] = fresh


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
    follower, actor = Follower(land.engine, user, queries(inbox)), Actor(land.engine, user)
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
