"""Text for searching: what the index holds, how a query is read, and how a match is shown (RFC 8621 §4.4.1, §5)."""

from angarium.formats.searchtext.query import Word, match_expression, parse_query
from angarium.formats.searchtext.snippet import snippet
from angarium.formats.searchtext.words import prepare, prepare_columns

__all__ = ["Word", "match_expression", "parse_query", "prepare", "prepare_columns", "snippet"]
