"""A store in a temporary folder with an account to send from."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from angarium.store.contract import AccountKey, Store
from angarium.store.sqlite import open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture
def account(store: Store) -> AccountKey:
    return store.write(lambda transaction: transaction.create_account()).result()
