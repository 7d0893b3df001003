"""A store with an account to send from; a user who writes and sends."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from angarium.store.contract import AccountKey, Store
from tests.datatypes.submission.outbox import Outbox
from tests.harness import Harness


@pytest.fixture
def account(store: Store) -> AccountKey:
    return store.write(lambda transaction: transaction.create_account()).result()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Harness]:
    made = Harness(tmp_path / "engine")
    yield made
    made.close()


@pytest.fixture
def ann(engine: Harness) -> Outbox:
    return Outbox(engine, engine.user("ann"))
