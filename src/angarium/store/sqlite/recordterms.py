"""A filter over records as SQL: conditions on the number of a record, and the ways to list those that pass a part.

SQL is written over a row `r` with the column `id`; every value is bound, never written.
"""

# ruff: noqa: S608 (SQL is made of our own names, values are bound)

from collections.abc import Iterator
from typing import Final, TypeAlias

import apsw
import orjson

from angarium.formats.json import JSON
from angarium.formats.searchtext import parse_query
from angarium.store.contract import All, Comparison, Either, Expression, Neither, Term
from angarium.store.sqlite import recordtext
from angarium.store.sqlite.recordtext import NUMBER_MASK

TRUE: Final = "1"
FALSE: Final = "0"

OF_KIND: Final = "x.account = :account AND x.kind = :kind"

Value: TypeAlias = str | int


class Bindings:
    """The values of one statement."""

    def __init__(self, connection: apsw.Connection, account: int, kind: str) -> None:
        self.connection = connection
        self.account = account
        self.kind = kind
        self.values: dict[str, Value] = {"account": account, "kind": kind}

    def bind(self, value: JSON) -> str:
        """The placeholder of a value."""
        if not isinstance(value, str | int):
            raise TypeError(f"{value!r} is no value of an index")
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f":{name}"


def conjunction(expression: Expression | None) -> Iterator[Expression]:
    """The parts that must all match."""
    if isinstance(expression, All):
        for part in expression.parts:
            yield from conjunction(part)
    elif expression is not None:
        yield expression


def where(expression: Expression, bindings: Bindings) -> str:
    """The condition for an expression."""
    match expression:
        case Term():
            return (
                _words(expression, bindings)
                if expression.comparison is Comparison.WORDS
                else _probe(expression, bindings)
            )
        case All(parts):
            return _joined(" AND ", TRUE, parts, bindings)
        case Either(parts):
            return _joined(" OR ", FALSE, parts, bindings)
        case Neither(parts):
            return f"NOT {_joined(' OR ', FALSE, parts, bindings)}"


def _joined(operator: str, empty: str, parts: tuple[Expression, ...], bindings: Bindings) -> str:
    return f"({operator.join(where(part, bindings) for part in parts)})" if parts else empty


def listed(term: Term, bindings: Bindings) -> str | None:
    """A SELECT of the `id`s that pass a term, each once; None for a condition that does not narrow anything down."""
    if term.comparison is Comparison.WORDS:
        return _documents(term, bindings)
    if term.comparison is Comparison.CONTAINS:
        return None
    distinct = "" if term.comparison is Comparison.EQUAL and not isinstance(term.value, list) else "DISTINCT "
    return f"SELECT {distinct}x.id AS id FROM record_index x WHERE {OF_KIND} AND {_entry(term, bindings)}"


def _entry(term: Term, bindings: Bindings) -> str:
    """The condition on an entry of the index."""
    return f"x.name = {bindings.bind(term.name)} AND {_compared(term, bindings)}"


def _compared(term: Term, bindings: Bindings) -> str:
    if term.comparison is Comparison.CONTAINS:
        return f"instr(x.value, {bindings.bind(term.value)}) > 0"
    if isinstance(term.value, list):
        return f"x.value IN (SELECT value FROM json_each({bindings.bind(orjson.dumps(term.value).decode())}))"
    return f"x.value {term.comparison.value} {bindings.bind(term.value)}"


def _probe(term: Term, bindings: Bindings) -> str:
    """Whether a record has an entry that compares."""
    by_record = "" if term.comparison is Comparison.EQUAL else " INDEXED BY record_index_record"
    return (
        f"EXISTS (SELECT 1 FROM record_index x{by_record} WHERE {OF_KIND} AND x.id = r.id AND {_entry(term, bindings)})"
    )


def _words(term: Term, bindings: Bindings) -> str:
    text = str(term.value)
    if not parse_query(text):
        return FALSE if text.strip() else TRUE
    documents = _documents(term, bindings)
    return f"+r.id IN ({documents})"


def _documents(term: Term, bindings: Bindings) -> str | None:
    """A SELECT of the `id`s whose text matches; None when the text holds nothing to look for."""
    words = parse_query(str(term.value))
    if not words:
        return None
    known = recordtext.text_kind(bindings.connection, bindings.kind)
    places = known.places(term.name) if known else None
    if known is None or places is None:
        return "SELECT NULL AS id WHERE 0"
    span = known.span(bindings.account)
    found = recordtext.waiting_matches(bindings.connection, span, words, places)
    indexed = (
        f"SELECT rowid & {NUMBER_MASK} AS id FROM record_text "
        f"WHERE record_text MATCH {bindings.bind(recordtext.expression(words, places))} "
        f"AND rowid BETWEEN {bindings.bind(span[0])} AND {bindings.bind(span[1])}"
    )
    if not found:
        return indexed
    return f"{indexed} UNION ALL SELECT value FROM json_each({bindings.bind(orjson.dumps(found).decode())})"
