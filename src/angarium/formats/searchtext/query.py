"""Reading what people type into a search box, and saying it in the language of the full-text engine.

RFC 8621 §4.4.1: words are ANDed, text in matched quotes is a phrase in which a backslash escapes, and a star at the
end of a word asks for every word that begins so. Any text is a query; no text is an error.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from angarium.formats.searchtext.words import prepare

MOST_WORDS: Final = 64
"""Words of a query, and tokens of a phrase, that count; what follows is not looked for."""

_MOST_PIECES: Final = 4 * MOST_WORDS
_MOST_TEXT: Final = 16_384
"""Pieces and characters of a query that are read to find these words; said again, a word costs as much as a new one."""

# A quote opens a phrase only where a word begins, so the apostrophe of "don't" is part of its word.
_PIECE: Final = re.compile(r"""(?:"((?:[^"\\]|\\.)*+)"|'((?:[^'\\]|\\.)*+)')(?!\w)|(\S+)""", re.S)
_ESCAPED: Final = re.compile(r"\\(.)", re.S)


@dataclass(frozen=True, slots=True)
class Word:
    """Tokens that stand next to each other; with `prefix` the last may be the beginning of one."""

    tokens: tuple[str, ...]
    prefix: bool = False

    @property
    def needle(self) -> str:
        """What prepared text contains when it matches."""
        return f" {' '.join(self.tokens)}" if self.prefix else f" {' '.join(self.tokens)} "


def parse_query(text: str) -> tuple[Word, ...]:
    """The words and phrases that must all be found, each once; empty when the text holds nothing to look for."""
    words: dict[Word, None] = {}
    for piece in islice(_PIECE.finditer(text[:_MOST_TEXT]), _MOST_PIECES):
        double, single, plain = piece.groups()
        if plain is not None:
            word = _word(plain, plain.endswith("*"))
        else:
            word = _word(_ESCAPED.sub(r"\1", double if double is not None else single), False)
        if word.tokens:
            words[word] = None
        if len(words) == MOST_WORDS:
            break
    return tuple(words)


def _word(text: str, prefix: bool) -> Word:
    return Word(tuple(prepare(text).split()[:MOST_WORDS]), prefix)


def match_expression(words: Sequence[Word], columns: Sequence[str] = ()) -> str:
    """The FTS5 expression for at least one word; `columns` (plain names) are where to look, none for all of them."""
    phrases = " AND ".join(_phrase(word) for word in words)
    return f"{{{' '.join(columns)}}} : ({phrases})" if columns else phrases


def _phrase(word: Word) -> str:
    # Tokens hold letters, digits and marks only, so a quote can never end the string early.
    return f'"{" ".join(word.tokens)}"{" *" if word.prefix else ""}'
