from typing import cast

import apsw
import pytest

from angarium.store.contract import AccountKey, CannotCalculateChanges, State, Transaction
from angarium.store.sqlite import SqliteStore
from angarium.store.sqlite.tombstones import KEEP_SECONDS, prune
from angarium.store.sqlite.transaction import SqliteTransaction
from tests.store.conformance import account_of, done


def _connection(transaction: Transaction) -> apsw.Connection:
    return cast(SqliteTransaction, transaction)._connection


def _bury(store: SqliteStore, account: AccountKey, ages: list[int]) -> list[State]:
    """One destroyed card for each age in seconds; the states after each."""

    def job(transaction: Transaction) -> list[State]:
        states = []
        for age in ages:
            card = transaction.records.create(account, "Card", "C", b"{}", {})
            transaction.records.destroy(account, "Card", card)
            states.append(transaction.state(account, "Card"))
            _connection(transaction).execute(
                "UPDATE tombstone SET at = ? WHERE account = ? AND destroyed = ?", (NOW - age, account, states[-1])
            )
        return states

    return done(store, job)


NOW = 2_000_000_000
OLD = KEEP_SECONDS + 1


def test_old_tombstones_beyond_the_newest_go_and_older_states_are_refused(store: SqliteStore) -> None:
    account = account_of(store)
    states = _bury(store, account, [OLD] * 5)
    assert done(store, lambda t: prune(_connection(t), account, NOW, keep_newest=2)) == 3
    with pytest.raises(CannotCalculateChanges):
        store.read(lambda s: s.changes(account, "Card", State(states[2] - 1)))
    assert store.read(lambda s: s.changes(account, "Card", states[2])).destroyed == []
    card = f"C{states[3] - 1}"
    assert store.read(lambda s: s.changes(account, "Card", State(states[3] - 1))).destroyed == [card]


def test_young_tombstones_stay_however_many_there_are(store: SqliteStore) -> None:
    account = account_of(store)
    states = _bury(store, account, [OLD, KEEP_SECONDS - 1, OLD, OLD])
    assert done(store, lambda t: prune(_connection(t), account, NOW, keep_newest=0)) == 1
    assert store.read(lambda s: s.changes(account, "Card", states[0])).new_state == states[-1]


def test_few_tombstones_stay_however_old_they_are(store: SqliteStore) -> None:
    account = account_of(store)
    _bury(store, account, [OLD] * 5)
    assert done(store, lambda t: t.prune(account, NOW)) == 0
    assert store.read(lambda s: s.changes(account, "Card", State(0))).destroyed == []


def test_other_accounts_keep_theirs(store: SqliteStore) -> None:
    account, other = account_of(store), account_of(store)
    _bury(store, account, [OLD])
    states = _bury(store, other, [OLD])
    done(store, lambda t: prune(_connection(t), account, NOW, keep_newest=0))
    assert len(store.read(lambda s: s.changes(other, "Card", State(states[0] - 1))).destroyed) == 1


def test_a_type_that_nothing_happened_to_has_changes_from_where_it_stands(store: SqliteStore) -> None:
    account = account_of(store)
    done(store, lambda t: t.records.create(account, "Identity", "I", b"{}", {}))
    _bury(store, account, [OLD] * 3)
    assert done(store, lambda t: prune(_connection(t), account, NOW, keep_newest=0)) == 3
    for kind in ("Identity", "Note"):  # one that stands still, and one that never had any object
        state = store.read(lambda s: s.state(account, kind))  # noqa: B023 (at once)
        changes = store.read(lambda s: s.changes(account, kind, state))  # noqa: B023 (at once)
        assert (changes.created, changes.updated, changes.destroyed) == ([], [], [])
        asked = store.read(lambda s: s.records.query_changes(account, kind, None, (), state))  # noqa: B023 (at once)
        assert asked is not None
        assert (asked.removed, asked.added) == ([], [])
    with pytest.raises(CannotCalculateChanges):
        store.read(lambda s: s.changes(account, "Identity", State(0)))
