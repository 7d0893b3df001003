"""Mailbox/query and Mailbox/queryChanges (RFC 8621 §2.3, §2.4): the whole list is small, so it is made each time."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, cast

from angarium.datatypes.mail.mailbox.reader import subscriber
from angarium.datatypes.mail.mailbox.record import KIND, Forest, MailboxRecord, ancestors, read_all
from angarium.engine.call import Call
from angarium.engine.listing import ListedQuerier, matches
from angarium.formats.json import JSON
from angarium.store.contract import Changes, Expression, Order, State, Term


@dataclass(frozen=True, slots=True)
class _Seen:
    """One mailbox as one user sees it."""

    record: MailboxRecord
    subscribed: bool


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKD", text).casefold()


_CONDITIONS: Final[Mapping[str, Callable[[_Seen, JSON], bool]]] = {
    "parentId": lambda seen, value: seen.record.parent == value,
    "name": lambda seen, value: _folded(cast(str, value)) in _folded(seen.record.name),
    "role": lambda seen, value: seen.record.role == value,
    "hasAnyRole": lambda seen, value: (seen.record.role is not None) == value,
    "isSubscribed": lambda seen, value: seen.subscribed == value,
}

_COLLATIONS: Final[Mapping[str | None, Callable[[str], str]]] = {
    None: _folded,
    "i;unicode-casemap": _folded,
    "i;ascii-casemap": lambda text: "".join(letter.upper() if letter.isascii() else letter for letter in text),
    "i;octet": lambda text: text,
}

_BY_DEFAULT: Final = (Order("sortOrder"), Order("name"))


def _meets(seen: _Seen, term: Term) -> bool:
    return _CONDITIONS[term.name](seen, term.value)


def ordered(forest: Forest, ids: Sequence[str], sort: Sequence[Order]) -> list[str]:
    """Ids by Comparators; equal ones stay as they came."""
    result = list(ids)
    for order in reversed(sort or _BY_DEFAULT):
        if order.property == "name":
            fold = _COLLATIONS[order.collation]
            result.sort(key=lambda mailbox: fold(forest[mailbox].name), reverse=not order.ascending)
        else:
            result.sort(key=lambda mailbox: forest[mailbox].sort_order, reverse=not order.ascending)
    return result


def ordered_as_tree(forest: Forest, sort: Sequence[Order]) -> list[str]:
    """Every id, parents before their children, siblings by Comparators (RFC 8621 §2.3)."""
    below: dict[str | None, list[str]] = {}
    for mailbox in ordered(forest, list(forest), sort):
        below.setdefault(forest[mailbox].parent, []).append(mailbox)
    result: list[str] = []
    waiting = below.get(None, [])[::-1]
    while waiting:
        mailbox = waiting.pop()
        result.append(mailbox)
        waiting.extend(reversed(below.get(mailbox, ())))
    return result


def _found(call: Call, filter_: Expression | None, sort: Sequence[Order]) -> list[str]:
    forest, who = read_all(call.snapshot.records, call.account.key), subscriber(call)
    seen = {mailbox: _Seen(box, who in box.subscribers) for mailbox, box in forest.items()}
    found = {mailbox for mailbox, one in seen.items() if matches(filter_, partial(_meets, one))}
    if call.flag("filterAsTree"):
        found = {mailbox for mailbox in found if found.issuperset(ancestors(forest, mailbox))}
    if call.flag("sortAsTree"):
        return [mailbox for mailbox in ordered_as_tree(forest, sort) if mailbox in found]
    return ordered(forest, [mailbox for mailbox in forest if mailbox in found], sort)


def _changed(call: Call, since: State) -> Changes:
    """What happened since a state; a mailbox whose ancestor changed may have moved with it where trees matter."""
    changes = call.snapshot.changes(call.account.key, KIND, since)
    if changes.only_derived:
        changes = replace(changes, updated=[])
    if not (call.flag("filterAsTree") or call.flag("sortAsTree")):
        return changes
    forest = read_all(call.snapshot.records, call.account.key)
    touched = {*changes.created, *changes.updated}
    moved = [
        mailbox for mailbox in forest if mailbox not in touched and not touched.isdisjoint(ancestors(forest, mailbox))
    ]
    return replace(changes, updated=changes.updated + moved)


QUERIER: Final = ListedQuerier(KIND, _found, _changed)
