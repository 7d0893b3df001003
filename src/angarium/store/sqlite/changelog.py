"""The change log: one growing number per account, the state of each type, and what happened since a state.

Every change of an object takes its own number, so that a page of changes can end anywhere (RFC 8620 §5.2). The number
of an object's creation is its id. `Kind` is the small table of where the objects of a type live.
"""

# ruff: noqa: S608 (every piece of SQL is a constant of ours)

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TypeAlias, cast

import apsw
import orjson

from angarium.store.contract import (
    DIRECTORY,
    AccountKey,
    Allowance,
    CannotCalculateChanges,
    Changes,
    State,
    StateChange,
)

ALL = 2**62
"""More than any number of rows."""


CREATED, UPDATED, DESTROYED = range(3)


@dataclass(frozen=True, slots=True)
class Kind:
    """Where objects of a type live; SQL fragments over that table, which has `account`, `id` and `modified`.

    `late` finds those that stand on the page though their last change, a derived one, came after its end.
    """

    table: str
    where: str
    name: str
    derived: str
    position: str
    late: str = ""


KINDS = {
    "Email": Kind("email", "account = :account", "'M' || id", "0", "modified"),
    "Thread": Kind("thread", "account = :account", "'T' || id", "0", "modified"),
}
RECORD = Kind(
    "record",
    "account = :account AND kind = :kind",
    "name",
    "modified_core <= :since",
    "iif(modified_core > :since, modified_core, modified)",  # else a page that ends between the two hides the first
    # Only behind a page that is full of created ones; else that would be a walk over all records for nothing.
    f"""
    UNION ALL SELECT modified_core, {UPDATED}, name, 0 FROM record
    WHERE account = :account AND kind = :kind AND id <= (SELECT iif(ending < {ALL}, :since, 0) FROM page)
        AND +modified > (SELECT ending FROM page) AND modified_core > :since
        AND modified_core <= (SELECT ending FROM page)
    """,
)
"""Every type that is not in `KINDS`."""

# An object created since stands at its creation, a changed one at its last change (of its own values, if they changed
# at all), a destroyed one at its end. When the page is full of created ones, nothing behind the last of them is looked
# at: the cost follows the page. Changed ones are found by `modified`; by id, every object would be looked at.
CHANGES = f"""
WITH born AS (
    SELECT id AS position, {CREATED} AS what, {{name}} AS name, 0 AS derived
    FROM {{table}} WHERE {{where}} AND id > :since ORDER BY id LIMIT :limit
), page AS (
    SELECT CASE WHEN count(*) < :limit THEN {ALL} ELSE max(position) END AS ending FROM born
), altered AS (
    SELECT {{position}} AS position, {UPDATED} AS what, {{name}} AS name, {{derived}} AS derived FROM {{table}}
    WHERE {{where}} AND modified > :since AND modified <= (SELECT ending FROM page) AND +id <= :since
    {{late}} ORDER BY 1 LIMIT :limit
), gone AS (
    SELECT destroyed AS position, {DESTROYED} AS what, name, 0 AS derived FROM tombstone
    WHERE account = :account AND kind = :kind
        AND destroyed > :since AND destroyed <= (SELECT ending FROM page) AND id <= :since
    ORDER BY destroyed LIMIT :limit
)
SELECT json_group_array(json_array(position, what, name, derived)) FROM (
    SELECT * FROM born UNION ALL SELECT * FROM altered UNION ALL SELECT * FROM gone
)
"""


# The same where all that happened fits on one page, as it mostly does: then each stands in one list only.
RECENT = f"""
SELECT json_group_array(json_array(position, what, name, derived)) FROM (
    SELECT * FROM (
        SELECT iif(id > :since, id, {{position}}) AS position, iif(id > :since, {CREATED}, {UPDATED}) AS what,
            {{name}} AS name, iif(id > :since, 0, {{derived}}) AS derived
        FROM {{table}} WHERE {{where}} AND modified > :since LIMIT :limit
    ) UNION ALL SELECT * FROM (
        SELECT destroyed, {DESTROYED}, name, 0 FROM tombstone
        WHERE account = :account AND kind = :kind AND destroyed > :since AND id <= :since LIMIT :limit
    )
)
"""


def _of(place: Kind, statement: str) -> str:
    return statement.format(**{field.name: getattr(place, field.name) for field in fields(place)})


_CHANGES_OF = {kind: (_of(place, RECENT), _of(place, CHANGES)) for kind, place in KINDS.items()}
_CHANGES_OF_RECORDS = (_of(RECORD, RECENT), _of(RECORD, CHANGES))

_TOUCH_ALL = """
UPDATE record SET modified = ? + (
    SELECT count(*) FROM record AS older
    WHERE older.account = record.account AND older.kind = record.kind AND older.id < record.id
) WHERE account = ? AND kind = ?
"""


class ChangeLog:
    """Reads the change log; `pending` are states that the transaction has reached and not yet written."""

    def __init__(self, connection: apsw.Connection, pending: Mapping[int, Mapping[str, int]] | None = None) -> None:
        self._connection = connection
        self._pending = {} if pending is None else pending

    def accounts(self) -> list[AccountKey]:
        """Every account but the directory."""
        rows = self._connection.execute("SELECT id FROM account WHERE id <> ? ORDER BY id", (DIRECTORY,))
        return [AccountKey(account) for (account,) in rows]

    def allowance(self, account: AccountKey) -> Allowance:
        """What the account may hold at most."""
        row: tuple[int | None, int | None] | None = self._connection.execute(
            "SELECT most_octets, most_emails FROM account WHERE id = ?", (account,)
        ).get
        return Allowance(*row) if row else Allowance()

    def state(self, account: AccountKey, kind: str) -> State:
        """The state of a type in an account."""
        pending = self._pending.get(account, {}).get(kind)
        if pending is not None:
            return State(pending)
        written: int | None = self._connection.execute(
            "SELECT state FROM type_state WHERE account = ? AND kind = ?", (account, kind)
        ).get
        return State(written or 0)

    def states_after(self, accounts: Sequence[AccountKey], sequence: int) -> tuple[list[StateChange], int]:
        """What changed in these accounts after a commit, and the newest sequence.

        A sequence that this store never reached (it was restored from a backup) counts as the beginning.
        """
        newest: int = self._connection.execute("SELECT value FROM meta WHERE name = 'sequence'").get
        since = sequence if 0 <= sequence <= newest else 0
        changes = []
        for account in accounts:
            found = self._connection.execute(
                "SELECT kind, state, sequence FROM type_state WHERE account = ? AND sequence > ?", (account, since)
            )
            rows = cast(list[tuple[str, State, int]], found.fetchall())
            if rows:
                states = {kind: state for kind, state, _ in rows}
                changes.append(StateChange(account, states, max(row[2] for row in rows)))
        return changes, newest

    def check(self, account: AccountKey, kind: str, since: State) -> None:
        """Raise CannotCalculateChanges unless changes can be told from this state."""
        state = self.state(account, kind)
        if since == state:  # be it below the floor: of a type that stands still there is nothing to tell
            return
        floor: int | None = self._connection.execute("SELECT floor FROM account WHERE id = ?", (account,)).get
        if not (floor or 0) <= since <= state:
            raise CannotCalculateChanges(f"{kind} has no known state {since}")

    def changes(self, account: AccountKey, kind: str, since: State, limit: int | None = None) -> Changes:
        """What happened to a type since a state (RFC 8620 §5.2), at most `limit` (1 or more) ids."""
        if limit is not None and limit < 1:
            raise ValueError("a page of changes holds at least one")
        self.check(account, kind, since)
        state = self.state(account, kind)
        if since == state:
            return Changes([], [], [], state, False)
        page = ALL if limit is None else limit
        values = {"account": account, "kind": kind, "since": since, "limit": page + (limit is not None)}
        found: list[tuple[int, int, str, int]] = []
        for statement in _CHANGES_OF.get(kind, _CHANGES_OF_RECORDS):
            found = orjson.loads(self._connection.execute(statement, values).get)
            if len(found) <= page:
                break
        found.sort()
        rows = found[:page]
        lists: tuple[list[str], list[str], list[str]] = ([], [], [])
        for _, what, name, _ in rows:
            lists[what].append(name)
        more = len(found) > page
        derived = bool(lists[UPDATED]) and all(row[3] for row in rows if row[1] == UPDATED)
        new_state = State(rows[-1][0]) if more else state
        return Changes(*lists, new_state, more, derived)


States: TypeAlias = dict[int, dict[str, State]]
"""Account to type to state."""

Mark: TypeAlias = tuple[dict[int, int], States, States]


class ChangeNumbers:
    """Gives out change numbers and remembers which types changed, by the job and by the group that commits together.

    The states are written once for the group: a type that each of its jobs changes would be written as often.
    """

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._last: dict[int, int] = {}
        self._known: dict[int, int] = {}
        """The last number of each account that earlier jobs wrote, or tried to: nobody else gives numbers out."""
        self.changed: States = {}
        """The new states of the job."""
        self.reached: States = {}
        """Those of the group, not yet written; always this very dict, for whoever shows states."""

    def begin_group(self) -> None:
        """Forget the group before, which has committed or failed."""
        self.reached.clear()

    def begin(self) -> None:
        """Forget the job before."""
        self._last.clear()
        self.changed.clear()

    def next(self, account: int, kind: str) -> int:
        """The account's next change number, for a change of this type."""
        number = self._last[account] = self._newest(account) + 1
        self.reach(account, kind, number)
        return number

    def reach(self, account: int, kind: str, number: int) -> None:
        """A type without objects of its own has this number, given out for a change of another, as its state."""
        for states in (self.changed, self.reached):
            states.setdefault(account, {})[kind] = State(number)

    def touch(self, account: int, kind: str, number: int) -> None:
        """A derived value of the record with this id number changed."""
        self._connection.execute(
            "UPDATE record SET modified = ? WHERE account = ? AND kind = ? AND id = ?",
            (self.next(account, kind), account, kind, number),
        )

    def touch_all(self, account: int, kind: str) -> None:
        """A derived value of every record of a kind changed; each takes a number of its own."""
        newest = self._newest(account)
        self._connection.execute(_TOUCH_ALL, (newest + 1, account, kind))
        if touched := self._connection.changes():
            self._last[account] = newest + touched
            self.reach(account, kind, newest + touched)

    def bury(self, account: int, kind: str, text_id: str, number: int, thread: int | None = None) -> int:
        """Leave a tombstone for the object with this id and id number; returns the number of its destruction."""
        destroyed = self.next(account, kind)
        self._connection.execute(
            "INSERT INTO tombstone (account, kind, destroyed, id, name, thread) VALUES (?, ?, ?, ?, ?, ?)",
            (account, kind, destroyed, number, text_id, thread),
        )
        return destroyed

    def forget(self, account: int) -> None:
        """The account is gone: there is no news of it."""
        self.changed.pop(account, None)
        self.reached.pop(account, None)
        self._last.pop(account, None)
        self._known.pop(account, None)

    def mark(self) -> Mark:
        """Where the numbers stand now, for `go_back`."""
        return dict(self._last), _copied(self.changed), _copied(self.reached)

    def go_back(self, mark: Mark) -> None:
        """Take back the numbers given out since."""
        self._last, changed, reached = mark
        for states, before in ((self.changed, changed), (self.reached, reached)):
            states.clear()
            states.update(before)

    def finish(self) -> States:
        """What the job changed, now that it is done."""
        self._known.update(self._last)
        return dict(self.changed)

    def write(self, sequence: int) -> None:
        """Write the states reached by the group, as part of its commit, which has this sequence."""
        self._connection.executemany(
            "INSERT INTO type_state (account, kind, state, sequence) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (account, kind) DO UPDATE SET state = excluded.state, sequence = excluded.sequence",
            [
                (account, kind, state, sequence)
                for account, states in self.reached.items()
                for kind, state in states.items()
            ],
        )

    def _newest(self, account: int) -> int:
        for given in (self._last, self._known):
            if account in given:
                return given[account]
        # Every number that was given out is the state of some type or was followed by one that is; a store that was
        # restored may have given out more, up to the floor.
        written: int | None = self._connection.execute(
            "SELECT max(state) FROM (SELECT state FROM type_state WHERE account = :account "
            "UNION ALL SELECT floor FROM account WHERE id = :account)",
            {"account": account},
        ).get
        return max(written or 0, *self.reached.get(account, {}).values(), 0)


def _copied(states: States) -> States:
    return {account: dict(kinds) for account, kinds in states.items()}
