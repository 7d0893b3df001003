"""A store in a temporary folder with one user who has the usual mailboxes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from angarium.datatypes.principals import User
from angarium.flows.provision import new_user
from angarium.store.contract import Store
from angarium.store.sqlite import open_store

ROLES = ("inbox", "drafts", "sent", "archive", "junk", "trash")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture
def ann(store: Store) -> User:
    return store.write(lambda transaction: new_user(transaction, "ann", None, ROLES, 0)).result()
