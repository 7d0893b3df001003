"""A server that pushes to a service on loopback, without the pauses that others need."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from angarium.datatypes import push
from angarium.protocols.webpush import pusher
from tests.protocols.served import Served, serving
from tests.protocols.webpush.service import Pushed, Service, service

SETTINGS: dict[str, Any] = {"push": {"allow_http": True, "allow_networks": ["127.0.0.0/8"]}}


@dataclass
class Ground:
    """A server, its push service, and its first user."""

    served: Served
    service: Service

    def subscribe(self, user: str = "ann", path: str = "/d", **more: Any) -> str:
        """The id of a subscription that waits to be verified."""
        given = {"deviceClientId": path, "url": self.service.url + path, **more}
        answer = self.served.call("PushSubscription/set", {"create": {"a": given}}, user=user)
        assert answer["created"], answer
        return str(answer["created"]["a"]["id"])

    def verify(self, record: str, pushed: Pushed | None = None, user: str = "ann", code: str = "") -> None:
        code = code or (pushed.json["verificationCode"] if pushed else "")
        arguments = {"update": {record: {"verificationCode": code}}}
        assert self.served.call("PushSubscription/set", arguments, user=user)["updated"] == {record: None}

    def verified(self, user: str = "ann", **more: Any) -> str:
        """The id of a subscription that is told of changes."""
        before = len(self.service.requests)
        record = self.subscribe(user, **more)
        self.verify(record, self.service.wait(before + 1), user)
        return record

    def stays(self) -> list[push.Subscription]:
        return self.served.store.read(push.subscriptions)


@contextmanager
def ground(folder: Path, running: Service) -> Iterator[Ground]:
    with serving(folder, **SETTINGS) as served:
        yield Ground(served, running)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pusher, "GAP", 0.05)
    monkeypatch.setattr(pusher, "BACK_OFF", (0.05, 0.1))


@pytest.fixture
def running() -> Iterator[Service]:
    with service() as made:
        yield made


@pytest.fixture
def land(tmp_path: Path, running: Service, quick: None) -> Iterator[Ground]:
    with ground(tmp_path / "data", running) as made:
        made.served.user("ann")
        yield made
