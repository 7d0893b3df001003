"""The documents that a text query finds, in the table and among those that still wait, as parts of a statement."""

# ruff: noqa: S608 (SQL is made of the names in this package, values are bound)

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import orjson

from angarium.formats.searchtext import match_expression, parse_query
from angarium.store.sqlite.messages.statement import At, Bindings
from angarium.store.sqlite.messages.textindex import waiting_matches

Searched: TypeAlias = tuple[str, tuple[str, ...]]
"""A text to look for, and the columns to look in; none means all."""


class Documents(NamedTuple):
    """Where a text query finds documents: the placeholder of its expression, and the JSON list of those that wait."""

    expression: str
    waiting: str | None

    @classmethod
    def of(cls, texts: Sequence[Searched], bindings: Bindings) -> "Documents | None":
        """What all of the texts find; None when one of them holds nothing to look for.

        They are one expression, so that the engine goes from each to the other instead of listing all that one finds.
        """
        searched = [(parse_query(text), columns) for text, columns in texts]
        if not all(words for words, _ in searched):
            return None
        waiting = (
            set(waiting_matches(bindings.connection, bindings.account, words, columns)) for words, columns in searched
        )
        found = sorted(set.intersection(*waiting))
        expression = bindings.bind(" AND ".join(f"({match_expression(words, columns)})" for words, columns in searched))
        return cls(expression, bindings.bind(orjson.dumps(found).decode()) if found else None)

    def contain(self, at: At) -> str:
        """The condition that an email is among them."""
        column = f"{at.email}.document"
        if at.probe:
            indexed = f"EXISTS (SELECT 1 FROM email_text WHERE email_text MATCH {self.expression} AND rowid = {column})"
        else:  # the plus keeps the engine from walking the list once for every document found
            indexed = f"+{column} IN ({self.listed(':low')})"
        if self.waiting is None:
            return indexed
        return f"({indexed} OR +{column} IN (SELECT value FROM json_each({self.waiting})))"

    def listed(self, floor: str, end: str = ":high") -> str:
        """A SELECT of the indexed ones from one key to another, as `document`."""
        return (
            "SELECT rowid AS document FROM email_text "
            f"WHERE email_text MATCH {self.expression} AND rowid BETWEEN {floor} AND {end}"
        )

    def all_from(self, floor: str, end: str = ":high") -> str:
        """A SELECT of the indexed ones from one key to another and of those that wait from the first on."""
        if self.waiting is None:
            return self.listed(floor, end)
        return f"{self.listed(floor, end)} UNION ALL SELECT value FROM json_each({self.waiting}) WHERE value >= {floor}"
