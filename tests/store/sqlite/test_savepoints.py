"""Savepoints inside savepoints, in any order of changes and failures: what is left is what a model says."""

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as some

from angarium.store.contract import AccountKey, Transaction
from angarium.store.sqlite import SqliteStore, open_store

Step: TypeAlias = "tuple[bool, list[Step]] | None"
"""None makes a record; a block runs its steps in a savepoint, and then fails or not."""

STEP = some.recursive(
    some.none(), lambda steps: some.tuples(some.booleans(), some.lists(steps, max_size=4)), max_leaves=12
)


class Failed(Exception):
    """A block that is undone."""


def perform(transaction: Transaction, account: AccountKey, steps: list[Step]) -> list[str]:
    """Do the steps; the records that ought to be left."""
    left: list[str] = []
    for step in steps:
        if step is None:
            left.append(transaction.records.create(account, "Card", "C", b"{}", {"i": [1]}))
            continue
        fails, inner = step
        with suppress(Failed), transaction.savepoint():
            made = perform(transaction, account, inner)
            if fails:
                raise Failed
            left += made
    return left


def check(store: SqliteStore, jobs: list[list[Step]]) -> None:
    account = store.write(lambda transaction: transaction.create_account()).result(10)
    left: list[str] = []
    for steps in jobs:
        left += store.write(partial(perform, account=account, steps=steps)).result(10)
    kept = store.read(lambda snapshot: list(snapshot.records.get(account, "Card")))
    assert kept == left
    assert len(set(left)) == len(left)
    state = store.read(lambda snapshot: snapshot.state(account, "Card"))
    assert state == max((int(record[1:]) for record in left), default=0)
    assert store.read(lambda snapshot: snapshot.records.find(account, "Card", "i", 1)) == left


def test_whatever_nests_and_fails_leaves_what_did_not_fail(tmp_path: Path) -> None:
    store = open_store(tmp_path)

    @settings(max_examples=150, deadline=None)
    @given(some.lists(some.lists(STEP, max_size=5), min_size=1, max_size=3))
    def run(jobs: list[list[Step]]) -> None:
        check(store, jobs)

    try:
        run()
    finally:
        store.close()


def test_the_collector_knows_of_a_blob_whose_reference_was_undone(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    account = store.write(lambda t: t.create_account()).result(10)

    def job(transaction: Transaction) -> None:
        blob = transaction.blobs.add(b"kept for nobody")
        with suppress(LookupError), transaction.savepoint():
            transaction.blobs.upload(account, "ann", blob, 0, 1000)
            raise LookupError

    store.write(job).result(10)
    assert store.read(lambda s: s.problems()) == []
    assert store.write(lambda t: t.blobs.collect(0)).result(10) == 1
    store.close()
