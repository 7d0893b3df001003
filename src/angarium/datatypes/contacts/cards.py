"""Cards as they are stored, and what they are found by (RFC 9610 §3).

A stored card is the JSON that clients get, without `id`. For whoever stores cards without being asked by a client too.
"""

from bisect import bisect_right
from collections.abc import Mapping
from typing import Final, cast

from angarium.engine.containers import Contents
from angarium.engine.declare import ABSENT, Property
from angarium.engine.shapes import boolean, list_of, text
from angarium.formats.collation import sortable
from angarium.formats.jscontact import FILTERS, SORTS, check, members, sort_keys, texts
from angarium.formats.json import JSON, loads
from angarium.formats.primitives import parse_utc
from angarium.formats.searchtext import prepare_columns
from angarium.store.contract import AccountKey, Indexes, Records, Transaction, Window

KIND: Final = "ContactCard"
PREFIX: Final = "C"
DEFAULT_KIND: Final = "individual"
"""RFC 9553 §2.1.4."""

LARGEST: Final = 1_000_000
"""Octets of a card's JSON."""

FLAGGED: Final = "(flagged)"
ORDER: Final = "(order)"
PRIVATE: Final = (
    Property(FLAGGED, boolean, ABSENT, private=True),
    Property(ORDER, list_of(text), ABSENT, private=True),
)
"""What only the dialect from before RFC 8620 shows: whether a card is flagged, and the members of a group in order."""

MOMENTS: Final = ("created", "updated")
TEXTS: Final = tuple(FILTERS)
"""Filters that look for words."""

NAMES: Final = SORTS


def indexes(card: Mapping[str, JSON]) -> Indexes:
    """By book, uid, kind, member, the two moments, and the parts of the name."""
    keys = sort_keys(card)
    return {
        "book": list(cast("dict[str, JSON]", card["addressBookIds"])),
        "uid": [cast(str, card["uid"])],
        "kind": [cast(str, card.get("kind", DEFAULT_KIND))],
        "member": members(card),
        **{name: [parse_utc(cast(str, card[name])) or 0] for name in MOMENTS},
        **{name: [sortable(keys[name] or "")] for name in NAMES},
    }


CONTENTS: Final = Contents(KIND, "AddressBook", "addressBookIds", "book", indexes, changed="updated")


def public(card: Mapping[str, JSON]) -> dict[str, JSON]:
    """A card without what is private."""
    return {name: value for name, value in card.items() if all(name != known.name for known in PRIVATE)}


def problems(card: Mapping[str, JSON]) -> list[str]:
    """What is wrong with a card, private properties included, each with its path."""
    private = ((known, known.shape(card[known.name])) for known in PRIVATE if known.name in card)
    return [
        *(f"{path}: {text}" for path, text in check(public(card))),
        *(str(problem.within(known.name)) for known, problem in private if problem),
    ]


def with_uid(records: Records, account: AccountKey, uid: str) -> str | None:
    """The card with that uid."""
    return next(iter(records.find(account, KIND, "uid", uid)), None)


def reindex(transaction: Transaction, account: AccountKey, after: str | None, limit: int) -> str | None:
    """Make the full text of up to so many cards anew, in order of creation; the last of them, None at the end."""
    known = transaction.records.query(account, KIND, None, (), Window()).ids
    first = 0 if after is None else bisect_right(known, int(after[1:]), key=lambda record: int(record[1:]))
    ids = known[first : first + limit]
    for record, value in transaction.records.get(account, KIND, ids).items():
        words = prepare_columns(texts(cast("dict[str, JSON]", loads(value))))
        transaction.records.search_for(account, KIND, record, words)
    return ids[-1] if len(ids) == limit else None
