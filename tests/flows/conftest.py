"""A store in a temporary folder with one user who has the usual mailboxes."""

import pytest

from angarium.datatypes.principals import User
from angarium.flows.provision import new_user
from angarium.store.contract import Store

ROLES = ("inbox", "drafts", "sent", "archive", "junk", "trash")


@pytest.fixture
def ann(store: Store) -> User:
    return store.write(lambda transaction: new_user(transaction, "ann", None, ROLES, 0)).result()
