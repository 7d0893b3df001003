"""The properties of a FilterCondition and the operators around them, as SQL (RFC 8621 §4.4.1, RFC 8620 §5.5).

`TERMS` is the table of what can be asked. SQL is written over a row of the message list and the email it stands for,
named by `At`; every value is bound, never written.
"""

# ruff: noqa: S608 (SQL is made of the names in this package, values are bound)

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import orjson

from angarium.formats.json import JSON
from angarium.formats.primitives import parse_utc
from angarium.formats.searchtext import parse_query
from angarium.store.contract import All, Either, Expression, Neither, Term
from angarium.store.sqlite.messages.documents import Documents, Searched
from angarium.store.sqlite.messages.headers import FUNCTION
from angarium.store.sqlite.messages.ids import EVERYWHERE, mailbox_number
from angarium.store.sqlite.messages.keywords import ATTACHMENT, BITS, UNSEEN
from angarium.store.sqlite.messages.statement import At, Bindings
from angarium.store.sqlite.messages.tables import TEXT_COLUMNS

TRUE, FALSE = "1", "0"


def where(expression: Expression, at: At, bindings: Bindings) -> str:
    """The condition for an expression; raises KeyError for a term that does not exist."""
    match expression:
        case Term(name, value):
            return TERMS[name](value, at, bindings)
        case All(parts):
            return _joined(" AND ", TRUE, sorted(parts, key=_cost), at, bindings)
        case Either(parts):
            return _joined(" OR ", FALSE, sorted(parts, key=_cost), at, bindings)
        case Neither(parts):
            return f"NOT {_joined(' OR ', FALSE, sorted(parts, key=_cost), at, bindings)}"


def _joined(operator: str, empty: str, parts: list[Expression], at: At, bindings: Bindings) -> str:
    return f"({operator.join(where(part, at, bindings) for part in parts)})" if parts else empty


def _cost(part: Expression) -> int:
    """What is cheap is asked first."""
    return 0 if isinstance(part, Term) and part.name != "header" else 1


def conjunction(expression: Expression | None) -> list[Expression]:
    """The parts that must all match."""
    if expression is None:
        return []
    if isinstance(expression, All):
        return [part for inner in expression.parts for part in conjunction(inner)]
    return [expression]


def names(expression: Expression | None) -> frozenset[str]:
    """Names of all terms of an expression."""
    if expression is None:
        return frozenset()
    if isinstance(expression, Term):
        return frozenset((expression.name,))
    return frozenset().union(*(names(part) for part in expression.parts))


# --- terms ---


def _in_mailbox(value: JSON, at: At, bindings: Bindings) -> str:
    mailbox = mailbox_number(str(value))
    if mailbox is None:
        return FALSE
    return (
        f"EXISTS (SELECT 1 FROM mailbox_email x WHERE x.account = :account AND x.mailbox = {bindings.bind(mailbox)} "
        f"AND x.received = {at.row}.received AND x.id = {at.row}.id)"
    )


def _in_mailbox_other_than(value: JSON, at: At, bindings: Bindings) -> str:
    numbers = [mailbox_number(str(mailbox)) for mailbox in value] if isinstance(value, list) else []
    excluded = [EVERYWHERE, *(number for number in numbers if number is not None)]
    return (
        f"EXISTS (SELECT 1 FROM mailbox_email x INDEXED BY mailbox_thread WHERE x.account = :account "
        f"AND x.thread = {at.row}.thread AND x.received = {at.row}.received AND x.id = {at.row}.id "
        f"AND x.mailbox NOT IN (SELECT value FROM json_each({bindings.bind(orjson.dumps(excluded).decode())})))"
    )


def _received(comparison: str) -> "Compile":
    def compile_(value: JSON, at: At, bindings: Bindings) -> str:
        moment = parse_utc(str(value))
        if moment is None:
            raise ValueError(f"{value!r} is no UTCDate")
        return f"{at.row}.received {comparison} {bindings.bind(moment)}"

    return compile_


def _size(comparison: str) -> "Compile":
    def compile_(value: JSON, at: At, bindings: Bindings) -> str:
        return f"{at.email}.size {comparison} {bindings.bind(_integer(value))}"

    return compile_


def _integer(value: JSON) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is no number")
    return value


def has_keyword(keyword: str, row: str, bindings: Bindings) -> str:
    """The condition that an email has a keyword (of any case)."""
    stored = keyword.lower()
    bit = BITS.get(stored)
    return f"{row}.flags & {bit} <> 0" if bit else has_entry(stored, row, bindings)


def has_entry(entry: str, row: str, bindings: Bindings) -> str:
    """The condition that an email stands in the index by keyword under this entry."""
    return (
        f"EXISTS (SELECT 1 FROM email_keyword k WHERE k.account = :account AND k.keyword = {bindings.bind(entry)} "
        f"AND k.received = {row}.received AND k.id = {row}.id)"
    )


def _has_keyword(value: JSON, at: At, bindings: Bindings) -> str:
    return has_keyword(str(value), at.row, bindings)


def _not_keyword(value: JSON, at: At, bindings: Bindings) -> str:
    return f"NOT ({has_keyword(str(value), at.row, bindings)})"


def some_in_thread(keyword: str, row: str, bindings: Bindings, *, having: bool = True) -> str:
    """The condition that some email of the thread has the keyword, or lacks it."""
    entry = _entry(keyword.lower(), having)
    if entry is not None and bindings.is_rare(entry):
        return (
            f"{row}.thread IN (SELECT m.thread FROM email_keyword k CROSS JOIN mailbox_email m "
            f"ON m.account = k.account AND m.mailbox = {EVERYWHERE} AND m.received = k.received AND m.id = k.id "
            f"WHERE k.account = :account AND k.keyword = {bindings.bind(entry)})"
        )
    condition = has_keyword(keyword, "t", bindings)
    return (
        f"EXISTS (SELECT 1 FROM mailbox_email t INDEXED BY mailbox_thread WHERE t.account = :account "
        f"AND t.thread = {row}.thread AND t.mailbox = {EVERYWHERE} AND {'' if having else 'NOT'} ({condition}))"
    )


def _entry(keyword: str, having: bool) -> str | None:
    """The entry of the keyword index under which exactly those stand that have, or lack, a keyword."""
    if keyword == "$seen":
        return None if having else UNSEEN
    return keyword if having else None


def _some_in_thread(value: JSON, at: At, bindings: Bindings) -> str:
    return some_in_thread(str(value), at.row, bindings)


def _none_in_thread(value: JSON, at: At, bindings: Bindings) -> str:
    return f"NOT ({some_in_thread(str(value), at.row, bindings)})"


def _all_in_thread(value: JSON, at: At, bindings: Bindings) -> str:
    return f"NOT ({some_in_thread(str(value), at.row, bindings, having=False)})"


def _has_attachment(value: JSON, at: At, _bindings: Bindings) -> str:
    return f"{at.row}.flags & {ATTACHMENT} {'<>' if value else '='} 0"


def _text(*columns: str) -> "Compile":
    def compile_(value: JSON, at: At, bindings: Bindings) -> str:
        documents = Documents.of([(str(value), columns)], bindings)
        if documents is None:
            return TRUE if not str(value).strip() else FALSE
        return documents.contain(at)

    return compile_


def _header(value: JSON, at: At, bindings: Bindings) -> str:
    """`[name]` or `[name, text]`."""
    if not isinstance(value, list) or not value:
        raise TypeError(f"{value!r} names no header field")
    needle = bindings.bind(str(value[1])) if len(value) > 1 else "NULL"
    return f"{FUNCTION}({at.email}.blob, {bindings.bind(str(value[0]))}, {needle})"


Compile: TypeAlias = Callable[[JSON, At, Bindings], str]

TEXT: Final[Mapping[str, tuple[str, ...]]] = {"text": (), **{name: (name,) for name in TEXT_COLUMNS[:-1]}}
"""Filters that look for text, and the columns that they look in; none means all."""


def searched(part: Expression) -> Searched | None:
    """What a part looks for, where it is a text that holds anything to look for."""
    if isinstance(part, Term) and part.name in TEXT and parse_query(str(part.value)):
        return str(part.value), TEXT[part.name]
    return None


TERMS: Final[Mapping[str, Compile]] = {
    "inMailbox": _in_mailbox,
    "inMailboxOtherThan": _in_mailbox_other_than,
    "before": _received("<"),
    "after": _received(">="),
    "minSize": _size(">="),
    "maxSize": _size("<"),
    "allInThreadHaveKeyword": _all_in_thread,
    "someInThreadHaveKeyword": _some_in_thread,
    "noneInThreadHaveKeyword": _none_in_thread,
    "hasKeyword": _has_keyword,
    "notKeyword": _not_keyword,
    "hasAttachment": _has_attachment,
    "header": _header,
    **{name: _text(*columns) for name, columns in TEXT.items()},
}

MUTABLE: Final = frozenset({"inMailbox", "inMailboxOtherThan", "hasKeyword", "notKeyword"})
"""Terms whose answer for one email may change."""

THREAD_WIDE: Final = frozenset({"allInThreadHaveKeyword", "someInThreadHaveKeyword", "noneInThreadHaveKeyword"})
"""Terms whose answer may change because another email of the thread did."""


def keyword_entry(part: Expression) -> str | None:
    """The entry of the keyword index that holds exactly what a part matches, if there is one."""
    match part:
        case Term(("hasKeyword" | "notKeyword") as name, str(keyword)):
            return _entry(keyword.lower(), name == "hasKeyword")
        case _:
            return None
