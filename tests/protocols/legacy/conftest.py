"""Users of the old dialect; each has the mailboxes that a new account has."""

import itertools
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from angarium.app.config import Config
from angarium.datatypes.principals import Domains, User
from angarium.flows.provision import new_user, settle_addresses
from angarium.store.contract import Transaction
from tests.protocols.legacy.client import Old
from tests.protocols.served import HASHES, Served, serving

NewOld: TypeAlias = Callable[[], Old]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("data")) as running:
        yield running


def user_of(served: Served, name: str) -> Old:
    """A user as `angarium user add` makes one."""
    config = Config(data=Path(served.folder))

    def job(view: Transaction) -> User:
        user = new_user(view, name, HASHES["secret"], config.mail.new_mailboxes, int(time.time() * 1000))
        settle_addresses(view, user, Domains(config.mail.domains))
        return user

    return Old(served, served.store.write(job).result())


_NUMBERS = itertools.count(1)


@pytest.fixture
def new_old(served: Served) -> NewOld:
    return lambda: user_of(served, f"user{next(_NUMBERS)}")


@pytest.fixture
def ann(new_old: NewOld) -> Old:
    return new_old()
