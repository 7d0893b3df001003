"""How keywords are kept: the common ones as bits beside the message list, all of them in an index by keyword.

Almost every message has $seen, so the index holds the few that lack it instead.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

import apsw
import orjson

SEEN: Final = 1
DRAFT: Final = 2
ATTACHMENT: Final = 32
BITS: Final[Mapping[str, int]] = {"$seen": SEEN, "$draft": DRAFT, "$flagged": 4, "$answered": 8, "$forwarded": 16}

COUNTED: Final = SEEN | DRAFT
"""What the counters of mailboxes look at."""

UNSEEN: Final = "(unseen)"
"""Stands in the index for the absence of $seen; no keyword may hold a parenthesis (RFC 8621 §4.1.1)."""


def folded(keywords: Iterable[str]) -> frozenset[str]:
    """Keywords as they are stored: they are case-insensitive (RFC 8621 §4.1.1)."""
    return frozenset(keyword.lower() for keyword in keywords)


def flags_of(keywords: frozenset[str], has_attachment: bool) -> int:
    """The bits of a message."""
    return sum(bit for keyword, bit in BITS.items() if keyword in keywords) | (ATTACHMENT if has_attachment else 0)


def indexed(keywords: frozenset[str]) -> frozenset[str]:
    """Under what a message stands in the index by keyword."""
    return keywords - {"$seen"} if "$seen" in keywords else keywords | {UNSEEN}


def count_of(connection: apsw.Connection, account: int, entry: str) -> int:
    """How many messages stand under an entry of the index."""
    count: int | None = connection.execute(
        "SELECT emails FROM keyword_count WHERE account = ? AND keyword = ?", (account, entry)
    ).get
    return count or 0


def encoded_set(members: frozenset[str]) -> str:
    """The JSON object in which RFC 8621 writes a set of strings."""
    return (_encoded_few if len(members) <= _FEW else _encoded)(members)


def decoded_set(text: str) -> frozenset[str]:
    """The members of such an object."""
    return (_decoded_short if len(text) <= _SHORT else _decoded)(text)


def _encoded(members: frozenset[str]) -> str:
    return orjson.dumps(dict.fromkeys(sorted(members), True)).decode()


def _decoded(text: str) -> frozenset[str]:
    members: dict[str, bool] = orjson.loads(text)
    return frozenset(members)


# Most messages of an account share a handful of sets.
_FEW: Final = 4
_SHORT: Final = 200
_encoded_few: Final = lru_cache(maxsize=1024)(_encoded)
_decoded_short: Final = lru_cache(maxsize=1024)(_decoded)
