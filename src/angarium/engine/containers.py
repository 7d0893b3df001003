"""Objects that hold others, as calendars hold events: how they are kept, and how clients change them.

What is in one container may be in others too, one container of an account is its default (`engine.defaults`), and
accounts are shared as a whole, never single containers (RFC 9610 §2, §3, JMAP calendars §4, §5).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from angarium.engine.call import Call
from angarium.engine.defaults import Defaults
from angarium.engine.errors import SetError, SetErrorType
from angarium.engine.records import OWNER, RecordObjects, seen_by, with_own
from angarium.engine.shapes import fitted
from angarium.formats.json import JSON, dumps, loads
from angarium.formats.primitives import format_utc
from angarium.store.contract import AccountKey, Indexes, Records, Transaction

LONGEST_NAME: Final = 255
"""Octets of UTF-8."""

LONGEST_DESCRIPTION: Final = 10_000
"""Octets of UTF-8."""


@dataclass(frozen=True, slots=True)
class Contents:
    """How objects of a kind are in containers of another kind.

    `property` is the set of containers that an object is in, `index` finds the objects in one, `indexes` are all those
    of an object, and `changed` is the property with the time when it last was, if leaving a container is a change.
    """

    kind: str
    container: str
    property: str
    index: str
    indexes: Callable[[Mapping[str, JSON]], Indexes]
    changed: str | None = None

    def held(self, records: Records, account: AccountKey, container: str) -> list[str]:
        """The objects in a container."""
        return records.find(account, self.kind, self.index, container)

    def leave(self, transaction: Transaction, account: AccountKey, container: str, now: int) -> None:
        """Take everything out of a container; what is in no other is destroyed. `now` in epoch milliseconds."""
        records = transaction.records
        for record in self.held(records, account, container):
            (value,) = records.get(account, self.kind, [record]).values()
            found = cast("dict[str, JSON]", loads(value))
            rest = {other: True for other in cast("dict[str, JSON]", found[self.property]) if other != container}
            if not rest:
                records.destroy(account, self.kind, record)
                continue
            stamp: dict[str, JSON] = {self.changed: format_utc(now)} if self.changed else {}
            after = {**found, self.property: cast(JSON, rest), **stamp}
            records.update(account, self.kind, record, dumps(after), self.indexes(after))

    def misplaced(self, call: Call, value: Mapping[str, JSON], before: Mapping[str, JSON]) -> list[tuple[str, str]]:
        """What is wrong with the containers of an object, each with its path; those it was in are right."""
        wanted = value.get(self.property)
        if before and wanted == before.get(self.property):
            return []
        if not isinstance(wanted, dict) or not wanted:
            return [(self.property, f"{self.property}: must name at least one {self.container}")]
        known = call.snapshot.records.get(call.account.key, self.container, list(wanted))
        return [
            (f"{self.property}/{container}", f"{self.property}: there is no {self.container} '{container}'")
            for container in wanted
            if container not in known
        ]


class Containers:
    """The containers of one kind, for whoever needs one unasked by a client: new accounts, imports, exports.

    `first` is the name of the one that every account begins with, `new` what one has unless it is told otherwise, and
    `per_user` are the properties that each user of a shared account has apart.
    """

    def __init__(
        self,
        kind: str,
        prefix: str,
        indexes: Callable[[Mapping[str, JSON]], Indexes],
        contents: Contents,
        first: str,
        new: Mapping[str, JSON],
        per_user: Collection[str],
    ) -> None:
        self.kind = kind
        self.prefix = prefix
        self.indexes = indexes
        self.contents = contents
        self.defaults = Defaults(kind, indexes)
        self._first = first
        self._new = new
        self._per_user = frozenset(per_user)

    def fitting(self, name: str) -> str:
        """A name that a container may have: controls are replaced, what is too long is cut."""
        return fitted(name, LONGEST_NAME) or self._first

    def every(self, records: Records, account: AccountKey) -> dict[str, dict[str, JSON]]:
        """All of an account as the owner sees them, in order of creation; properties never set are left out."""
        return self.decoded(records.get(account, self.kind))

    def decoded(self, stored: Mapping[str, bytes]) -> dict[str, dict[str, JSON]]:
        """Containers as the owner sees them, in their stored JSON."""
        return {record: seen_by(OWNER, cast("dict[str, JSON]", loads(value))) for record, value in stored.items()}

    def default(self, transaction: Transaction, account: AccountKey) -> str:
        """The default one, made when there is none."""
        found = self.defaults.current(transaction.records, account)
        return found or self.create(transaction, account, self._first)

    def create(self, transaction: Transaction, account: AccountKey, name: str, **more: JSON) -> str:
        """A new one of the owner, the default one when there is none yet; its id."""
        is_default = self.defaults.current(transaction.records, account) is None
        value = self._owned({"name": name, **self._new, **more, "isDefault": is_default})
        return transaction.records.create(account, self.kind, self.prefix, dumps(value), self.indexes(value))

    def change(self, transaction: Transaction, account: AccountKey, record: str, values: Mapping[str, JSON]) -> None:
        """Change one that exists, as its owner would."""
        (stored,) = transaction.records.get(account, self.kind, [record]).values()
        before = cast("dict[str, JSON]", loads(stored))
        after = self._owned({**before, **values})
        if after != before:
            transaction.records.update(account, self.kind, record, dumps(after), self.indexes(after))

    def begin(self, transaction: Transaction, account: AccountKey) -> None:
        """Give the account its first one, unless it ever had one."""
        if not transaction.state(account, self.kind):
            self.create(transaction, account, self._first)

    def _owned(self, value: Mapping[str, JSON]) -> dict[str, JSON]:
        """A stored value in which what each user has apart is set for the owner."""
        shared = {name: item for name, item in value.items() if name not in self._per_user}
        own = {name: item for name, item in value.items() if name in self._per_user}
        return with_own(shared, OWNER, own) if own else shared


def _accept(_call: Call, _record: str | None, _given: Mapping[str, JSON]) -> None:
    return None


class ContainerWriter:
    """Creates, changes and destroys containers.

    `emptying` is the argument of set by which one goes together with what it holds, `refusal` what it meets without;
    `check` looks at what is given of a new one, or of one that has an id.
    """

    def __init__(
        self,
        objects: RecordObjects,
        containers: Containers,
        emptying: str,
        refusal: SetErrorType,
        check: Callable[[Call, str | None, Mapping[str, JSON]], None] = _accept,
    ) -> None:
        self._objects = objects
        self._containers = containers
        self._emptying = emptying
        self._refusal = refusal
        self._check = check

    def create(self, call: Call, value: dict[str, JSON]) -> dict[str, JSON]:
        """Make a container; it is the default one when there is no other."""
        self._check(call, None, value)
        is_default = self._containers.defaults.current(call.transaction.records, call.account.key) is None
        return self._objects.create(call, {**value, "isDefault": is_default})

    def load(self, call: Call, record: str, names: Sequence[str]) -> dict[str, JSON] | None:
        """The current values."""
        return self._objects.load(call, record, names)

    def update(
        self, call: Call, record: str, old: dict[str, JSON], new: dict[str, JSON], names: Sequence[str]
    ) -> dict[str, JSON] | None:
        """Change a container."""
        self._check(call, record, {name: new.get(name) for name in names})
        return self._objects.update(call, record, old, new, names)

    def destroy(self, call: Call, record: str) -> None:
        """Remove a container, and what it holds when the client says so."""
        account, contents = call.account.key, self._containers.contents
        if contents.held(call.transaction.records, account, record) and not call.flag(self._emptying):
            raise SetError(self._refusal, f"it is not empty; with {self._emptying} what it holds goes with it")
        contents.leave(call.transaction, account, record, call.request.now)
        self._objects.destroy(call, record)


def check_shared(_call: Call, _record: str | None, value: Mapping[str, JSON]) -> None:
    """SetError forbidden for whoever would share a single container."""
    if value.get("shareWith") is not None:
        raise SetError(SetErrorType.FORBIDDEN, "shareWith: you may not share this; accounts are shared as a whole")
