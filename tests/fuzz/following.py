"""Replicas of an account: clients that read it once and from then on know it by /changes and /queryChanges alone.

Which types and queries there are comes from the declarations, so a new type, filter or sort is followed or fails.
"""

import random
from typing import Any

from angarium.engine.access import Principal
from tests.harness import Harness

Query = tuple[str, dict[str, Any]]

PROPERTIES = {"Email": ["threadId", "mailboxIds", "keywords"]}
"""What is read of a type that has more than anybody can compare quickly."""


def kinds(engine: Harness) -> tuple[str, ...]:
    """Every type that tells its changes."""
    methods = engine.registry.methods
    return tuple(name for name in engine.registry.types if f"{name}/changes" in methods)


class Replica:
    """What one client holds of an account: all objects of some types, and lists that were asked for once."""

    def __init__(
        self,
        engine: Harness,
        user: Principal,
        account: str,
        kinds: tuple[str, ...],
        queries: list[Query],
        sees_all: bool = True,
    ) -> None:
        self._engine = engine
        self._user = user
        self._account = account
        self._kinds = kinds
        self._queries = queries
        self._sees_all = sees_all
        self._objects: dict[str, dict[str, Any]] = {}
        self._states: dict[str, str] = {}
        for kind in kinds:
            given = self.call(f"{kind}/get", {"ids": None, **_wanted(kind)})
            self._objects[kind] = {item["id"]: item for item in given["list"]}
            self._states[kind] = given["state"]
        self._lists = [self.call(f"{kind}/query", query) for kind, query in queries]
        self.compared = 0

    def call(self, method: str, arguments: dict[str, Any]) -> Any:
        """The answer to a call in the account that is followed."""
        return self._engine.call(self._user, method, {"accountId": self._account, **arguments})

    def catch_up(self, page: int, lists: int | None = None, chance: random.Random | None = None) -> None:
        """Ask for what changed, in pages of so many; of the lists only for some if told."""
        for kind in self._kinds:
            self._follow(kind, page)
        for index in chance.sample(range(len(self._queries)), lists) if chance and lists else range(len(self._queries)):
            self._refresh(index)

    def compare(self) -> None:
        """What is held is what full reads give, now that nothing changed since it was asked for."""
        for kind in self._kinds:
            truth = self.call(f"{kind}/get", {"ids": None, **_wanted(kind)})
            held, there = self._objects[kind], {item["id"]: item for item in truth["list"]}
            unlike = {name for name in held.keys() | there.keys() if held.get(name) != there.get(name)}
            assert not unlike, (kind, [(held.get(name), there.get(name)) for name in sorted(unlike)])
            assert self._states[kind] == truth["state"], kind
            self.compared += len(held)
        for (kind, query), held_list in zip(self._queries, self._lists, strict=True):
            fresh = self.call(f"{kind}/query", query)
            # A list that cannot be told changes of is asked for anew, so any state of it will do.
            shown = ("ids", "queryState") if held_list["canCalculateChanges"] else ("ids",)
            assert [held_list[name] for name in shown] == [fresh[name] for name in shown], (kind, query)
            self.compared += 1

    def _follow(self, kind: str, page: int) -> None:
        held, more = self._objects[kind], True
        while more:
            given = self.call(f"{kind}/changes", {"sinceState": self._states[kind], "maxChanges": page})
            assert len(given["created"]) + len(given["updated"]) + len(given["destroyed"]) <= page
            assert not set(given["created"]) & held.keys(), (kind, given)
            # What comes into the sight of a guest is told as updated: when it was out of it is nowhere kept.
            assert not self._sees_all or set(given["updated"]) <= held.keys(), (kind, given)
            ids = given["created"] + given["updated"]
            only = given.get("updatedProperties")
            partial = only is not None and not given["created"]
            wanted = {"properties": only} if partial else _wanted(kind)
            for item in self.call(f"{kind}/get", {"ids": ids, **wanted})["list"]:
                held[item["id"]] = {**held[item["id"]], **item} if partial else item
            for identifier in given["destroyed"]:
                held.pop(identifier, None)
            self._states[kind], more = given["newState"], given["hasMoreChanges"]

    def _refresh(self, index: int) -> None:
        kind, query = self._queries[index]
        old = self._lists[index]
        arguments = {"accountId": self._account, **query, "sinceQueryState": old["queryState"], "calculateTotal": True}
        (name, given), *_ = self._engine.responses(self._user, (f"{kind}/queryChanges", arguments))
        if not old["canCalculateChanges"]:
            assert (name, given["type"]) == ("error", "cannotCalculateChanges"), (kind, query, given)
            self._lists[index] = self.call(f"{kind}/query", query)
            return
        assert name != "error", (kind, query, given)
        removed = set(given["removed"])
        ids = [identifier for identifier in old["ids"] if identifier not in removed]
        for added in given["added"]:
            ids.insert(added["index"], added["id"])
        assert given["total"] == len(ids), (kind, query)
        self._lists[index] = {**old, "ids": ids, "queryState": given["newQueryState"]}


def _wanted(kind: str) -> dict[str, Any]:
    return {"properties": PROPERTIES[kind]} if kind in PROPERTIES else {}
