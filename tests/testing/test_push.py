"""Pushes to a service of the test's own, and over a WebSocket, as the dials have it."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from angarium.testing import Server, User
from tests.client import CORE, MAIL, Client
from tests.protocols.webpush.device import Device
from tests.protocols.webpush.service import Service, service
from tests.testing.client import client_of


@pytest.fixture
def pushes() -> Iterator[Service]:
    with service() as running:
        yield running


def heard(device: Device, pushes: Service, count: int) -> Any:
    return json.loads(device.read(pushes.wait(count, 20).body))


def test_a_subscription_is_verified_and_told_also_after_going_back(
    jmap_server: Server, user: User, client: Client, pushes: Service
) -> None:
    device = Device()
    create = {"a": {"deviceClientId": "test", "url": f"{pushes.url}/1", "keys": device.keys}}
    record = client.call("PushSubscription/set", {"create": create})["created"]["a"]["id"]
    asked = heard(device, pushes, 1)
    assert (asked["@type"], asked["pushSubscriptionId"]) == ("PushVerification", record)
    client.call("PushSubscription/set", {"update": {record: {"verificationCode": asked["verificationCode"]}}})
    state = jmap_server.snapshot()
    jmap_server.add_user("bob")
    jmap_server.restore(state)
    user.add_mailbox("News")
    told = heard(device, pushes, 2)
    assert told["changed"][user.account]["Mailbox"] == client.call("Mailbox/get", {"ids": []})["state"]


def test_a_websocket_is_served_watched_and_told_when_something_goes_wrong(jmap_server: Server, user: User) -> None:
    with jmap_server.dial("methodError", type="serverFail", method="Email/get", times=1):
        answer, change = asyncio.run(_talk(jmap_server, user))
    assert answer["methodResponses"][0][1]["type"] == "serverFail"
    assert change["@type"] == "StateChange"
    assert jmap_server.calls[0].error == "serverFail"
    assert 101 in [request.status for request in jmap_server.requests]


async def _talk(server: Server, user: User) -> tuple[Any, Any]:
    """The answer to a request over a WebSocket, and the news of a change."""
    url = client_of(server, user).session["capabilities"]["urn:ietf:params:jmap:websocket"]["url"]
    headers = {"Authorization": user.authorization}
    protocols = [Subprotocol("jmap")]
    async with connect(url, subprotocols=protocols, additional_headers=headers, proxy=None) as socket:
        calls = [["Email/get", {"accountId": user.account, "ids": []}, "c"]]
        await socket.send(json.dumps({"@type": "Request", "using": [CORE, MAIL], "methodCalls": calls}))
        answer = json.loads(await asyncio.wait_for(socket.recv(), 20))
        await socket.send(json.dumps({"@type": "WebSocketPushEnable", "dataTypes": ["Email"], "pushState": "0"}))
        await asyncio.to_thread(user.add_message, subject="news")
        change = json.loads(await asyncio.wait_for(socket.recv(), 20))
    return answer, change
