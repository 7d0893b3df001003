"""Seconds from starting the server to its first signed-in answer: on an empty store and on a full one in turns, and on
the full one after SIGKILL.

Only these measurements may live here. One start of each goes before, untimed, so that all find their files in the page
cache. Before a kill the server has just written: a keyword was set on many messages and taken off again, several
times, which leaves the mailbox as it was and the write-ahead log full.
"""

import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from bench import server
from bench.account import Account
from bench.result import StartupResult
from bench.spread import Spread

_LOG = "angarium.db-wal"
_KEYWORD = "keywords/bench-before-kill"
_WRITTEN = 500  # messages whose keywords change before each kill
_CHANGES = 10  # times that they get a keyword and lose it: some megabytes of log


def measure(folders: Mapping[int, Path], rounds: int) -> tuple[StartupResult, ...]:
    """Start on each data folder ``rounds`` times, in turns; keys are how many messages a folder holds."""
    seconds: dict[int, list[float]] = {messages: [] for messages in folders}
    for turn in range(rounds + 1):
        for messages, data in folders.items():
            taken = _start(data)
            if turn:
                seconds[messages].append(taken)
    return tuple(StartupResult(messages, Spread.of(sample)) for messages, sample in seconds.items())


def after_kill(messages: int, data: Path, rounds: int) -> StartupResult:
    """Start so many times on a data folder whose server was killed each time."""
    seconds, logs = [], []
    for _ in range(rounds):
        logs.append(_write_and_kill(data))
        seconds.append(_start(data))
    return StartupResult(messages, Spread.of(seconds), killed=True, log=round(Spread.of(logs).p50))


def _start(data: Path) -> float:
    started = time.perf_counter()
    with server.serve(data) as process:
        account = Account(server.login(process))
        account.call(("Mailbox/get", {"accountId": account.id, "ids": None}, "m"))
        taken = time.perf_counter() - started
        account.close()
    return taken


def _write_and_kill(data: Path) -> int:
    """Leave a store as a crash does; how many octets its log then has that the database may lack."""
    with server.serve(data) as process, closing(Account(server.login(process))) as account:
        query = {"accountId": account.id, "limit": _WRITTEN}
        emails = account.call(("Email/query", query, "q"))[0][1]["ids"]
        for value in (True, None) * _CHANGES:
            update = {email: {_KEYWORD: value} for email in emails}
            account.call(("Email/set", {"accountId": account.id, "update": update}, "s"))
        process.kill()
    return (data / _LOG).stat().st_size
