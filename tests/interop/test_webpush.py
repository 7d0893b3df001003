"""A push service and a client as browsers have them: other people's libraries decrypt and check what a server sends."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.client import Client
from tests.protocols.webpush.device import Device, read_token
from tests.protocols.webpush.service import Service, service
from tests.server import Server, faultless
from tests.waiting import eventually

SETTINGS = {
    "ANGARIUM_PUSH__ALLOW_HTTP": "true",
    "ANGARIUM_PUSH__ALLOW_NETWORKS": '["127.0.0.1"]',
    "ANGARIUM_PUSH__CONTACT": "mailto:postmaster@example.com",
}
VAPID = "urn:ietf:params:jmap:webpush-vapid"


@pytest.fixture
def pushes() -> Iterator[Service]:
    with service() as running:
        yield running


@pytest.fixture(params=["1", "3"], ids=["one process", "three processes"])
def server(folder: Path, request: pytest.FixtureRequest) -> Iterator[Server]:
    with faultless(Server(folder, SETTINGS, arguments=["--workers", request.param])) as running:
        yield running


def subscribed(user: Client, device: Device, pushes: Service) -> str:
    """A verified subscription."""
    create = {"a": {"deviceClientId": "browser", "url": f"{pushes.url}/send/1", "keys": device.keys}}
    record = user.call("PushSubscription/set", {"create": create})["created"]["a"]["id"]
    asked = heard(device, pushes, 1)
    assert (asked["@type"], asked["pushSubscriptionId"]) == ("PushVerification", record)
    update = {"update": {record: {"verificationCode": asked["verificationCode"]}}}
    assert user.call("PushSubscription/set", update)["updated"] == {record: None}
    return str(record)


def heard(device: Device, pushes: Service, count: int) -> Any:
    return json.loads(device.read(pushes.wait(count, 20).body))


def test_a_browser_hears_of_new_states_whichever_process_is_asked(server: Server, pushes: Service) -> None:
    user, device = server.add_user("browser@example.com"), Device()
    subscribed(user, device, pushes)
    user.new_mailbox("in the browser")
    state = user.call("Mailbox/get", {"ids": []})["state"]
    assert heard(device, pushes, 2) == {"@type": "StateChange", "changed": {user.account: {"Mailbox": state}}}
    server_key = user.session["capabilities"][VAPID]["applicationServerKey"]
    for pushed in pushes.requests:
        assert pushed.headers["content-encoding"] == "aes128gcm"
        assert len(pushed.body) <= 4_096
        claims, key = read_token(pushed.headers["authorization"], audience=pushes.url)
        assert key == server_key
        assert claims["sub"] == "mailto:postmaster@example.com"
        assert time.time() < claims["exp"] <= time.time() + 86_400


def test_a_restart_tells_what_was_not_told_and_keeps_the_key(folder: Path, pushes: Service) -> None:
    server = Server(folder, SETTINGS)
    with faultless(server):
        user, device = server.add_user("restart@example.com"), Device()
        subscribed(user, device, pushes)
        key = user.session["capabilities"][VAPID]
        server.kill()
        server.start()
        user = server.client(user.name)
        assert user.session["capabilities"][VAPID] == key
        user.new_mailbox("after the crash")
        state = user.call("Mailbox/get", {"ids": []})["state"]
        told: list[str] = []
        while state not in told:
            told.append(heard(device, pushes, 2 + len(told))["changed"][user.account]["Mailbox"])
        assert len(told) <= 2


def test_the_settings_that_a_server_has_by_itself_push_nothing_inside(folder: Path, pushes: Service) -> None:
    with faultless(Server(folder)) as server:
        user = server.add_user("inside@example.com")
        for url in (pushes.url, pushes.url.replace("http", "https"), "https://localhost:8443/", "https://[::1]/"):
            create = {"a": {"deviceClientId": url, "url": url}}
            answer = user.call("PushSubscription/set", {"create": create})
            assert bool(answer["created"]) is (url == "https://localhost:8443/")
        # What leads inside by name is found out.
        eventually(lambda: not user.call("PushSubscription/get", {"ids": None})["list"])
        assert pushes.requests == []
