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
from bench.process import Process, environment
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


def measure(
    ours: str, folder: Path, peer: Place | None, rounds: int, say: Callable[[str], None]
) -> list[DeliveryResult]:
    """The rates of our server and of a peer, in messages a second; twice as many messages as rounds in each run."""
    count = _MESSAGES_FOR_EACH_ROUND * rounds
    with server.serve(server.fresh(folder / "delivery"), "--lmtp", "127.0.0.1:0") as process:
        takers = {ours: _place_of(process)}
        if peer is not None:
            takers[peer.name] = peer
        seconds: dict[tuple[str, int], list[float]] = {}
        # From the clock, so that no peer has seen these messages; every run takes others.
        first = int(time.time()) % _EPOCHS * BLOCK
        for turn in range(_PASSES):
            say(f"delivery: pass {turn + 1} of {_PASSES}, {count} messages in each run")
            for connections in CONNECTIONS:
                for name, place in takers.items():
                    seconds.setdefault((name, connections), []).append(_run(place, connections, first, count))
                    process.rest()
                first += -(-count // BLOCK) * BLOCK
    return [_result(name, connections, count, taken) for (name, connections), taken in seconds.items()]


def _place_of(process: Process) -> Place:
    host, _, port = process.told("LMTP on ").rpartition(":")
    return Place(host, int(port), f"{server.USER}@localhost")


def _run(place: Place, connections: int, first: int, count: int) -> float:
    """Seconds from the first octet to the last reply."""
    told = [place.host, str(place.port), place.recipient, str(connections), str(first), str(count)]
    command = [sys.executable, "-m", "bench.deliver", *told]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
    if done.returncode:
        raise CommandError(f"{command!r} ended with {done.returncode}: {done.stderr[-2000:]}")
    return float(done.stdout)


def _result(name: str, connections: int, count: int, seconds: Sequence[float]) -> DeliveryResult:
    return DeliveryResult(name, connections, count, Spread.of([count / taken for taken in seconds]))
