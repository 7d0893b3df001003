"""Mailbox/query and Mailbox/queryChanges (RFC 8621 §2.3, §2.4): the whole list is small, so it is made each time."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, cast

from angarium.datatypes.mail.mailbox.reader import subscriber
from angarium.datatypes.mail.mailbox.record import KIND, Forest, MailboxRecord, ancestors, read_all
from angarium.engine.call import Call
from angarium.engine.listing import query_changes, window
from angarium.formats.json import JSON
from angarium.store.contract import (
    All,
    Either,
    Expression,
    Neither,
    Order,
    QueryChanges,
    QueryResult,
    State,
    Term,
    Window,
)


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


def matches(expression: Expression | None, seen: _Seen) -> bool:
    """Whether a mailbox passes a filter."""
    match expression:
        case None:
            return True
        case Term(name, value):
            return _CONDITIONS[name](seen, value)
        case All(parts):
            return all(matches(part, seen) for part in parts)
        case Either(parts):
            return any(matches(part, seen) for part in parts)
        case Neither(parts):
            return not any(matches(part, seen) for part in parts)


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


def _result(call: Call, forest: Forest, filter_: Expression | None, sort: Sequence[Order]) -> list[str]:
    who = subscriber(call)
    found = {mailbox for mailbox, box in forest.items() if matches(filter_, _Seen(box, who in box.subscribers))}
    if call.flag("filterAsTree"):
        found = {mailbox for mailbox in found if found.issuperset(ancestors(forest, mailbox))}
    if call.flag("sortAsTree"):
        return [mailbox for mailbox in ordered_as_tree(forest, sort) if mailbox in found]
    return ordered(forest, [mailbox for mailbox in forest if mailbox in found], sort)


class MailboxQuerier:
    """Filters and sorts in memory."""

    def query(self, call: Call, filter_: Expression | None, sort: tuple[Order, ...], window_: Window) -> QueryResult:
        """One window of the result."""
        forest = read_all(call.snapshot.records, call.account.key)
        return window(_result(call, forest, filter_, sort), window_)

    def can_calculate(self, call: Call, filter_: Expression | None, sort: tuple[Order, ...]) -> bool:  # noqa: ARG002
        """Every query."""
        return True

    def query_changes(
        self,
        call: Call,
        filter_: Expression | None,
        sort: tuple[Order, ...],
        since: State,
        up_to: str | None,  # noqa: ARG002 (RFC 8620 §5.6: it is for filters and sorts over immutable properties only)
        limit: int | None,
        total: bool,
    ) -> QueryChanges | None:
        """What changed; a mailbox whose ancestor changed may have moved with it where trees matter."""
        changes = call.snapshot.changes(call.account.key, KIND, since)
        if changes.only_derived:
            changes = replace(changes, updated=[])
        forest = read_all(call.snapshot.records, call.account.key)
        if call.flag("filterAsTree") or call.flag("sortAsTree"):
            touched = {*changes.created, *changes.updated}
            moved = [
                mailbox
                for mailbox in forest
                if mailbox not in touched and not touched.isdisjoint(ancestors(forest, mailbox))
            ]
            changes = replace(changes, updated=changes.updated + moved)
        return query_changes(_result(call, forest, filter_, sort), changes, limit, total)
