"""Keywords: what one may be, in which spelling it is kept, how many an email may have (RFC 8621 §4.1.1)."""

import re
from collections.abc import Iterable
from typing import Final

from angarium.engine.errors import SetError, SetErrorType
from angarium.engine.shapes import Problem, Shape, map_of, true
from angarium.formats.json import JSON

MOST_KEYWORDS: Final = 128
"""On one email."""

_KEYWORD: Final = re.compile(r"""(?:(?![(){\]%*"\\])[!-~]){1,255}\Z""")
_PROBLEM: Final = Problem("", 'must be 1 to 255 printable ASCII characters other than ( ) { ] % * " \\')


def keyword(value: JSON) -> Problem | None:
    """The shape of one keyword."""
    return None if isinstance(value, str) and is_keyword(value) else _PROBLEM


def is_keyword(text: str) -> bool:
    """Whether a text may be a keyword."""
    return _KEYWORD.match(text) is not None


KEYWORDS: Final[Shape] = map_of(keyword, true)
"""The property `keywords`."""


def normalized(keywords: Iterable[str]) -> frozenset[str]:
    """Keywords in the lower case that is kept and shown; SetError tooManyKeywords past the limit."""
    lower = frozenset(word.lower() for word in keywords)
    if len(lower) > MOST_KEYWORDS:
        raise SetError(SetErrorType.TOO_MANY_KEYWORDS, f"an email has at most {MOST_KEYWORDS} keywords")
    return lower
