import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from angarium.app.control import LENGTHS, ControlClient, ControlError
from angarium.app.control_link import ControlLink
from angarium.app.control_server import ControlServer, Operation
from angarium.formats.json import JSON
from angarium.store.contract import StoreError


async def echo(arguments: dict[str, JSON], payload: bytes) -> tuple[JSON, bytes]:
    return arguments, payload[::-1]


async def refuse(_arguments: dict[str, JSON], _payload: bytes) -> tuple[JSON, bytes]:
    raise ControlError("notFound", "there is no such thing")


async def fail(_arguments: dict[str, JSON], _payload: bytes) -> tuple[JSON, bytes]:
    raise ZeroDivisionError


async def broken(_arguments: dict[str, JSON], _payload: bytes) -> tuple[JSON, bytes]:
    raise StoreError("the disk is gone")


async def slow(arguments: dict[str, JSON], _payload: bytes) -> tuple[JSON, bytes]:
    await asyncio.sleep(0.2)
    return arguments, b""


OPERATIONS: dict[str, Operation] = {"echo": echo, "refuse": refuse, "fail": fail, "broken": broken, "slow": slow}


@contextmanager
def control(path: Path) -> Iterator[None]:
    """A control server in a thread."""
    ready, end = threading.Event(), threading.Event()

    async def main() -> None:
        server = ControlServer(path, OPERATIONS)
        await server.start()
        ready.set()
        await asyncio.to_thread(end.wait)
        await server.stop()

    thread = threading.Thread(target=lambda: asyncio.run(main()), daemon=True)
    thread.start()
    assert ready.wait(5)
    try:
        yield
    finally:
        end.set()
        thread.join(15)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[ControlClient]:
    with control(tmp_path / "control.sock"), closing(ControlClient(tmp_path / "control.sock")) as connected:
        yield connected


def test_arguments_and_octets_go_there_and_back(client: ControlClient) -> None:
    payload = bytes(range(256)) * 40_000
    assert client.call("echo", {"name": "ä", "list": [1, None]}, payload) == (
        {"name": "ä", "list": [1, None]},
        payload[::-1],
    )
    assert client.call("echo", {}) == ({}, b"")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("refuse", "notFound"), ("broken", "store"), ("fail", "serverFail"), ("nothing", "unknownOperation")],
)
def test_what_was_not_done_is_told_by_kind_and_the_connection_stays(
    client: ControlClient, name: str, kind: str
) -> None:
    with pytest.raises(ControlError) as raised:
        client.call(name, {})
    assert raised.value.kind == kind
    assert client.call("echo", {}) == ({}, b"")


def test_only_the_owner_may_connect(tmp_path: Path) -> None:
    with control(tmp_path / "control.sock"):
        assert (tmp_path / "control.sock").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "control.sock").exists()


def test_a_socket_that_nobody_serves_any_more_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    for _ in range(2):
        with control(path), closing(ControlClient(path)) as client:
            client.call("echo", {})
        path.touch()
    with pytest.raises(OSError, match="refused"):
        ControlClient(path)


def test_a_long_folder_name_does_not_matter(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 40)
    folder.mkdir()
    with control(folder / "control.sock"), closing(ControlClient(folder / "control.sock")) as client:
        assert client.call("echo", {"a": 1}) == ({"a": 1}, b"")


def test_a_server_that_goes_is_told(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with control(path):
        client = ControlClient(path)
        client.call("echo", {})
    with closing(client), pytest.raises(ControlError) as raised:
        client.call("echo", {})
    assert raised.value.kind == "gone"


def test_a_frame_that_is_none_ends_only_its_own_connection(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with control(path), closing(ControlClient(path)) as good, closing(ControlClient(path)) as bad:
        bad._socket.sendall(LENGTHS.pack(2**31, 0))
        assert bad._socket.recv(1) == b""
        assert good.call("echo", {}) == ({}, b"")


def run(path: Path, job: Callable[[ControlServer, ControlLink], Awaitable[None]], server: ControlServer) -> None:
    async def main() -> None:
        await server.start()
        link = await ControlLink.connect(path)
        await job(server, link)
        link.close()
        await server.stop()

    asyncio.run(main())


def test_calls_of_one_link_run_side_by_side(tmp_path: Path) -> None:
    async def job(_server: ControlServer, link: ControlLink) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        answers = await asyncio.gather(*(link.call("slow", {"n": n}) for n in range(20)), link.call("echo", {}, b"ab"))
        assert loop.time() - began < 1
        assert [answer for answer, _ in answers[:-1]] == [{"n": n} for n in range(20)]
        assert answers[-1] == ({}, b"ba")
        with pytest.raises(ControlError, match="no such thing"):
            await link.call("refuse", {})

    run(tmp_path / "s", job, ControlServer(tmp_path / "s", OPERATIONS))


def test_subscribers_hear_what_is_told(tmp_path: Path) -> None:
    sinks: list[Callable[[JSON], None]] = []
    gone = asyncio.Event()

    def subscribe(emit: Callable[[JSON], None]) -> Callable[[], None]:
        sinks.append(emit)
        return gone.set

    async def job(_server: ControlServer, link: ControlLink) -> None:
        heard: list[JSON] = []
        await link.subscribe("news", heard.append)
        for number in range(3):
            sinks[0](number)
        await link.call("echo", {})
        assert heard == [0, 1, 2]
        with pytest.raises(ControlError, match="no operation"):
            await link.subscribe("no news", heard.append)
        link.close()
        await asyncio.wait_for(gone.wait(), 5)

    run(tmp_path / "s", job, ControlServer(tmp_path / "s", OPERATIONS, {"news": subscribe}))


def test_a_link_hears_that_the_other_side_has_gone(tmp_path: Path) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def held(arguments: dict[str, JSON], _payload: bytes) -> tuple[JSON, bytes]:
        begun.set()
        await go.wait()
        return arguments, b""

    async def job(server: ControlServer, link: ControlLink) -> None:
        waiting = asyncio.ensure_future(link.call("held", {}))
        await begun.wait()
        stopping = asyncio.ensure_future(server.stop())
        await asyncio.sleep(0)  # it begins to stop
        go.set()
        assert await waiting == ({}, b"")  # what runs is finished first
        await stopping
        await asyncio.wait_for(link.closed(), 5)
        with pytest.raises(ControlError, match="gone"):
            await link.call("echo", {})

    run(tmp_path / "s", job, ControlServer(tmp_path / "s", {"held": held}))
