"""An engine with two users of the directory, and push subscriptions."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from angarium.datatypes import principals, push
from angarium.datatypes.principals import User
from angarium.engine.access import Principal
from angarium.store.contract import Transaction
from tests.harness import Harness, Served


class Desk:
    """An engine where the limit on making subscriptions can be turned."""

    def __init__(self, folder: Path) -> None:
        self.may_create = True
        self.engine = Harness(folder, served=Served([], push.types(_problem, lambda _: self.may_create), []))

    def user(self, name: str, password_hash: str = "hash") -> tuple[User, Principal]:
        def job(transaction: Transaction) -> tuple[User, Principal]:
            user = principals.add(transaction, name, password_hash, self.engine.now)
            asking = principals.principal(transaction, user.id)
            assert asking
            return user, asking

        return self.engine.store.write(job).result()

    def create(self, who: Principal, **given: Any) -> Any:
        """The whole response to one creation."""
        value = {"deviceClientId": "d", "url": "https://push.example.com/1", **given}
        return self.engine.call(who, "PushSubscription/set", {"create": {"a": value}})

    def made(self, who: Principal, **given: Any) -> str:
        """The id of a new subscription."""
        answer = self.create(who, **given)
        assert answer["created"], answer
        return str(answer["created"]["a"]["id"])

    def update(self, who: Principal, record: str, **patch: Any) -> Any:
        return self.engine.call(who, "PushSubscription/set", {"update": {record: patch}})

    def get(self, who: Principal, **arguments: Any) -> Any:
        return self.engine.call(who, "PushSubscription/get", arguments)

    def kept(self, record: str) -> push.Subscription:
        """What the pusher sees of a subscription."""
        return {known.id: known for known in self.engine.store.read(push.subscriptions)}[record]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "data")
    yield made
    made.engine.close()


def _problem(url: str) -> str | None:
    return None if url.startswith("https://") else "must be https"
