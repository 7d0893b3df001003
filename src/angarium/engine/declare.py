"""How a data type is declared: properties, filters, sorts, and who reads, writes and searches its objects.

The six standard methods (RFC 8620 §5) are generic and driven by these declarations; a type brings a Reader, and where
it has them a Writer, a Querier and a Copier, which say only what is particular to it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

import orjson

from angarium.engine.access import AccountAccess, Principal
from angarium.engine.limits import COLLATIONS
from angarium.engine.shapes import Shape
from angarium.formats.json import JSON
from angarium.store.contract import (
    Changes,
    Comparison,
    Expression,
    Order,
    QueryChanges,
    QueryResult,
    StagedBlob,
    State,
    Window,
)

if TYPE_CHECKING:
    from angarium.engine.ahead import Preparation
    from angarium.engine.call import Call

Response: TypeAlias = dict[str, object]
"""Arguments of a method response: JSON values, in which already encoded parts stand as `orjson.Fragment`."""


class _Required(Enum):
    REQUIRED = "required"


REQUIRED: Final = _Required.REQUIRED
"""Stands where a default would: the value must be given."""


class Absent(Enum):
    """No value at all."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
"""Stands where a default would: an object without the value does not have the property at all."""

EVERYTHING: Final = "*"
"""Alone among the properties to read: all that an object has, in a type that declares it as what get returns."""


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a type.

    `default` is what a create without it gets; `references` names the type whose Ids the value holds (the value itself,
    the items of an array, or the names of a map), so that `#creationId` resolves in it. A `private` property is kept
    but no standard method shows or takes it; a `write_only` one is taken, and asking for it is forbidden.
    """

    name: str
    shape: Shape
    default: "JSON | _Required | Absent" = REQUIRED
    immutable: bool = False
    server_set: bool = False
    private: bool = False
    write_only: bool = False
    references: str | None = None


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a method; null counts as left out when `default` is null."""

    name: str
    shape: Shape
    default: "JSON | _Required" = None


def _as_given(value: JSON) -> JSON:
    return value


@dataclass(frozen=True, slots=True)
class Lookup:
    """How the store answers a filter over records: an index (a column of full text for WORDS) and how it compares.

    `value` turns what the client gives into what the index holds.
    """

    index: str
    comparison: Comparison = Comparison.EQUAL
    value: Callable[[JSON], JSON] = _as_given


Meaning: TypeAlias = "Callable[[Call, JSON], Expression]"
"""What a filter over records means in terms of indexes, where one Lookup does not say it."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One property of a FilterCondition; with a `lookup` it needs nothing more, given `engine.queries`."""

    name: str
    shape: Shape
    lookup: "Lookup | Meaning | None" = None


@dataclass(frozen=True, slots=True)
class Sort:
    """One property that Comparators may name.

    `keyword` says that the Comparator takes a keyword (RFC 8621 §4.4.2); `collations` are those that the Querier obeys,
    where text is compared. `index` is that of the records, when its name is another. A `private` one is for callers
    inside the process only (`RequestContext.private`).
    """

    name: str
    keyword: bool = False
    collations: tuple[str, ...] = COLLATIONS
    index: str | None = None
    private: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Objects in the order asked, as values or as one encoded JSON array, and the ids that name nothing."""

    objects: Sequence[Mapping[str, object]] | bytes
    not_found: list[str]


class Reader(Protocol):
    """How objects of a type are read."""

    def count(self, call: "Call") -> int:
        """How many objects the account holds: `ids: null` asks for all of them."""
        ...

    def read(self, call: "Call", ids: Sequence[str] | None, properties: Sequence[str]) -> Found:
        """Objects with `id` and exactly these properties (which never name `id`).

        More arguments of the method are in `call.arguments`. Malformed ids are simply not found.
        """
        ...


class Writer(Protocol):
    """How objects of a type are made, changed and destroyed; each raises SetError to refuse one object."""

    def create(self, call: "Call", value: dict[str, JSON]) -> dict[str, JSON]:
        """Make an object of checked properties (defaults filled in, references resolved).

        Returns `id` and every property that the client did not give or that the server changed; what equals the value
        given is left out of the response by the caller.
        """
        ...

    def load(self, call: "Call", record: str, names: Sequence[str]) -> dict[str, JSON] | None:
        """The current values of these properties as a patch sees them; None when there is no such object."""
        ...

    def update(
        self, call: "Call", record: str, old: dict[str, JSON], new: dict[str, JSON], names: Sequence[str]
    ) -> dict[str, JSON] | None:
        """Change `names` from `old` to `new` (both as `load` gave them); returns what the server changed beyond."""
        ...

    def destroy(self, call: "Call", record: str) -> None:
        """Remove an object; SetError `notFound` when there is none."""
        ...


class Querier(Protocol):
    """How objects of a type are found."""

    def query(self, call: "Call", filter_: Expression | None, sort: tuple[Order, ...], window: Window) -> QueryResult:
        """One window of the result; raises AnchorNotFound."""
        ...

    def can_calculate(self, call: "Call", filter_: Expression | None, sort: tuple[Order, ...]) -> bool:
        """Whether queryChanges will answer for this query."""
        ...

    def query_changes(
        self,
        call: "Call",
        filter_: Expression | None,
        sort: tuple[Order, ...],
        since: State,
        up_to: str | None,
        limit: int | None,
        total: bool,
    ) -> QueryChanges | None:
        """What changed since a state; None when more than `limit`; raises CannotCalculateChanges."""
        ...


class Copier(Protocol):
    """How an object comes over from another account (RFC 8620 §5.4)."""

    def copy(self, call: "Call", source: "Call", record: str, overrides: dict[str, JSON]) -> dict[str, JSON]:
        """Make a copy with some properties changed; returns as Writer.create does. SetError to refuse."""
        ...


class Access(IntEnum):
    """What a method needs of the store, in order; a pure one touches none and runs on the serving thread."""

    PURE = 0
    READ = 1
    WRITE = 2


class Prepared(Protocol):
    """An object of which much was made before the request had the writer."""

    @property
    def weight(self) -> int:
        """Octets of memory that it takes, about."""
        ...

    def create(self, call: "Call", value: dict[str, JSON]) -> dict[str, JSON]:
        """Make the object as Writer.create does; what does not hold any more is made anew."""
        ...


class Preparer(Protocol):
    """How objects of a type are prepared: what of Writer.create takes long and needs no writer."""

    def takes_long(self, creates: Mapping[str, JSON]) -> bool:
        """Whether the few objects to create, which nobody has checked yet, are worth the way to another thread."""
        ...

    def prepare(self, call: "Call", value: dict[str, JSON], receive: Callable[[bytes], StagedBlob]) -> Prepared:
        """What an object of these properties is made from, for a call that only reads; raises SetError.

        `value` is as given, but checked, without the properties that refer to other objects. `receive` takes what is
        to become a blob.
        """
        ...


Ahead: TypeAlias = "Callable[[Principal, Mapping[str, JSON]], Callable[[Call, Preparation], None] | None]"
"""What a method that writes may do before it has the writer, for arguments that nobody has checked yet, if anything.

The call that it is done for has a snapshot and its arguments checked.
"""


@dataclass(frozen=True, slots=True)
class Method:
    """One method: how its arguments are checked and what runs it.

    `account` says that it takes `accountId`; it then runs with `call.account` set, and a WRITE method is refused with
    accountReadOnly where the user may only read. `arguments` None takes anything. `ahead` gives work that `run` would
    do again, or None: nobody waits for the writer meanwhile.
    """

    name: str
    capability: str
    access: Access
    run: "Callable[[Call], Response]"
    arguments: tuple[Argument, ...] | None = ()
    account: bool = True
    ahead: "Ahead | None" = None
    brief: bool = False


@dataclass(frozen=True, slots=True)
class DataType:
    """A type of object and everything that the standard methods need to know of it.

    An `open` type keeps properties that nobody declared; one that `forgets_nulls` takes a null of a new object for a
    property that was left out. `before_set` runs before the objects of a /set are changed; what it returns, if
    anything, takes the response after, to change more and to tell of it. `heard` makes of changes since a
    state what the user may hear of them, where that is not everything. Of a `brief` type an object is written in a
    moment, which a hasty request does not exceed. `ahead` is that of its methods `set` and `copy`.
    `account` false says that its objects are the user's own and in no account: get and set know neither `accountId` nor
    states (RFC 8620 §7.2).
    """

    name: str
    capability: str
    properties: tuple[Property, ...]
    reader: Reader
    writer: Writer | None = None
    querier: Querier | None = None
    copier: Copier | None = None
    changes: bool = True
    filters: tuple[Filter, ...] = ()
    sorts: tuple[Sort, ...] = ()
    default_properties: tuple[str, ...] | None = None
    more_properties: Callable[[str], bool] | None = None
    arguments: Mapping[str, tuple[Argument, ...]] = field(default_factory=dict)
    ahead: Mapping[str, Ahead] = field(default_factory=dict)
    before_set: "Callable[[Call], Callable[[Response], None] | None] | None" = None
    changes_extra: "Callable[[Call, bool], Response] | None" = None
    heard: "Callable[[Call, State, Changes], Changes] | None" = None
    singleton: bool = False
    open: bool = False
    forgets_nulls: bool = False
    brief: bool = False
    account: bool = True
    shown: Mapping[str, Property] = field(init=False, repr=False)
    """The properties that clients may name."""
    hidden: Mapping[str, Property] = field(init=False, repr=False)
    """The private ones, which callers inside the process may name (`RequestContext.private`)."""

    def __post_init__(self) -> None:
        shown = {known.name: known for known in self.properties if not known.private}
        object.__setattr__(self, "shown", shown)
        object.__setattr__(self, "hidden", {known.name: known for known in self.properties if known.private})

    def property(self, name: str, private: bool = False) -> Property | None:
        """The declaration of a property that clients may name, or with `private` anyone."""
        return self.shown.get(name) or (self.hidden.get(name) if private else None)


@dataclass(frozen=True, slots=True)
class Capability:
    """A capability URN with its objects in the Session: for the server, and for each account as a user may use it."""

    urn: str
    session: Mapping[str, JSON] = field(default_factory=dict)
    account: Callable[[AccountAccess], dict[str, JSON]] = lambda _account: {}
    in_accounts: bool = True


def encoded(array: bytes) -> orjson.Fragment:
    """Already encoded JSON as a part of a response."""
    return orjson.Fragment(array)
