"""Seconds from starting the server to its first signed-in answer, on an empty store and on a full one in turns.

Only this one measurement may live here. One start of each goes before, untimed, so that both find their files in the
page cache.
"""

import time
from collections.abc import Mapping
from pathlib import Path

from bench import server
from bench.account import Account
from bench.result import StartupResult
from bench.spread import Spread


def measure(folders: Mapping[int, Path], rounds: int) -> tuple[StartupResult, ...]:
    """Start on each data folder ``rounds`` times, in turns; keys are how many messages a folder holds."""
    seconds: dict[int, list[float]] = {messages: [] for messages in folders}
    for turn in range(rounds + 1):
        for messages, data in folders.items():
            taken = _start(data)
            if turn:
                seconds[messages].append(taken)
    return tuple(StartupResult(messages, Spread.of(sample)) for messages, sample in seconds.items())


def _start(data: Path) -> float:
    started = time.perf_counter()
    with server.serve(data) as process:
        account = Account(server.login(process))
        account.call(("Mailbox/get", {"accountId": account.id, "ids": None}, "m"))
        taken = time.perf_counter() - started
        account.close()
    return taken
