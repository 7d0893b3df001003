"""One query over records compiled: where to begin, what to check, what to order by (RFC 8620 §5.5).

A query begins at the shortest list that must hold its results: what a text or an entry of an index finds. When there
is no short one it walks the index that it sorts by, in order, and stops when the window is full. Each statement gives
one row of assembled text, so that nothing is done for each record outside of the engine.
"""

# ruff: noqa: S608 (SQL is made of our own names, values are bound)

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Final

import apsw
import orjson

from angarium.formats.collation import SEPARATOR
from angarium.store.contract import Comparison, Expression, Order, Term
from angarium.store.sqlite.recordterms import OF_KIND, TRUE, Bindings, Value, conjunction, listed, where

SHORT: Final = 1_000
"""Entries of an index that are looked up and sorted sooner than the index in order is walked."""

TEXT_LENGTH: Final = 100
"""How long a list that a text finds is taken to be: to count it costs as much as to read it."""

_ALL: Final = -1
_RAW: Final = f"substr({{value}}, instr({{value}}, char({ord(SEPARATOR)})) + 1)"
_COLLATIONS: Final[Mapping[str | None, str]] = {
    None: "{value}",
    "i;unicode-casemap": "{value}",
    "i;octet": _RAW,
    "i;ascii-casemap": f"upper({_RAW})",  # that of SQLite knows the letters of ASCII only
}


class RecordSelection:
    """The records that a query selects, in its order; valid within one snapshot."""

    def __init__(
        self, connection: apsw.Connection, account: int, kind: str, filter_: Expression | None, sort: Sequence[Order]
    ) -> None:
        self._connection = connection
        self._bindings = Bindings(connection, account, kind)
        self._parts = list(conjunction(filter_))
        self._sort = sort
        source = self._shortest()
        rest = [part for part in self._parts if part is not source]
        self._conditions = [where(part, self._bindings) for part in rest]
        self._from, self._keys = self._source(source)

    def total(self) -> int:
        """How many records there are in all."""
        number: int = self._connection.execute(
            f"SELECT count(*) FROM {self._from} WHERE {self._where()}", self._bindings.values
        ).get
        return number

    def page(self, start: int, limit: int | None) -> list[str]:
        """Ids from a position on."""
        if limit == 0:
            return []
        rows = (
            f"SELECT r.id AS id FROM {self._from} WHERE {self._where()} ORDER BY {self._order()} "
            "LIMIT :limit OFFSET :start"
        )
        # A kind has one letter, so the records themselves need not be read for their ids.
        text: str | None = self._connection.execute(
            f"SELECT group_concat((SELECT substr(name, 1, 1) FROM record x WHERE {OF_KIND} LIMIT 1) || id, ' ') "
            f"FROM ({rows})",
            {**self._bindings.values, "start": start, "limit": _ALL if limit is None else limit},
        ).get
        return text.split(" ") if text else []

    def places(self, numbers: Sequence[int]) -> list[tuple[int, int]]:
        """Those of the records that are among the results, with their index, in order of index."""
        if not numbers:
            return []
        values: dict[str, Value] = {**self._bindings.values, "wanted": orjson.dumps(list(numbers)).decode()}
        text: str = self._connection.execute(
            "SELECT json_group_array(json_array(id, place)) FROM "
            f"(SELECT r.id AS id, row_number() OVER (ORDER BY {self._order()}) - 1 AS place "
            f"FROM {self._from} WHERE {self._where()}) WHERE id IN (SELECT value FROM json_each(:wanted))",
            values,
        ).get
        return sorted(((number, place) for number, place in orjson.loads(text)), key=itemgetter(1))

    def _shortest(self) -> Term | None:
        """The part whose list is the shortest; None when none of them is short."""
        best, least = None, SHORT
        for part in self._parts:
            if isinstance(part, Term):
                length = self._length(part, least)
                if length < least:
                    best, least = part, length
        return best

    def _length(self, term: Term, most: int) -> int:
        """How long the list of a term is, counted to `most`."""
        if term.comparison is Comparison.WORDS:
            return TEXT_LENGTH
        rows = listed(term, counting := Bindings(self._connection, self._bindings.account, self._bindings.kind))
        if rows is None:
            return most
        values = {**counting.values, "most": most}
        length: int = self._connection.execute(f"SELECT count(*) FROM ({rows} LIMIT :most)", values).get
        return length

    def _source(self, term: Term | None) -> tuple[str, list[str]]:
        """What to read from, and the expressions to order by."""
        rows = listed(term, self._bindings) if term else None
        if rows is not None:
            return f"({rows}) r", [self._key(order) for order in self._sort]
        if term is not None:
            self._conditions.append(where(term, self._bindings))
        if len(self._sort) == 1 and _COLLATIONS[self._sort[0].collation] == "{value}":
            name = self._bindings.bind(self._sort[0].property)
            self._conditions.append(f"r.account = :account AND r.kind = :kind AND r.name = {name}")
            return "record_index r", ["r.value"]
        self._conditions.append("r.account = :account AND r.kind = :kind")
        return "record r", [self._key(order) for order in self._sort]

    def _key(self, order: Order) -> str:
        """The value by which one Comparator orders a record."""
        value = (
            f"(SELECT min(x.value) FROM record_index x INDEXED BY record_index_record "
            f"WHERE {OF_KIND} AND x.id = r.id AND x.name = {self._bindings.bind(order.property)})"
        )
        return _COLLATIONS[order.collation].format(value=value)

    def _order(self) -> str:
        """What the statement orders by; ties in order of creation."""
        directions = ["ASC" if order.ascending else "DESC" for order in self._sort]
        keys = [f"{key} {direction}" for key, direction in zip(self._keys, directions, strict=True)]
        return ", ".join([*keys, f"r.id {directions[-1] if directions else 'ASC'}"])

    def _where(self) -> str:
        return " AND ".join(self._conditions) or TRUE
