"""The asyncio client of the library websockets, against servers of one process and of three, over TLS."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.client import CORE, MAIL, Client
from tests.server import Certificate, Server, faultless

URN = "urn:ietf:params:jmap:websocket"
PATIENCE = 20
ENABLE = {"@type": "WebSocketPushEnable", "dataTypes": ["Mailbox"]}


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory, tls: Certificate) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("several") / "data"
    with faultless(Server(folder, tls=tls, arguments=["--workers", "3"])) as server:
        yield server


@asynccontextmanager
async def opened(user: Client, tls: Certificate) -> AsyncIterator[ClientConnection]:
    """A connection to where the Session says."""
    url = user.session["capabilities"][URN]["url"]
    credentials = base64.b64encode(f"{user.name}:{user.password}".encode()).decode()
    async with connect(
        url,
        ssl=tls.trust(),
        subprotocols=[Subprotocol("jmap")],
        additional_headers={"Authorization": f"Basic {credentials}"},
        max_size=None,
        proxy=None,
    ) as connection:
        yield connection


async def hear(connection: ClientConnection) -> Any:
    async with asyncio.timeout(PATIENCE):
        return json.loads(await connection.recv())


async def say(connection: ClientConnection, value: Any) -> None:
    await connection.send(json.dumps(value))


def request(identifier: str, *calls: list[Any]) -> dict[str, Any]:
    return {"@type": "Request", "id": identifier, "using": [CORE, MAIL], "methodCalls": list(calls)}


def new_mailbox(user: Client, name: str) -> list[Any]:
    return ["Mailbox/set", {"accountId": user.account, "create": {"a": {"name": name}}}, "c"]


def test_the_url_is_for_tls(tls_server: Server) -> None:
    user = tls_server.add_user("wss@example.com")
    assert user.session["capabilities"][URN]["url"] == f"{tls_server.url.replace('https', 'wss')}/jmap/ws"


def test_a_conversation_of_requests_and_news(tls_server: Server, tls: Certificate) -> None:
    user = tls_server.add_user("talks@example.com")

    async def talk() -> None:
        async with opened(user, tls) as connection:
            await say(connection, ENABLE)
            await say(connection, request("R1", ["Core/echo", {"text": "x" * 2_000_000}, "c"]))
            assert len((await hear(connection))["methodResponses"][0][1]["text"]) == 2_000_000
            await say(connection, request("R2", new_mailbox(user, "by socket")))
            told = [await hear(connection), await hear(connection)]
            assert {one["@type"] for one in told} == {"Response", "StateChange"}
            change = next(one for one in told if one["@type"] == "StateChange")
            answer = next(one for one in told if one["@type"] == "Response")
            state = answer["methodResponses"][0][1]["newState"]
            assert change["changed"] == {user.account: {"Mailbox": state}}
            await connection.send("The quick brown fox")
            assert (await hear(connection))["@type"] == "RequestError"
            assert await asyncio.wait_for(await connection.ping(), PATIENCE) >= 0
            await connection.send(b"binary")
            with pytest.raises(ConnectionClosed) as closed:
                await connection.recv()
            assert closed.value.rcvd
            assert closed.value.rcvd.code == 1003

    asyncio.run(talk())


def test_what_was_missed_between_two_connections_comes_with_the_second(tls_server: Server, tls: Certificate) -> None:
    user = tls_server.add_user("returns@example.com")

    async def talk() -> None:
        async with opened(user, tls) as connection:
            await say(connection, ENABLE)
            await say(connection, request("R", new_mailbox(user, "heard")))
            told = [await hear(connection), await hear(connection)]
            last = next(one["pushState"] for one in told if one["@type"] == "StateChange")
        await asyncio.to_thread(user.new_mailbox, "missed")
        state = await asyncio.to_thread(lambda: user.call("Mailbox/get", {"ids": []})["state"])
        async with opened(user, tls) as connection:
            await say(connection, {**ENABLE, "pushState": last})
            assert (await hear(connection))["changed"] == {user.account: {"Mailbox": state}}

    asyncio.run(talk())


def test_every_process_tells_what_another_wrote_and_writes_what_it_is_told(several: Server, tls: Certificate) -> None:
    user = several.add_user("many@example.com")

    async def talk() -> None:
        async with AsyncExitStack() as stack:
            connections = [await stack.enter_async_context(opened(user, tls)) for _ in range(9)]
            for connection in connections:
                await say(connection, ENABLE)
                await say(connection, request("ready"))
                assert (await hear(connection))["requestId"] == "ready"
            for number, writer in enumerate(connections):
                await say(writer, request("W", new_mailbox(user, f"from {number}")))
                state = ""
                for connection in connections:
                    told = [await hear(connection) for _ in range(2 if connection is writer else 1)]
                    states = [one["changed"][user.account]["Mailbox"] for one in told if one["@type"] == "StateChange"]
                    state = state or states[0]
                    assert states == [state]

    asyncio.run(talk())


def test_a_password_that_is_changed_ends_conversations_at_every_process(several: Server, tls: Certificate) -> None:
    user = several.add_user("leaves@example.com")

    async def talk() -> list[int]:
        async with AsyncExitStack() as stack:
            connections = [await stack.enter_async_context(opened(user, tls)) for _ in range(9)]
            for connection in connections:
                await say(connection, request("ready"))
                await hear(connection)
            await asyncio.to_thread(several.command, "user", "passwd", user.name, "--password-stdin", said="another\n")
            return [await _code(connection) for connection in connections]

    assert set(asyncio.run(talk())) == {1008}


async def _code(connection: ClientConnection) -> int:
    async with asyncio.timeout(PATIENCE):
        try:
            while True:
                await connection.recv()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006


def test_an_end_of_the_server_is_a_going_away(folder: Path, tls: Certificate) -> None:
    with faultless(Server(folder, tls=tls)) as server:
        user = server.add_user("ends@example.com")

        async def talk() -> int:
            async with opened(user, tls) as connection:
                await say(connection, request("ready"))
                await hear(connection)
                stopping = asyncio.ensure_future(asyncio.to_thread(server.stop))
                code = await _code(connection)
                assert await stopping == 0
                return code

        assert asyncio.run(talk()) == 1001
