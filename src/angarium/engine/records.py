"""Reading and writing the objects of a type that is kept as plain records: all that most types need.

A type adds what is its own by functions: `indexes` says under which values a record is found, `texts` in which text,
`check` refuses what the shapes of single properties cannot see (a reference to nothing). `computed` are properties that
are not kept; `unique` are indexes of which only one record of the account may have a value; `per_user` are properties
that each user of a shared account has apart, with what one sees who never set them, and `inherited` those that begin as
the owner's. A `sparse` type leaves out properties that an object does not have, where others show null. `private` ones
(`engine.declare`) are not part of everything that an object has.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import cast

from angarium.engine.call import Call
from angarium.engine.declare import ABSENT, EVERYTHING, Absent, Found
from angarium.engine.errors import SetError, SetErrorType, invalid_properties
from angarium.formats import json
from angarium.formats.json import JSON
from angarium.formats.searchtext import prepare_columns
from angarium.store.contract import Indexes, IndexValue, Texts

_PER_USER = "(own)"
"""Where a record keeps the properties that users have apart: user to values. No property has this name."""

OWNER = ""
"""Stands for the owner of the account among its users, so an account can be filled before it has one."""


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
        computed: Mapping[str, Callable[[Call], JSON]] | None = None,
        per_user: Mapping[str, Callable[[Call], JSON]] | None = None,
        unique: Sequence[str] = (),
        inherited: Collection[str] = (),
        sparse: bool = False,
        private: Sequence[str] = (),
    ) -> None:
        self.kind = kind
        self._prefix = prefix
        self._indexes = indexes
        self._check = check
        self._texts = texts
        self._computed = computed or {}
        self._per_user = per_user or {}
        self._unique = unique
        self._inherited = frozenset(inherited)
        self._sparse = sparse
        self._private = frozenset(private)
        self._marks = [b'"%b"' % name.encode() for name in private]

    def count(self, call: Call) -> int:
        """How many there are."""
        return call.snapshot.records.count(call.account.key, self.kind)

    def read(self, call: Call, ids: Sequence[str] | None, properties: Sequence[str]) -> Found:
        """The records with these properties, or with everything as it is kept."""
        stored = call.snapshot.records.get(call.account.key, self.kind, ids)
        order = list(stored) if ids is None else [record for record in ids if record in stored]
        missing = [record for record in ids or () if record not in stored]
        if list(properties) == [EVERYTHING] and not (self._computed or self._per_user):
            whole = b"[%b]" % b",".join([_named(record, stored[record]) for record in order])
            if call.request.private or not any(mark in whole for mark in self._marks):
                return Found(whole, missing)
        found = [
            {"id": record, **self._shown(call, cast("dict[str, JSON]", json.loads(stored[record])), properties)}
            for record in order
        ]
        return Found(found, missing)

    def create(self, call: Call, value: dict[str, JSON]) -> dict[str, JSON]:
        """Keep a new record; tells its id and everything that its user sees of it."""
        self._check(call, None, value)
        kept = self._kept(call, {}, value)
        record = call.transaction.records.create(
            call.account.key,
            self.kind,
            self._prefix,
            json.dumps(kept),
            self._indexes(kept),
            self._prepared(kept),
        )
        self._claim(call, record, kept)
        return {**self._shown(call, kept, [EVERYTHING]), "id": record}

    def load(self, call: Call, record: str, names: Sequence[str]) -> dict[str, JSON] | None:
        """The current values."""
        value = self._value(call, record)
        return None if value is None else self._shown(call, value, names)

    def update(
        self, call: Call, record: str, old: dict[str, JSON], new: dict[str, JSON], names: Sequence[str]
    ) -> dict[str, JSON] | None:
        """Replace the values of `names`; one that `new` does not have goes."""
        del old
        before = self._value(call, record) or {}
        after = self._kept(call, before, {name: new.get(name, ABSENT) for name in names})
        self._check(call, record, after)
        changed = self._texts is not None and self._texts(after) != self._texts(before)
        call.transaction.records.update(
            call.account.key,
            self.kind,
            record,
            json.dumps(after),
            self._indexes(after),
            self._prepared(after) if changed else None,
        )
        self._claim(call, record, after)
        return None

    def destroy(self, call: Call, record: str) -> None:
        """Remove the record."""
        if self._value(call, record) is None:
            raise SetError(SetErrorType.NOT_FOUND, f"there is no {self.kind} '{record}'")
        call.transaction.records.destroy(call.account.key, self.kind, record)

    def _shown(self, call: Call, value: dict[str, JSON], names: Sequence[str]) -> dict[str, JSON]:
        """Properties of a record as the user of a call sees them."""
        shown: dict[str, JSON] = {}
        if list(names) == [EVERYTHING]:
            kept = (name for name in value if name != _PER_USER and name not in self._private)
            names = [*kept, *self._computed, *self._per_user]
        for name in names:
            if name in self._computed:
                shown[name] = self._computed[name](call)
            elif name in self._per_user:
                shown[name] = own(value, user_of(call)).get(name, self._per_user[name](call))
            elif name in self._inherited:
                shown[name] = own(value, user_of(call)).get(name, value.get(name))
            elif name in value or not self._sparse:
                shown[name] = value.get(name)
        return shown

    def _kept(self, call: Call, before: dict[str, JSON], values: "Mapping[str, JSON | Absent]") -> dict[str, JSON]:
        """What is kept of a record once these values are set, or gone."""
        if _PER_USER in values:
            raise invalid_properties(f"{_PER_USER}: no property may have this name", _PER_USER)
        apart = self._per_user.keys() | (self._inherited if before and user_of(call) else frozenset())
        shared = _replaced(before, {name: item for name, item in values.items() if name not in apart})
        if apart.isdisjoint(values):
            return shared
        return with_own(shared, user_of(call), {name: item for name, item in values.items() if name in apart})

    def _prepared(self, value: Mapping[str, JSON]) -> Texts | None:
        """The words that searching looks in."""
        return prepare_columns(self._texts(value)) if self._texts else None

    def _claim(self, call: Call, record: str, value: Mapping[str, JSON]) -> None:
        """SetError alreadyExists when another record has what only one may have."""
        entries = self._indexes(value) if self._unique else {}
        for index in self._unique:
            for entry in entries.get(index, ()):
                call.in_the_end(partial(self._check_alone, call, record, index, entry))

    def _check_alone(self, call: Call, record: str, index: str, entry: IndexValue) -> None:
        for other in call.transaction.records.find(call.account.key, self.kind, index, entry):
            if other != record:
                raise SetError(
                    SetErrorType.ALREADY_EXISTS,
                    f"another {self.kind} has this {index}",
                    again=True,
                    extra={"existingId": other},
                )

    def _value(self, call: Call, record: str) -> dict[str, JSON] | None:
        stored = call.snapshot.records.get(call.account.key, self.kind, [record]).get(record)
        return None if stored is None else cast("dict[str, JSON]", json.loads(stored))


def user_of(call: Call) -> str:
    """As whom a user of an account keeps what is the user's own."""
    return OWNER if call.account.personal else call.request.principal.id


def seen_by(user: str, value: Mapping[str, JSON]) -> dict[str, JSON]:
    """A stored record with what a user of `user_of` keeps apart, and without what others do."""
    return {**{name: item for name, item in value.items() if name != _PER_USER}, **own(value, user)}


def _replaced(before: Mapping[str, JSON], values: "Mapping[str, JSON | Absent]") -> dict[str, JSON]:
    after = dict(before)
    for name, value in values.items():
        if value is ABSENT:
            after.pop(name, None)
        else:
            after[name] = value
    return after


def own(value: Mapping[str, JSON], user: str) -> dict[str, JSON]:
    """What a user has apart in a stored value."""
    everyones = cast("dict[str, dict[str, JSON]]", value.get(_PER_USER, {}))
    return everyones.get(user, {})


def with_own(value: Mapping[str, JSON], user: str, values: "Mapping[str, JSON | Absent]") -> dict[str, JSON]:
    """A stored value with more, or less, of what a user has apart."""
    everyones = cast("dict[str, JSON]", value.get(_PER_USER, {}))
    return {**value, _PER_USER: {**everyones, user: _replaced(own(value, user), values)}}


def _named(record: str, value: bytes) -> bytes:
    """The JSON object of a record with its id."""
    return b'{"id":"%b"%b%b' % (record.encode(), b"" if value == b"{}" else b",", value[1:])
