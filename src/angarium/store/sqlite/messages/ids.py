"""Text ids and the numbers that the tables hold, and the one key that full text and metadata share.

A text id is a letter and a change number (`M4711`); what is not spelled exactly so names nothing.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

_NUMBER: Final = re.compile(r"[1-9][0-9]{0,17}\Z")
_LISTS: Final = {
    letter: re.compile(rf"{letter}[1-9][0-9]{{0,17}}(?:,{letter}[1-9][0-9]{{0,17}})*\Z") for letter in "MT"
}

EVERYWHERE: Final = 0
"""The mailbox number under which every email of an account stands, so that lists without a mailbox cost the same."""

SECOND_BITS: Final = 34
SEQUENCE_BITS: Final = 9
LAST_SECOND: Final = (1 << (SECOND_BITS - 1)) - 1
"""The latest that a key begins with; what comes after is room for full seconds."""

SEQUENCES: Final = 1 << SEQUENCE_BITS


def email_number(text: str) -> int | None:
    """The number of an email id."""
    return _number("M", text)


def mailbox_number(text: str) -> int | None:
    """The number of a mailbox id."""
    return _number("B", text)


def mailbox_numbers(texts: frozenset[str]) -> frozenset[int]:
    """The numbers of mailbox ids that a caller has checked; raises KeyError for what is none."""
    return (_numbers_of_few if len(texts) <= _FEW else _numbers)(texts)


def _numbers(texts: frozenset[str]) -> frozenset[int]:
    found = {text: mailbox_number(text) for text in texts}
    return frozenset(_existing(text, number) for text, number in found.items())


def listed(letter: str, texts: Iterable[str]) -> str:
    """The numbers of ids as a JSON list for the engine, each once; what is no id is left out."""
    distinct = list(dict.fromkeys(texts))
    joined = ",".join(distinct)
    # All at once where all are ids, as they mostly are: a look at each costs as much as finding its row.
    if _LISTS[letter].match(joined) and joined.count(",") == len(distinct) - 1:
        return f"[{joined.replace(letter, '')}]"
    numbers = [number for number in (_number(letter, text) for text in distinct) if number is not None]
    return f"[{','.join(map(str, numbers))}]"


def _existing(text: str, number: int | None) -> int:
    if number is None:
        raise KeyError(text)
    return number


def _number(letter: str, text: str) -> int | None:
    return int(text[1:]) if text[:1] == letter and _NUMBER.match(text, 1) else None


# Most messages of an account share a handful of sets.
_FEW: Final = 4
_numbers_of_few: Final = lru_cache(maxsize=1024)(_numbers)


def first_document(account: int, received: int = 0) -> int:
    """The lowest document key of the account's messages received in this second; `received` in epoch milliseconds.

    Seconds before 1970 or past 33 bits (the year 2242) count as the first or last.
    """
    second = min(max(received // 1000, 0), LAST_SECOND)
    return ((account << SECOND_BITS) | second) << SEQUENCE_BITS


def last_document(account: int) -> int:
    """The highest document key of the account."""
    return first_document(account + 1) - 1
