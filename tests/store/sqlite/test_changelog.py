from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from angarium.store.contract import AccountKey, Changes, State, Transaction
from angarium.store.sqlite import SqliteStore, open_store
from angarium.store.sqlite.records import number_of
from angarium.store.sqlite.snapshot import SqliteSnapshot
from angarium.store.sqlite.transaction import SqliteTransaction
from tests.store.conformance import account_of, done


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    """One store for all examples: each takes an account of its own."""
    opened = open_store(Path(tmp_path_factory.mktemp("changelog")))
    yield opened
    opened.close()


@dataclass
class Thing:
    """What the model knows of one object."""

    created: int
    modified: int
    core: int
    destroyed: int | None = None


@dataclass
class Model:
    """Objects of one type and the type's state."""

    things: dict[str, Thing] = field(default_factory=dict)
    state: int = 0

    def alive(self) -> dict[str, int]:
        return {name: thing.modified for name, thing in self.things.items() if thing.destroyed is None}


KINDS = ("Card", "Mailbox")
OPS = st.lists(
    st.tuples(st.sampled_from(["create", "update", "touch", "destroy"]), st.sampled_from(KINDS), st.integers(0, 30)),
    max_size=40,
)


def apply(transaction: Transaction, account: AccountKey, ops: list[tuple[str, str, int]], kept: "Replica") -> None:
    assert isinstance(transaction, SqliteTransaction)
    models = kept.models
    for position, (op, kind, pick) in enumerate(ops):
        if position == kept.after:
            kept.take({kind: (model.state, model.alive()) for kind, model in models.items()})
        model = models[kind]
        living = sorted(model.alive(), key=lambda name: model.things[name].created)
        if op == "create" or not living:
            name = transaction.records.create(account, kind, "X", b"{}", {})
            number = transaction.state(account, kind)
            assert number_of(name) == number
            model.things[name] = Thing(number, number, number)
        else:
            name = living[pick % len(living)]
            thing = model.things[name]
            if op == "update":
                transaction.records.update(account, kind, name, b"{}", {})
                thing.modified = thing.core = transaction.state(account, kind)
            elif op == "touch":
                transaction.numbers.touch(account, kind, thing.created)
                thing.modified = transaction.state(account, kind)
            else:
                transaction.records.destroy(account, kind, name)
                thing.destroyed = transaction.state(account, kind)
        model.state = transaction.state(account, kind)


@dataclass
class Replica:
    """What a client held after some of the operations, and the truth."""

    after: int
    models: dict[str, Model] = field(default_factory=lambda: {kind: Model() for kind in KINDS})
    states: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    held: dict[str, dict[str, int]] = field(default_factory=lambda: {kind: {} for kind in KINDS})

    def take(self, seen: dict[str, tuple[int, dict[str, int]]]) -> None:
        self.states = {kind: state for kind, (state, _) in seen.items()}
        self.held = {kind: dict(held) for kind, (_, held) in seen.items()}


@settings(max_examples=120, deadline=None)
@given(ops=OPS, after=st.integers(0, 40), size=st.one_of(st.none(), st.integers(1, 9)))
def test_a_replica_that_follows_pages_of_any_size_becomes_the_whole(
    shared: SqliteStore, ops: list[tuple[str, str, int]], after: int, size: int | None
) -> None:
    account = account_of(shared)
    replica = Replica(after)
    done(shared, lambda transaction: apply(transaction, account, ops, replica))
    for kind in KINDS:
        model, held, since = replica.models[kind], replica.held[kind], replica.states[kind]
        more = True
        while more:
            page, base = _page(shared, account, kind, since, size), since
            more, since = page.has_more, page.new_state
            assert size is None or len(page.created) + len(page.updated) + len(page.destroyed) <= size
            assert not more or since > base
            for name in page.created:
                assert name not in held
                assert model.things[name].created > base
            assert set(page.updated) <= set(held)
            held.update({name: model.things[name].modified for name in (*page.created, *page.updated)})
            for name in page.destroyed:
                held.pop(name, None)
            cores = [model.things[name].core for name in page.updated]
            assert page.only_derived == (bool(cores) and max(cores) <= base)
        assert since == model.state
        assert held.keys() == model.alive().keys()
        # An object listed on an early page may have changed later: then it came again, so the last version is known.
        assert held == model.alive()


@settings(max_examples=120, deadline=None)
@given(ops=OPS, after=st.integers(0, 40))
def test_all_changes_at_once_are_exactly_those_of_the_model(
    shared: SqliteStore, ops: list[tuple[str, str, int]], after: int
) -> None:
    account = account_of(shared)
    replica = Replica(after)
    done(shared, lambda transaction: apply(transaction, account, ops, replica))
    for kind in KINDS:
        since = replica.states[kind]
        things = replica.models[kind].things
        alive = {name: thing for name, thing in things.items() if thing.destroyed is None}
        found = _page(shared, account, kind, since, None)
        assert set(found.created) == {name for name, thing in alive.items() if thing.created > since}
        assert set(found.updated) == {n for n, thing in alive.items() if thing.created <= since < thing.modified}
        assert set(found.destroyed) == {
            name for name, thing in things.items() if thing.destroyed and thing.created <= since < thing.destroyed
        }


def _page(store: SqliteStore, account: AccountKey, kind: str, since: int, size: int | None) -> Changes:
    return store.read(lambda s: s.changes(account, kind, State(since), size))


def test_a_page_of_a_long_history_costs_what_the_page_costs(store: SqliteStore) -> None:
    account = account_of(store)
    _filled(store, account, 3000)
    early, late = _cost(store, account, 0), _cost(store, account, 2980)
    assert early < 2 * late


def test_one_change_costs_the_same_however_much_is_there(store: SqliteStore) -> None:
    costs = []
    for size in (10, 3000):
        account = account_of(store)
        names = _filled(store, account, size)
        done(store, partial(_change, account, names[3]))
        costs.append(_cost(store, account, size))
    assert costs[1] < 2 * costs[0]


def _filled(store: SqliteStore, account: AccountKey, size: int) -> list[str]:
    return done(store, lambda t: [t.records.create(account, "Card", "C", b"{}", {}) for _ in range(size)])


def _change(account: AccountKey, name: str, transaction: Transaction) -> None:
    transaction.records.update(account, "Card", name, b"[]", {})


def _cost(store: SqliteStore, account: AccountKey, since: int) -> int:
    """The work of the first ten changes, in the engine's own unit."""
    steps = 0

    def count() -> bool:
        nonlocal steps
        steps += 1
        return False

    connection = store._readers.connect()
    connection.set_progress_handler(count, 10)
    SqliteSnapshot(connection, store._files).changes(account, "Card", State(since), 10)
    connection.close()
    return steps


def test_a_page_of_nothing_is_refused(store: SqliteStore) -> None:
    with pytest.raises(ValueError, match="at least one"):
        store.read(lambda s: s.changes(AccountKey(1), "Card", State(0), 0))
