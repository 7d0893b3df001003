"""The documents that a text query finds, in the table and among those that still wait, as parts of a statement."""

# ruff: noqa: S608 (SQL is made of the names in this package, values are bound)

from typing import NamedTuple

import orjson

from angarium.formats.searchtext import match_expression, parse_query
from angarium.store.sqlite.messages.statement import At, Bindings
from angarium.store.sqlite.messages.textindex import waiting_matches


class Documents(NamedTuple):
    """Where a text query finds documents: the placeholder of its expression, and the JSON list of those that wait."""

    expression: str
    waiting: str | None

    @classmethod
    def of(cls, text: str, columns: tuple[str, ...], bindings: Bindings) -> "Documents | None":
        """None when the text holds nothing to look for."""
        words = parse_query(text)
        if not words:
            return None
        found = waiting_matches(bindings.connection, bindings.account, words, columns)
        expression = bindings.bind(match_expression(words, columns))
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

    def listed(self, floor: str) -> str:
        """A SELECT of the indexed ones from a key on, as `document`."""
        return (
            "SELECT rowid AS document FROM email_text "
            f"WHERE email_text MATCH {self.expression} AND rowid BETWEEN {floor} AND :high"
        )

    def all_from(self, floor: str) -> str:
        """A SELECT of all of them from a key on, as `document`."""
        if self.waiting is None:
            return self.listed(floor)
        return f"{self.listed(floor)} UNION ALL SELECT value FROM json_each({self.waiting}) WHERE value >= {floor}"
