"""Showing where a text matches a query: HTML with the matches in <mark>, no longer than asked (RFC 8621 §5)."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, islice
from typing import Final, NamedTuple

from angarium.formats.searchtext.query import Word
from angarium.formats.searchtext.words import FOLD, LONGEST, composed

_MOST_MATCHES: Final = 1_000
_CONTEXT: Final = 40
"""Characters before the first match that are shown when the text is too long to show whole."""

_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_ESCAPE: Final = str.maketrans(_ENTITIES)
_OPEN, _CLOSE, _CUT = "<mark>", "</mark>", "…"


class _Match(NamedTuple):
    """Where a word of the query stands in the text."""

    start: int
    end: int
    word: int


def snippet(text: str, words: Sequence[Word], max_octets: int | None = 255) -> str | None:
    """The part of a text that matches most of the words, escaped and marked; None when none of them is there.

    `max_octets` bounds the UTF-8 of the answer; None shows the text whole, with its white space as it is.
    """
    shown = composed(text if max_octets is None else " ".join(text.split()))
    matches = _matches(shown, words)
    if not matches:
        return None
    if max_octets is None:
        return _marked(shown, 0, len(shown), matches)
    whole = _marked(shown, 0, len(shown), matches) if len(shown) <= max_octets else None
    return whole if whole is not None and len(whole.encode()) <= max_octets else _excerpt(shown, matches, max_octets)


def _matches(text: str, words: Sequence[Word]) -> Sequence[_Match]:
    """Places in order, at most `_MOST_MATCHES`; two never overlap."""
    if not any(word.tokens for word in words):
        return ()
    found = [
        _Match(*match.span(), int((match.lastgroup or "w0")[1:]))
        for match in islice(_pattern(words).finditer(text.translate(FOLD)), _MOST_MATCHES)
    ]
    if text.isascii() or not found:  # each character of ASCII folds to exactly one
        return found
    origin = _origins(text)
    return [_Match(origin[start], origin[end - 1] + 1, word) for start, end, word in found]


def _pattern(words: Sequence[Word]) -> re.Pattern[str]:
    # The longest first: where a phrase and its first word both match, the phrase is marked.
    ranked = sorted(enumerate(words), key=lambda item: -len(item[1].tokens))
    branches = (f"(?P<w{index}>{_branch(word)})" for index, word in ranked if word.tokens)
    return re.compile(f"(?<!\\S)(?:{'|'.join(branches)})")


def _branch(word: Word) -> str:
    tokens = [re.escape(token) + ("\\S*" if len(token) == LONGEST else "") for token in word.tokens]
    return " +".join(tokens) + ("\\S*" if word.prefix else "(?!\\S)")


def _origins(text: str) -> list[int]:
    """For each character of the folded text, the index of the character that it came from."""
    lengths = [len(FOLD[ord(character)]) for character in text]
    origin = [0] * sum(lengths)
    for index, (length, end) in enumerate(zip(lengths, accumulate(lengths), strict=True)):
        for place in range(end - length, end):
            origin[place] = index
    return origin


def _excerpt(text: str, matches: Sequence[_Match], max_octets: int) -> str:
    first = _densest(matches, max_octets // 2)
    start = _begin(text, matches[first].start)
    budget = max_octets - len(_CUT.encode()) * 2
    end = _fit(text, start, matches[first:], budget)
    if end <= matches[first].start:  # the context alone is too long: begin at the match
        start = matches[first].start
        end = _fit(text, start, matches[first:], budget)
    body = _marked(text, start, end, matches[first:])
    return f"{_CUT if start else ''}{body}{_CUT if end < len(text) else ''}"


def _densest(matches: Sequence[_Match], width: int) -> int:
    """Index of the match from which on `width` characters hold the most different words; the earliest of equals."""
    counts: Counter[int] = Counter()
    best, ending, most, last = 0, 1, 0, 0
    for first, match in enumerate(matches):
        while last < len(matches) and (last == first or matches[last].end <= match.start + width):
            counts[matches[last].word] += 1
            last += 1
        different = len(+counts)
        if different > most:
            best, ending, most = first, last, different
        counts[match.word] -= 1
    window = Counter(match.word for match in matches[best:ending])
    while window[matches[best].word] > 1:  # leave room for the words that stand further on
        window[matches[best].word] -= 1
        best += 1
    return best if most > 1 else 0


def _begin(text: str, match: int) -> int:
    """Where to begin showing: a little before the match, at the beginning of a word."""
    earliest = match - _CONTEXT
    if earliest <= 0:
        return 0
    space = text.find(" ", earliest, match)
    return space + 1 if space >= 0 else match


def _fit(text: str, start: int, matches: Sequence[_Match], budget: int) -> int:
    """How far the text can be shown from `start` within the budget; at the end of a word when there is one."""
    opens = {match.start: match for match in matches}
    tags = len(_OPEN) + len(_CLOSE)
    end, word_end, inside = start, start, start
    for index in range(start, min(len(text), start + budget)):
        character = text[index]
        cost = len(_ENTITIES.get(character, character).encode())
        if index in opens:
            cost += tags
            inside = opens[index].end
        if cost > budget:
            break
        budget -= cost
        end = index + 1
        if character == " " and index >= inside:
            word_end = index
    else:
        if end == len(text):
            return end
    return word_end if word_end > max(start, end - _CONTEXT) else end


def _marked(text: str, start: int, end: int, matches: Sequence[_Match]) -> str:
    pieces: list[str] = []
    at = start
    for match in matches:
        if match.start >= end:
            break
        if match.start < at:
            continue
        stop = min(match.end, end)
        pieces += (_escaped(text[at : match.start]), _OPEN, _escaped(text[match.start : stop]), _CLOSE)
        at = stop
    pieces.append(_escaped(text[at:end]))
    return "".join(pieces)


def _escaped(text: str) -> str:
    return text.translate(_ESCAPE)
