"""A filter as a tree that names fields and values, and an order; the store compiles both, nobody else writes SQL.

The engine builds the tree from a JMAP filter (RFC 8620 §5.5): a FilterCondition with several properties becomes `All`
of its terms. `Term.name` is the filter's declared name (`inMailbox`), `Term.value` its validated JSON value.
"""

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from angarium.formats.json import JSON


class Comparison(Enum):
    """How a term of a record query compares the values of an index with its own.

    One value that compares is enough. With EQUAL a list means any of its items. CONTAINS looks for a part of a text,
    octet by octet. WORDS searches full text as people type it into a search box.
    """

    EQUAL = "="
    BELOW = "<"
    UP_TO = "<="
    ABOVE = ">"
    FROM = ">="
    CONTAINS = "contains"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Term:
    """One condition.

    For records `name` is that of an index, or with WORDS that of a column of full text ("" for all of them); for
    messages it is a filter of RFC 8621 §4.4.1, which says itself how it compares.
    """

    name: str
    value: JSON
    comparison: Comparison = Comparison.EQUAL


@dataclass(frozen=True, slots=True)
class All:
    """Every part must match; no parts match everything."""

    parts: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part must match; no parts match nothing."""

    parts: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Neither:
    """No part may match (the operator NOT of RFC 8620 §5.5)."""

    parts: "tuple[Expression, ...]"


Expression: TypeAlias = Term | All | Either | Neither


@dataclass(frozen=True, slots=True)
class Order:
    """One Comparator: the property, its direction, and the keyword that some Email sorts take."""

    property: str
    ascending: bool = True
    collation: str | None = None
    keyword: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a result is wanted (RFC 8620 §5.5).

    With an `anchor`, `position` is ignored. A negative position counts from the end. `limit` None means all.
    """

    position: int = 0
    anchor: str | None = None
    anchor_offset: int = 0
    limit: int | None = None
    total: bool = False


@dataclass(frozen=True, slots=True)
class QueryResult:
    """Ids of the window in order, the position of the first, and the total when it was asked for."""

    ids: list[str]
    position: int
    total: int | None


@dataclass(frozen=True, slots=True)
class QueryChanges:
    """The answer to `/queryChanges` (RFC 8620 §5.6); `added` holds (id, index) sorted by index."""

    removed: list[str]
    added: list[tuple[str, int]]
    total: int | None
