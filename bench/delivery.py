"""The delivery row: how many messages a second a server takes by LMTP, each on disk before it is acknowledged.

Ours on a fresh store and a peer take the same number of messages, one after the other and again, at one connection and
at several, from a client in a process of its own (``bench.deliver``). Another of ours may run on a disk that was made
slower. Only the order of these runs may live here.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
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
from bench.syncs import NoCountError

CONNECTIONS = (1, 8)
SYNC_DELAY = 0.002
"""Seconds that each sync takes longer on the slower disk, as on many that are rented."""

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
    """A server that takes the mail: its name in tables, where, what reads its CPU, and how much slower its disk is."""

    name: str
    place: Place
    meter: Meter
    sync_delay: float = 0.0


def measure(
    ours: str,
    folder: Path,
    peer: Taker | None,
    rounds: int,
    say: Callable[[str], None],
    connections: Sequence[int] = CONNECTIONS,
    sync_delay: float = 0.0,
) -> list[DeliveryResult]:
    """Messages a second of our server, on a fresh store, and of a peer; twice as many in each run as rounds.

    With a delay of syncs another server of ours takes its turn, of which each sync takes so many seconds longer.
    """

    def taker(name: str, delay: float) -> Taker:
        data = server.fresh(folder / name)
        process = running.enter_context(server.serve(data, "--lmtp", "127.0.0.1:0", sync_delay=delay))
        return Taker(ours, place_of(process), Family(process.pids[0]), delay)

    with ExitStack() as running:
        takers = [taker("delivery", 0.0), *([peer] if peer else [])]
        if sync_delay:
            try:
                takers.append(taker("delivery-late", sync_delay))
            except NoCountError as error:
                say(f"delivery: on no slower disk, for {error}")
        return _in_turns(takers, connections, rounds, say)


def _in_turns(
    takers: Sequence[Taker], connections: Sequence[int], rounds: int, say: Callable[[str], None]
) -> list[DeliveryResult]:
    count = _MESSAGES_FOR_EACH_ROUND * rounds
    taken: dict[tuple[Taker, int], list[tuple[float, float]]] = {}
    # From the clock, so that no peer has seen these messages; every run takes others.
    first = int(time.time()) % _EPOCHS * BLOCK
    for turn in range(_PASSES):
        say(f"delivery: pass {turn + 1} of {_PASSES}, {count} messages in each run")
        for number in connections:
            for taker in takers:
                taken.setdefault((taker, number), []).append(_run(taker, number, first, count))
            first += -(-count // BLOCK) * BLOCK
    return [_result(taker, number, count, runs) for (taker, number), runs in taken.items()]


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


def _result(taker: Taker, connections: int, count: int, runs: Sequence[tuple[float, float]]) -> DeliveryResult:
    rate = Spread.of([count / seconds for seconds, _ in runs])
    cpu = sum(cpu for _, cpu in runs) / (count * len(runs))
    return DeliveryResult(taker.name, connections, count, rate, cpu, taker.sync_delay)
