"""Reading and writing the objects of a type that is kept as plain records: all that most types need.

A type adds what is its own by functions: `indexes` says under which values a record is found, `texts` in which words,
`check` refuses what the shapes of single properties cannot see (a name used twice, a reference to nothing).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import cast

from angarium.engine.call import Call
from angarium.engine.declare import Found
from angarium.engine.errors import SetError, SetErrorType
from angarium.formats import json
from angarium.formats.json import JSON
from angarium.store.contract import Indexes, Texts


def _no_indexes(_value: Mapping[str, JSON]) -> Indexes:
    return {}


def _accept(_call: Call, _record: str | None, _value: Mapping[str, JSON]) -> None:
    return None


class RecordObjects:
    """Reader and Writer of the records of one kind (see `engine.declare`)."""

    def __init__(
        self,
        kind: str,
        prefix: str,
        indexes: Callable[[Mapping[str, JSON]], Indexes] = _no_indexes,
        check: Callable[[Call, str | None, Mapping[str, JSON]], None] = _accept,
        texts: Callable[[Mapping[str, JSON]], Texts] | None = None,
    ) -> None:
        self.kind = kind
        self._prefix = prefix
        self._indexes = indexes
        self._check = check
        self._texts = texts

    def count(self, call: Call) -> int:
        """How many there are."""
        return call.snapshot.records.count(call.account.key, self.kind)

    def read(self, call: Call, ids: Sequence[str] | None, properties: Sequence[str]) -> Found:
        """The records with these properties; one that a record does not have is null."""
        stored = call.snapshot.records.get(call.account.key, self.kind, ids)
        found: list[dict[str, JSON]] = []
        for record in stored if ids is None else (item for item in ids if item in stored):
            value = cast("dict[str, JSON]", json.loads(stored[record]))
            found.append({"id": record, **{name: value.get(name) for name in properties}})
        return Found(found, [item for item in ids or () if item not in stored])

    def create(self, call: Call, value: dict[str, JSON]) -> dict[str, JSON]:
        """Keep a new record; tells its id and the values that came from defaults."""
        self._check(call, None, value)
        record = call.transaction.records.create(
            call.account.key,
            self.kind,
            self._prefix,
            json.dumps(value),
            self._indexes(value),
            self._texts(value) if self._texts else None,
        )
        return {**value, "id": record}

    def load(self, call: Call, record: str, names: Sequence[str]) -> dict[str, JSON] | None:
        """The current values."""
        value = self._value(call, record)
        return None if value is None else {name: value.get(name) for name in names}

    def update(
        self, call: Call, record: str, old: dict[str, JSON], new: dict[str, JSON], names: Sequence[str]
    ) -> dict[str, JSON] | None:
        """Replace the values of `names`."""
        del old
        before = self._value(call, record) or {}
        value = before | {name: new[name] for name in names}
        self._check(call, record, value)
        texts = self._texts(value) if self._texts else None
        if self._texts and texts == self._texts(before):
            texts = None
        call.transaction.records.update(
            call.account.key, self.kind, record, json.dumps(value), self._indexes(value), texts
        )
        return None

    def destroy(self, call: Call, record: str) -> None:
        """Remove the record."""
        if self._value(call, record) is None:
            raise SetError(SetErrorType.NOT_FOUND, f"there is no {self.kind} '{record}'")
        call.transaction.records.destroy(call.account.key, self.kind, record)

    def _value(self, call: Call, record: str) -> dict[str, JSON] | None:
        stored = call.snapshot.records.get(call.account.key, self.kind, [record]).get(record)
        return None if stored is None else cast("dict[str, JSON]", json.loads(stored))
