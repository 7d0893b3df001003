"""How soon another client hears of a change, on each way and across processes, and what an idle stream costs.

Only these measurements may live here. A timing begins when the changing client has read its answer and ends when the
other has read the news; a ``Core/echo`` of the changing client stands before each. Linux tells which process serves a
connection.
"""

import os
import resource
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from angarium.app.control import NAME, ControlClient
from angarium.datatypes.principals import hash_password
from bench import aims, resources, server
from bench.account import Account, Call, JmapError, Login
from bench.process import Process
from bench.result import MemoryResult, PushResult
from bench.spread import Spread
from bench.streams import WAYS, Stream

STREAMS = 2_000
_OF_ONE_USER = 16
_TRIES = 200
_WARM_UP = 10
_REST = 1.0
_READY_WITHIN = 20.0


def latency(folder: Path, rounds: int) -> tuple[PushResult, ...]:
    """Both ways within one process, and from each of two processes to the other."""
    with server.serve(server.fresh(folder / "push")) as process:
        alone = [_timed(process, way, rounds, "one process", process.pids, process.pids) for way in WAYS]
    with server.serve(server.fresh(folder / "push"), "--workers", "2") as process:
        first, others = _workers(process)[:1], _workers(process)[1:]
        across = [
            _timed(process, way, rounds, place, changing, listening)
            for place, changing, listening in (("first to worker", first, others), ("worker to first", others, first))
            for way in WAYS
        ]
    return (*alone, *across)


def idle(folder: Path) -> Iterator[MemoryResult]:
    """What each of many idle streams adds to the server."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, STREAMS * 2)), hard))
    data = server.fresh(folder / "streams")
    for way, what in (("EventSource", aims.EVENT_SOURCE), ("WebSocket", aims.WEB_SOCKET)):
        with server.serve(data) as process, ExitStack() as stack:
            logins = _users(data, process.url, way)
            for login in logins:  # signed in before, so that hashing passwords does not count
                stack.enter_context(closing(Account(login))).call(("Core/echo", {}, "e"))
            stack.enter_context(WAYS[way](logins[0]))
            before = _resident(process.pids)
            for number in range(1, STREAMS + 1):
                stack.enter_context(WAYS[way](logins[number // _OF_ONE_USER]))
            time.sleep(_REST)
            yield MemoryResult(what, (_resident(process.pids) - before) // STREAMS)


def _workers(process: Process) -> tuple[int, ...]:
    """The first process and its worker, which starts after it."""
    deadline = time.monotonic() + _READY_WITHIN
    while len(pids := resources.tree(process.pids[0])) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    return pids


def _users(data: Path, url: str, way: str) -> list[Login]:
    """As many users as so many streams need."""
    password_hash = hash_password(server.PASSWORD)
    names = [f"{way.lower()}{number}" for number in range(STREAMS // _OF_ONE_USER + 1)]
    with closing(ControlClient(data / NAME)) as control:
        for name in names:
            control.call("user.add", {"name": name, "passwordHash": password_hash})
    return [Login(url, name, server.PASSWORD) for name in names]


def _resident(pids: Sequence[int]) -> int:
    return sum(found.resident for pid in pids if (found := resources.memory(pid)))


def _timed(
    process: Process, way: str, rounds: int, place: str, changing: Sequence[int], listening: Sequence[int]
) -> PushResult:
    login = server.login(process)
    with ExitStack() as stack:
        account = stack.enter_context(closing(_account_at(login, changing)))
        mailbox = account.call(("Mailbox/get", {"accountId": account.id, "ids": None}, "m"))[0][1]["list"][0]["id"]
        account.call(_change(account, mailbox, 0))
        stream = stack.enter_context(_stream_at(login, way, listening))
        times, echoes = [], []
        for turn in range(1, _WARM_UP + rounds + 1):
            echo, taken = _round(process, account, stream, mailbox, turn)
            if turn > _WARM_UP:
                echoes.append(echo)
                times.append(taken)
    return PushResult(way, place, Spread.of(times), Spread.of(echoes))


def _round(process: Process, account: Account, stream: Stream, mailbox: str, turn: int) -> tuple[float, float]:
    """Seconds of an echo, and from the answer to a change until its news."""
    account.call(("Core/echo", {}, "e"))
    echo = account.api([("Core/echo", {"hello": True, "high": 5}, "b3ff")])
    started = time.perf_counter()
    echo.send()
    echoed = time.perf_counter() - started
    answer = account.api([_change(account, mailbox, turn)]).send()
    answered = time.perf_counter()
    news = stream.news()
    heard = time.perf_counter()
    if news["changed"][account.id]["Mailbox"].encode() not in answer.body:
        raise JmapError(f"the news is not that of the change: {news} after {answer.body[:300]!r}")
    process.settle()
    return echoed, heard - answered


def _change(account: Account, mailbox: str, turn: int) -> Call:
    return ("Mailbox/set", {"accountId": account.id, "update": {mailbox: {"sortOrder": turn}}}, "s")


def _account_at(login: Login, pids: Sequence[int]) -> Account:
    """An account whose connection one of these processes serves."""
    for _ in range(_TRIES):
        account = Account(login)
        if _serving(account.port, pids):
            return account
        account.close()
        time.sleep(0.02)  # a worker that has just been started does not listen yet
    raise JmapError(f"no connection came to one of the processes {pids}")


def _stream_at(login: Login, way: str, pids: Sequence[int]) -> Stream:
    for _ in range(_TRIES):
        stream = WAYS[way](login)
        if _serving(stream.port, pids):
            return stream
        stream.close()
        time.sleep(0.02)  # its place is given back when the server has seen the end
    raise JmapError(f"no stream came to one of the processes {pids}")


def _serving(port: int, pids: Sequence[int]) -> bool:
    """Whether one of the processes holds the other end of a connection from this local port."""
    wanted = {f"socket:[{inode}]" for inode in _inodes_to(port)}
    return any(_link(entry) in wanted for pid in pids for entry in Path(f"/proc/{pid}/fd").iterdir())


def _inodes_to(port: int) -> Iterator[str]:
    """The sockets whose other end is this local port (proc(5), /proc/net/tcp)."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[2].rpartition(":")[2], 16) == port:
            yield fields[9]


def _link(entry: Path) -> str:
    try:
        return os.readlink(entry)
    except FileNotFoundError:
        return ""
