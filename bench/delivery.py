"""The delivery row: how many messages a second a server takes by LMTP, each on disk before it is acknowledged.

Ours on a fresh store and a peer take the same number of messages, one after the other and again, at one connection and
at several, from a client in a process of its own (``bench.deliver``). Only the order of these runs may live here.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import server
from bench.corpus import BLOCK
from bench.measure import Meter
from bench.process import Process, environment
from bench.resources import Family
from bench.result import DeliveryResult
from bench.server import CommandError
from bench.spread import Spread

CONNECTIONS = (1, 8)
_PASSES = 4
_EPOCHS = 1_000_000
_MESSAGES_FOR_EACH_ROUND = 2


@dataclass(frozen=True, slots=True)
class Place:
    """A server that takes mail by LMTP on TCP, and whom it knows."""

    host: str
    port: int
    recipient: str

    @property
    def name(self) -> str:
        """How tables name it."""
        return f"{self.host}:{self.port}"

    def filed(self, mailbox: str) -> str:
        """The recipient whose mail goes into a mailbox (RFC 5233)."""
        local, at, domain = self.recipient.partition("@")
        return f"{local}+{mailbox}{at}{domain}"


@dataclass(frozen=True, slots=True)
class Taker:
    """A server that takes the mail: its name in tables, where, and what reads its CPU."""

    name: str
    place: Place
    meter: Meter


def measure(
    ours: str,
    folder: Path,
    peer: Taker | None,
    rounds: int,
    say: Callable[[str], None],
    connections: Sequence[int] = CONNECTIONS,
) -> list[DeliveryResult]:
    """Messages a second of our server, on a fresh store, and of a peer; twice as many in each run as rounds."""
    with server.serve(server.fresh(folder / "delivery"), "--lmtp", "127.0.0.1:0") as process:
        takers = [Taker(ours, place_of(process), Family(process.pids[0])), *([peer] if peer else [])]
        return _in_turns(takers, connections, rounds, say)


def _in_turns(
    takers: Sequence[Taker], connections: Sequence[int], rounds: int, say: Callable[[str], None]
) -> list[DeliveryResult]:
    count = _MESSAGES_FOR_EACH_ROUND * rounds
    taken: dict[tuple[str, int], list[tuple[float, float]]] = {}
    # From the clock, so that no peer has seen these messages; every run takes others.
    first = int(time.time()) % _EPOCHS * BLOCK
    for turn in range(_PASSES):
        say(f"delivery: pass {turn + 1} of {_PASSES}, {count} messages in each run")
        for number in connections:
            for taker in takers:
                taken.setdefault((taker.name, number), []).append(_run(taker, number, first, count))
            first += -(-count // BLOCK) * BLOCK
    return [_result(name, number, count, runs) for (name, number), runs in taken.items()]


def place_of(process: Process) -> Place:
    """Where a server of ours that was started with LMTP takes mail for its user."""
    host, _, port = process.told("LMTP on ").rpartition(":")
    return Place(host, int(port), f"{server.USER}@localhost")


def _run(taker: Taker, connections: int, first: int, count: int) -> tuple[float, float]:
    """Seconds from the first octet to the last reply, and the CPU seconds until the server rests again."""
    place, before = taker.place, taker.meter.cpu()
    told = [place.host, str(place.port), place.recipient, str(connections), str(first), str(count)]
    command = [sys.executable, "-m", "bench.deliver", *told]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
    if done.returncode:
        raise CommandError(f"{command!r} ended with {done.returncode}: {done.stderr[-2000:]}")
    taker.meter.rest()
    return float(done.stdout), taker.meter.cpu() - before


def _result(name: str, connections: int, count: int, runs: Sequence[tuple[float, float]]) -> DeliveryResult:
    rate = Spread.of([count / seconds for seconds, _ in runs])
    return DeliveryResult(name, connections, count, rate, sum(cpu for _, cpu in runs) / (count * len(runs)))
