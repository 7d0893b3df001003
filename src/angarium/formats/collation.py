"""Texts in an order that people expect: what a store compares instead of the text itself (RFC 4790, RFC 5051).

A sortable value is the folded text, a separator, and the text: so one value serves every collation that we have.
"""

import unicodedata
from typing import Final

SEPARATOR: Final = "\x01"
LONGEST: Final = 120
"""Characters that count."""


def folded(text: str) -> str:
    """The text for `i;unicode-casemap`: neither case nor the way its letters are composed counts."""
    beginning = text[: 2 * LONGEST]
    if beginning.isascii():
        return beginning.lower().strip()[:LONGEST]
    return unicodedata.normalize("NFKD", beginning).casefold().strip()[:LONGEST]


def sortable(text: str) -> str:
    """The value to compare: as it stands it orders by `i;unicode-casemap`, equal ones by `i;octet`."""
    beginning = text[:LONGEST]
    if SEPARATOR in beginning:
        beginning = beginning.replace(SEPARATOR, " ")
    return f"{folded(beginning)}{SEPARATOR}{beginning}"
