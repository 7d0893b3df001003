"""One query over records compiled: where to begin, what to check, what to order by (RFC 8620 §5.5).

A query begins at the shortest list that must hold its results: what a text or an entry of an index finds. A list that
is not short is not sorted if that can be helped: the index that the query sorts by is walked in order until the window
is full, not further than sorting the list would cost. Each statement gives one row of assembled text, so that nothing
is done for each record outside of the engine.
"""

# ruff: noqa: S608 (SQL is made of our own names, values are bound)

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

import apsw
import orjson

from angarium.formats.collation import SEPARATOR
from angarium.store.contract import Comparison, Expression, Order, Term
from angarium.store.sqlite.recordterms import OF_KIND, TRUE, Bindings, Value, conjunction, listed, where

SHORT: Final = 1_000
"""Entries of an index that are looked up sooner than the index in order is walked, whatever the window."""

FEW: Final = 200
"""Entries that are sorted at once."""

PATIENCE: Final = 3
"""Entries that are walked for each in the list, before the list is sorted after all."""

TEXT_LENGTH: Final = 100
"""How long a list that a text finds is taken to be beside others: to count it costs as much as to read it."""

_ALL: Final = -1
_OF_KIND: Final = "r.account = :account AND r.kind = :kind"
_RAW: Final = f"substr({{value}}, instr({{value}}, char({ord(SEPARATOR)})) + 1)"
_COLLATIONS: Final[Mapping[str | None, str]] = {
    None: "{value}",
    "i;unicode-casemap": "{value}",
    "i;octet": _RAW,
    "i;ascii-casemap": f"upper({_RAW})",  # that of SQLite knows the letters of ASCII only
}


@dataclass(frozen=True, slots=True)
class _Plan:
    """What to read from as `r`, the conditions on it, and the expressions to order by."""

    source: str
    conditions: list[str]
    keys: list[str]

    def where(self) -> str:
        return " AND ".join(self.conditions) or TRUE


class RecordSelection:
    """The records that a query selects, in its order; valid within one snapshot."""

    def __init__(
        self, connection: apsw.Connection, account: int, kind: str, filter_: Expression | None, sort: Sequence[Order]
    ) -> None:
        self._connection = connection
        self._bindings = Bindings(connection, account, kind)
        self._parts = list(conjunction(filter_))
        self._sort = sort
        shortest = self._shortest()
        self._rows = listed(shortest, self._bindings) if shortest else None
        self._list = shortest if self._rows is not None else None
        self._plan = self._whole()

    def total(self) -> int:
        """How many records there are in all."""
        plan = self._plan if self._list else self._any_list() or self._plan
        number: int = self._connection.execute(
            f"SELECT count(*) FROM {plan.source} WHERE {plan.where()}", self._bindings.values
        ).get
        return number

    def page(self, start: int, limit: int | None) -> list[str]:
        """Ids from a position on."""
        if limit == 0:
            return []
        walked = self._walked(start, limit) if limit is not None and self._rows is not None else None
        return self._ids(self._plan, start, limit) if walked is None else walked

    def _ids(self, plan: _Plan, start: int, limit: int | None) -> list[str]:
        rows = (
            f"SELECT r.id AS id FROM {plan.source} WHERE {plan.where()} ORDER BY {self._order(plan)} "
            "LIMIT :limit OFFSET :start"
        )
        # A kind has one letter, so the records themselves need not be read for their ids.
        text: str | None = self._connection.execute(
            f"SELECT group_concat((SELECT substr(name, 1, 1) FROM record x WHERE {OF_KIND} LIMIT 1) || id, ' ') "
            f"FROM ({rows})",
            {**self._bindings.values, "start": start, "limit": _ALL if limit is None else limit},
        ).get
        return text.split(" ") if text else []

    def _walked(self, start: int, limit: int) -> list[str] | None:
        """The same by walking the index in order instead of sorting the list; None where that is no shorter."""
        length = self._count(self._rows, self._bindings, SHORT) if self._rows and self._sort else 0
        if length <= FEW or start + limit > length // 2:
            return None
        walk = self._walk()
        if walk is None:
            return None
        edge = self._edge(length * PATIENCE)
        if edge is not None:  # entries that are equal to it are walked to the last, for the next key orders them
            walk.conditions.append(f"r.value {'<=' if self._sort[0].ascending else '>='} {self._bindings.bind(edge)}")
        found = self._ids(walk, start, limit)
        return found if edge is None or len(found) == limit else None

    def places(self, numbers: Sequence[int]) -> list[tuple[int, int]]:
        """Those of the records that are among the results, with their index, in order of index."""
        if not numbers:
            return []
        values: dict[str, Value] = {**self._bindings.values, "wanted": orjson.dumps(list(numbers)).decode()}
        text: str = self._connection.execute(
            "SELECT json_group_array(json_array(id, place)) FROM "
            f"(SELECT r.id AS id, row_number() OVER (ORDER BY {self._order(self._plan)}) - 1 AS place "
            f"FROM {self._plan.source} WHERE {self._plan.where()}) WHERE id IN (SELECT value FROM json_each(:wanted))",
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
        """How long the list of a term is, counted to `most`; that of a text is not counted."""
        if term.comparison is Comparison.WORDS:
            return TEXT_LENGTH
        rows = listed(term, counting := Bindings(self._connection, self._bindings.account, self._bindings.kind))
        return most if rows is None else self._count(rows, counting, most)

    def _count(self, rows: str, bindings: Bindings, most: int) -> int:
        values = {**bindings.values, "most": most}
        length: int = self._connection.execute(f"SELECT count(*) FROM ({rows} LIMIT :most)", values).get
        return length

    def _whole(self) -> _Plan:
        """How to read everything that is selected."""
        if self._rows is not None:
            return _Plan(f"({self._rows}) r", self._rest(self._list), [self._key(order) for order in self._sort])
        plain = _Plan("record r", [_OF_KIND, *self._rest(None)], [self._key(order) for order in self._sort])
        return self._walk() or plain

    def _walk(self) -> _Plan | None:
        """How to read in the order of the first sort; None where no index has that order."""
        if not self._sort or _COLLATIONS[self._sort[0].collation] != "{value}":
            return None
        held = [] if self._rows is None else [f"+r.id IN ({self._rows})"]
        name = self._bindings.bind(self._sort[0].property)
        keys = ["r.value", *(self._key(order) for order in self._sort[1:])]
        return _Plan("record_index r", [_OF_KIND, f"r.name = {name}", *held, *self._rest(self._list)], keys)

    def _any_list(self) -> _Plan | None:
        """A list that holds all results, however long: to count what is in it no other needs to be looked at."""
        for part in self._parts:
            rows = listed(part, self._bindings) if isinstance(part, Term) else None
            if rows is not None:
                return _Plan(f"({rows}) r", self._rest(part), [])
        return None

    def _rest(self, begun: Expression | None) -> list[str]:
        """The conditions beside the part that a plan begins at."""
        return [where(part, self._bindings) for part in self._parts if part is not begun]

    def _edge(self, far: int) -> Value | None:
        """The value that stands so far in the index of the first sort; None where it ends before."""
        order = self._sort[0]
        value: Value | None = self._connection.execute(
            f"SELECT x.value FROM record_index x WHERE {OF_KIND} AND x.name = :name "
            f"ORDER BY x.value {'ASC' if order.ascending else 'DESC'} LIMIT 1 OFFSET :far",
            {**self._bindings.values, "name": order.property, "far": far},
        ).get
        return value

    def _key(self, order: Order) -> str:
        """The value by which one Comparator orders a record."""
        value = (
            f"(SELECT min(x.value) FROM record_index x INDEXED BY record_index_record "
            f"WHERE {OF_KIND} AND x.id = r.id AND x.name = {self._bindings.bind(order.property)})"
        )
        return _COLLATIONS[order.collation].format(value=value)

    def _order(self, plan: _Plan) -> str:
        """What the statement orders by; ties in order of creation."""
        directions = ["ASC" if order.ascending else "DESC" for order in self._sort]
        keys = [f"{key} {direction}" for key, direction in zip(plan.keys, directions, strict=True)]
        return ", ".join([*keys, f"r.id {directions[-1] if directions else 'ASC'}"])
