"""One Email/query compiled: its filter, order and collapsing as SQL, and the statements that read from it.

Each statement gives one row of assembled text, so that nothing is done for each message outside of the engine.
RFC 8620 §5.5, RFC 8621 §4.4.
"""

# ruff: noqa: S608 (SQL is made of the names in this package, values are bound)

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Final, cast

import apsw
import orjson

from angarium.store.contract import MessageQuery, Term
from angarium.store.sqlite.messages.comparators import NEWEST_FIRST, keys
from angarium.store.sqlite.messages.counters import read
from angarium.store.sqlite.messages.documents import Documents
from angarium.store.sqlite.messages.ids import EVERYWHERE, LAST_SECOND, SEQUENCE_BITS, first_document, mailbox_number
from angarium.store.sqlite.messages.keywords import UNSEEN
from angarium.store.sqlite.messages.sources import Source, choose, listed_source, text_source
from angarium.store.sqlite.messages.statement import At, Bindings, Value
from angarium.store.sqlite.messages.terms import conjunction, keyword_entry, searched, where

_SIBLING: Final = At("o", "oe", probe=True)
_ALL: Final = -1

_REACH: Final = 2
"""Emails looked at for a thread that is wanted, of those that a text finds; and how many times more when too few."""
_FURTHER: Final = 8


class Selection:
    """The emails that a query selects, in its order; valid within one snapshot."""

    def __init__(self, connection: apsw.Connection, account: int, query: MessageQuery) -> None:
        self._connection = connection
        self._bindings = Bindings(connection, account)
        self._parts = conjunction(query.filter)
        self._collapse = query.collapse_threads
        mailboxes = (part for part in self._parts if isinstance(part, Term) and part.name == "inMailbox")
        self._mailbox = next((part for part in mailboxes if mailbox_number(str(part.value))), None)
        self._number = (mailbox_number(str(self._mailbox.value)) if self._mailbox else None) or EVERYWHERE
        self._others = [part for part in self._parts if part is not self._mailbox]
        self._sort = query.sort or NEWEST_FIRST
        self._by_received = len(self._sort) == 1 and self._sort[0].property == "receivedAt"
        self._sums = read(connection, account, sorted({EVERYWHERE, self._number}))
        self._source, rest = choose(self._mailbox, self._number, self._others, self._sums, self._bindings)
        self._conditions = [where(part, self._source.at, self._bindings) for part in rest]

    # --- totals ---

    def counted_total(self) -> int | None:
        """The total where a counter holds it (RFC 8621 §4.4 asks for that with a single `inMailbox`)."""
        sums = self._sums[self._number]
        match self._others:
            case []:
                return sums.total_threads if self._collapse else sums.total_emails
            case [part] if keyword_entry(part) == UNSEEN:
                return sums.unseen_threads if self._collapse else sums.unseen_emails
            case _:
                return None

    def total(self) -> int:
        """How many ids there are in all."""
        counted = self.counted_total()
        if counted is not None:
            return counted
        documents = self._source.documents
        if documents and not self._conditions and not self._collapse:
            return self._integer(f"SELECT count(*) FROM ({documents.all_from(':low')})")
        what = f"count(DISTINCT {self._source.at.row}.thread)" if self._collapse else "count(*)"
        return self._integer(f"SELECT {what} {self._from(self._source, self._conditions)}")

    # --- pages ---

    def page(self, start: int, limit: int | None) -> list[str]:
        """Ids from a position on."""
        if limit == 0:
            return []
        total = self.counted_total() if self._by_received else None
        if total is not None and start * 2 > total:  # nearer from the end
            ending = total if limit is None else min(start + limit, total)
            return self._page(total - ending, max(ending - start, 0), backwards=True)[::-1]
        return self._page(start, limit)

    def _page(self, start: int, limit: int | None, *, backwards: bool = False) -> list[str]:
        values = {"start": start, "limit": _ALL if limit is None else limit}
        if not self._by_received:
            rows, order = self._sorted()
            return self._ids(f"SELECT id FROM ({rows}) ORDER BY {order} LIMIT :limit OFFSET :start", values)
        ascending = self._sort[0].ascending is not backwards
        documents = self._source.documents
        if documents is None or limit is None or ascending:
            prefix, source, walked = "", self._source, self._walked()
        else:
            nearest = self._nearest_threads if self._collapse else self._nearest
            prefix, source, walked = nearest(documents, start + limit)
        return self._ids(
            f"{prefix}SELECT {source.at.row}.id AS id {self._from(source, walked)} "
            f"ORDER BY {self._walk(source, ascending)} LIMIT :limit OFFSET :start",
            values,
        )

    def _nearest(self, documents: Documents, need: int) -> tuple[str, Source, list[str]]:
        """The newest documents of a text, found first along their keys, which go by second of receipt.

        A key never lies before the second of receipt, so what was received since the second of the oldest of them has a
        key since then: what has one below theirs is found too, and the order of receipt among all of these.
        """
        indexed, needed = text_source(documents, documents.listed(":low")), self._bindings.bind(need)
        floor = f":low + (min(max(min(received) / 1000, 0), {LAST_SECOND}) << {SEQUENCE_BITS})"
        short = f"count(*) < {needed}"  # then these are all that are indexed
        prefix = (
            "WITH near (document, received, id) AS MATERIALIZED ("
            f"SELECT d.document, e.received, e.id {self._from(indexed, self._conditions)} "
            f"ORDER BY d.document DESC LIMIT {needed}), reach (floor, top) AS MATERIALIZED ("
            f"SELECT iif({short}, :low, {floor}), iif({short}, :low, min(document)) FROM near) "
        )
        below = documents.all_from("(SELECT floor FROM reach)", "(SELECT top - 1 FROM reach)")
        others = f"SELECT e.received, e.id {self._from(text_source(documents, below), self._conditions)}"
        found = f"(SELECT received, id FROM near UNION ALL {others}) f"
        return prefix, Source(found, "1", At("f", "f"), "f.received", "f.id"), []

    def _nearest_threads(self, documents: Documents, need: int) -> tuple[str, Source, list[str]]:
        """The same for threads, and how to walk them: those of some newest documents, of more while they are too few.

        The newer emails of a thread that match lie among the same documents, so none is looked up in full text.
        """
        found = (
            f"WITH found (document) AS MATERIALIZED ({documents.all_from(self._floor_of_threads(documents, need))}) "
        )
        condition = f"+{_SIBLING.email}.document IN (SELECT document FROM found)"
        walked = [*self._conditions, self._first_of_thread(self._source.at, condition)]
        return found, text_source(documents, "SELECT document FROM found"), walked

    def _floor_of_threads(self, documents: Documents, need: int) -> str:
        """The lowest key of a document that can matter to the newest threads, so many of them."""
        indexed = text_source(documents, documents.listed(":low"))
        columns = f"{indexed.at.row}.received AS received, {indexed.at.row}.thread AS thread"
        walk = f"SELECT {columns} {self._from(indexed, self._conditions)} ORDER BY d.document DESC LIMIT :reach"
        sql = f"SELECT count(*), count(DISTINCT thread), min(received) FROM ({walk})"
        reach = _REACH * need
        while True:
            values = {**self._bindings.values, "reach": reach}
            emails, threads, oldest = cast("tuple[int, int, int]", self._connection.execute(sql, values).get)
            if emails < reach:
                return ":low"
            if threads >= need:
                return self._bindings.bind(first_document(self._bindings.account, oldest))
            reach *= _FURTHER

    def _walked(self) -> list[str]:
        """The conditions of a walk by time of receipt."""
        return [*self._conditions, self._first_of_thread(self._source.at)] if self._collapse else self._conditions

    def _first_of_thread(self, at: At, found: str | None = None) -> str:
        """No email of the same thread that also matches comes earlier, in order of receipt.

        `found` is the condition that stands for what is looked for in text.
        """
        others = self._others if found is None else [part for part in self._others if searched(part) is None]
        conditions = [where(part, _SIBLING, self._bindings) for part in others] + ([found] if found else [])
        joined = "".join(f" AND {condition}" for condition in conditions)
        email = (
            " CROSS JOIN email oe ON oe.account = o.account AND oe.id = o.id"
            if any("oe." in condition for condition in conditions)
            else ""
        )
        earlier = "<" if self._sort[0].ascending else ">"
        return (
            f"NOT EXISTS (SELECT 1 FROM mailbox_email o INDEXED BY mailbox_thread{email} WHERE o.account = :account "
            f"AND o.thread = {at.row}.thread AND o.mailbox = {self._bindings.bind(self._number)} "
            f"AND (o.received, o.id) {earlier} ({at.row}.received, {at.row}.id){joined})"
        )

    def _walk(self, source: Source, ascending: bool) -> str:
        direction = "ASC" if ascending else "DESC"
        return f"{source.received} {direction}, {source.id} {direction}"

    def _sorted(self) -> tuple[str, str]:
        """A SELECT of `id` with what it is ordered by, and that order, for orders that cannot be walked."""
        at = self._source.at
        compiled = keys(self._sort, at, self._bindings)
        named = ", ".join(f"{key.sql} AS k{index}" for index, key in enumerate(compiled))
        order = ", ".join(f"k{index} {key.direction}" for index, key in enumerate(compiled))
        every = f"SELECT {at.row}.id AS id, {{}}{named} {self._from(self._source, self._conditions, named)}"
        if not self._collapse:
            return every.format(""), order
        ranked = f"row_number() OVER (PARTITION BY thread ORDER BY {order}) AS nth"
        return (
            f"SELECT * FROM (SELECT *, {ranked} FROM ({every.format(f'{at.row}.thread AS thread, ')})) WHERE nth = 1",
            order,
        )

    # --- places ---

    def position(self, email: int) -> int | None:
        """The index of an email among the results."""
        if not self._by_received:
            found = self.places([email])
            return found[0][1] if found else None
        received = self._last({"wanted": f"[{email}]"})
        if received is None:
            return None
        source = self._source
        earlier = "<" if self._sort[0].ascending else ">"
        reached = f"({self._bindings.bind(received)}, {self._bindings.bind(email)})"
        before = [*self._walked(), f"({source.received}, {source.id}) {earlier} {reached}"]
        return self._integer(f"SELECT count(*) {self._from(source, before)}")

    def places(self, emails: Sequence[int]) -> list[tuple[int, int]]:
        """Those of the emails that are among the results, with their index, in order of index."""
        if not emails:
            return []
        wanted = {"wanted": orjson.dumps(list(emails)).decode()}
        if not self._by_received:
            rows, order = self._sorted()
            return self._pairs(f"SELECT id, row_number() OVER (ORDER BY {order}) - 1 AS place FROM ({rows})", wanted)
        last = self._last(wanted)
        if last is None:
            return []
        ascending = self._sort[0].ascending
        source = self._source
        bound = f"{source.received} {'<=' if ascending else '>='} {self._bindings.bind(last)}"
        return self._pairs(
            f"SELECT {source.at.row}.id AS id, "
            f"row_number() OVER (ORDER BY {self._walk(source, ascending)}) - 1 AS place "
            f"{self._from(source, [*self._walked(), bound])}",
            wanted,
        )

    def _last(self, wanted: dict[str, str]) -> int | None:
        """The time of receipt of the wanted email that stands last in the results; the walk ends there."""
        source = listed_source(":wanted")
        conditions = [where(part, source.at, self._bindings) for part in self._parts]
        if self._collapse:
            conditions.append(self._first_of_thread(source.at))
        outermost = "max" if self._sort[0].ascending else "min"
        sql = f"SELECT {outermost}({source.received}) {self._from(source, conditions)}"
        last: int | None = self._connection.execute(sql, {**self._bindings.values, **wanted}).get
        return last

    # --- statements ---

    def _from(self, source: Source, conditions: Sequence[str], columns: str = "") -> str:
        wanted = " AND ".join((source.where, *conditions))
        return f"FROM {source.tables_for((*conditions, columns))} WHERE {wanted}"

    def _integer(self, sql: str) -> int:
        number: int = self._connection.execute(sql, self._bindings.values).get
        return number

    def _ids(self, rows: str, values: Mapping[str, Value]) -> list[str]:
        text: str | None = self._connection.execute(
            f"SELECT group_concat('M' || id) FROM ({rows})", {**self._bindings.values, **values}
        ).get
        return text.split(",") if text else []

    def _pairs(self, numbered: str, wanted: Mapping[str, Value]) -> list[tuple[int, int]]:
        text: str = self._connection.execute(
            f"SELECT json_group_array(json_array(id, place)) FROM ({numbered}) "
            "WHERE id IN (SELECT value FROM json_each(:wanted))",
            {**self._bindings.values, **wanted},
        ).get
        return [(email, place) for email, place in sorted(orjson.loads(text), key=itemgetter(1))]
