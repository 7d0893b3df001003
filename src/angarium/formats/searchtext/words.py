"""How text becomes words: folded to lower case without diacritics, and cut where no letter or digit stands.

Index, query and snippet all read text through `FOLD`, one character at a time, so they agree by construction and the
full-text engine has nothing left to do but split at spaces. Scripts that put no spaces between words (Han, kana,
Hangul, Thai and their neighbours) are one word a character: a run of them is then found by any part of it.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

LONGEST: Final = 64
"""Characters of a word that count; the rest (of encoded data, mostly) would fill the index and find nothing."""

_REMEMBERED: Final = 20_000
_NORMALIZE_STEP: Final = 500

# Marks that readers leave out: combining diacritics, Hebrew points, Arabic vowels. Marks of other scripts are vowels.
_DIACRITIC: Final = re.compile(
    "[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
_UNSPACED: Final = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff"  # Thai, Lao, Tibetan, Myanmar, Khmer
    "\u2e80-\u2fdf\u3005-\u3007\u3041-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uaa60-\uaa7f"  # Han, kana, Bopomofo
    "\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9d"  # Hangul, compatibility Han, half-width kana
    "\U00016fe0-\U00018fff\U0001b000-\U0001b2ff\U00020000-\U0003ffff]"
)
# Letters of Latin that Unicode does not take apart, as people type them without their keyboard.
_PLAIN: Final = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
_CUT: Final = re.compile("[\x00-\x7f]")


class _Fold(dict[int, str]):
    """A memo for `str.translate`: a character's code to what it adds to the words, a space where a word ends."""

    def __missing__(self, code: int) -> str:
        folded = _fold(chr(code))
        if len(self) < _REMEMBERED:
            self[code] = folded
        return folded


def _fold(character: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    kept = "".join(_PLAIN.get(part, part) for part in _DIACRITIC.sub("", decomposed))
    words = "".join(part if _is_word(part) else " " for part in unicodedata.normalize("NFC", kept))
    return f" {words} " if _UNSPACED.match(character) else words


def _is_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNM"


FOLD: Final = _Fold()


def prepare(text: str) -> str:
    """The words of a text, in order, each between single spaces; empty when there is none.

    A word of the text is found as ` word `, a phrase as ` one two `, a beginning as ` wor`.
    """
    words = composed(text).translate(FOLD).split()
    if not words:
        return ""
    if len(max(words, key=len)) > LONGEST:
        words = [word[:LONGEST] for word in words]
    return f" {' '.join(words)} "


def prepare_columns(texts: Mapping[str, str]) -> dict[str, str]:
    """The words of several texts."""
    return {column: prepare(text) for column, text in texts.items()}


def composed(text: str) -> str:
    """NFC in linear time: Python sorts a run of combining marks by insertion, so long text is cut into pieces."""
    if text.isascii():
        return text
    if len(text) <= _NORMALIZE_STEP:
        return unicodedata.normalize("NFC", text)
    pieces = []
    at = 0
    while at < len(text):
        least = at + _NORMALIZE_STEP
        cut = _CUT.search(text, least, least + _NORMALIZE_STEP)
        end = cut.start() if cut else least + _NORMALIZE_STEP
        pieces.append(unicodedata.normalize("NFC", text[at:end]))
        at = end
    return "".join(pieces)
