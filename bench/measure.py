"""Times one row on one account, every operation next to a ``Core/echo``, so that noise on the machine hits both.

Only the taking of samples may live here: what they mean is for ``bench.aims`` and ``bench.report``. A timed operation
follows at once on the echo that it is compared with; after a row that writes, the server first gets to finish what it
put off, whose CPU counts for the row.
"""

import gc
import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from gzip import decompress as gunzip
from typing import Protocol

from bench.account import Account, Call, Prepared, answers
from bench.client import Connection, Response
from bench.ground import PAGE, Ground
from bench.rows import ECHO, Api, Row, Step, Upload, verify

_UNSEEN_SETTLE = 0.02  # seconds given to a server whose CPU cannot be read
_UNSEEN_REST = 0.5


class Meter(Protocol):
    """Reads a server from the outside."""

    def cpu(self) -> float:
        """CPU seconds used so far."""

    def settle(self) -> None:
        """Wait until the server is idle."""

    def rest(self) -> None:
        """Wait until long work is done as well."""


class Unseen:
    """The meter of a server on another machine: no CPU figure, and a fixed wait."""

    def cpu(self) -> float:
        """Nothing can be read."""
        return 0.0

    def settle(self) -> None:
        """Wait a fixed time."""
        time.sleep(_UNSEEN_SETTLE)

    def rest(self) -> None:
        """Wait a longer fixed time."""
        time.sleep(_UNSEEN_REST)


@dataclass(frozen=True, slots=True)
class Subject:
    """A server under measurement: its name in the report, the account, what was found on it, and its meter."""

    name: str
    account: Account
    ground: Ground
    meter: Meter


@dataclass(slots=True)
class Samples:
    """Seconds of each operation and of the echo beside it, CPU seconds of server and client, octets of the last one."""

    row: list[float] = field(default_factory=list)
    echo: list[float] = field(default_factory=list)
    server_cpu: list[float] = field(default_factory=list)
    client_cpu: list[float] = field(default_factory=list)
    turn: int = 0
    sent: int = 0
    received: int = 0
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """One operation: its seconds, the answers to its steps, and the octets that were sent."""

    seconds: float
    responses: Sequence[Response]
    sent: int


def even_shares(total: int, parts: int) -> list[int]:
    """A total, rounded up to even, dealt into at most so many nearly equal even parts, none of them zero.

    Even, because a row that sets a keyword takes it off again at the next turn, and others ask for the same messages.
    """
    pairs = (total + 1) // 2
    dealt = [pairs // parts + (at < pairs % parts) for at in range(parts)]
    return [2 * share for share in dealt if share]


def sample(subject: Subject, row: Row, rounds: int, into: Samples, seconds: float = math.inf) -> None:
    """Run a row ``rounds`` times and add what was measured; mail that it made is destroyed again.

    Once so many ``seconds`` are over it ends at the next even round.
    """
    clear(subject, take(subject, row, rounds, into, seconds))


def take(subject: Subject, row: Row, rounds: int, into: Samples, seconds: float = math.inf) -> list[str]:
    """The same, but leave the mail that it made, and return its ids."""
    made: list[str] = []
    until = time.monotonic() + seconds
    with no_garbage_collection():
        for _ in range(rounds):
            if into.turn % 2 == 0 and time.monotonic() > until:
                break
            made += _round(subject, row, into.turn, into)
            into.turn += 1
    return made


def clear(subject: Subject, made: Sequence[str]) -> None:
    """Destroy mail that a row made, and let the server finish."""
    for at in range(0, len(made), PAGE):
        destroy = made[at : at + PAGE]
        subject.account.call(("Email/set", {"accountId": subject.ground.account, "destroy": destroy}, "d"))
    subject.meter.settle()


def sample_bare(subject: Subject, bare: Connection, meter: Meter, rounds: int) -> Samples:
    """Send the octets of ``Core/echo`` to a bare echo (the row) and to the account (the echo) in turns."""
    into = Samples()
    request = _prepare(subject, ECHO, ECHO.steps[0], 0, []).octets
    with no_garbage_collection():
        for _ in range(rounds):
            perform(subject, ECHO, ECHO.steps, 0, [])
            into.echo.append(perform(subject, ECHO, ECHO.steps, 0, []).seconds)
            bare.exchange(request)
            server, client, started = meter.cpu(), bare.cpu, time.perf_counter()
            response = bare.exchange(request)
            into.row.append(time.perf_counter() - started)
            into.client_cpu.append(bare.cpu - client)
            into.server_cpu.append(meter.cpu() - server)
            into.sent, into.received = len(request), response.wire_size
    return into


def _round(subject: Subject, row: Row, turn: int, into: Samples) -> list[str]:
    before = [plain_body(response) for response in perform(subject, row, row.before, turn, []).responses]
    for body in before:
        answers(body)
        subject.meter.settle()
    warm = perform(subject, ECHO, ECHO.steps, turn, [])  # untimed: wakes what the pause put to sleep
    checked(subject, ECHO, warm.responses[-1])
    echo = perform(subject, ECHO, ECHO.steps, turn, [])
    server, client = subject.meter.cpu(), subject.account.client_cpu
    done = perform(subject, row, row.steps, turn, before)
    into.client_cpu.append(subject.account.client_cpu - client)
    if row.writes:
        subject.meter.settle()
    into.server_cpu.append(subject.meter.cpu() - server)
    into.echo.append(echo.seconds)
    into.row.append(done.seconds)
    into.sent, into.received = done.sent, sum(response.wire_size for response in done.responses)
    into.encoding = done.responses[-1].headers.get("content-encoding", "")
    return checked(subject, row, done.responses[-1])


def perform(subject: Subject, row: Row, steps: Sequence[Step], turn: int, earlier: Sequence[bytes]) -> Done:
    """Send each step; the first request is ready before the clock starts, later ones are made as clients make them."""
    bodies, responses, sent = list(earlier), [], 0
    prepared = [_prepare(subject, row, step, turn, bodies) for step in steps[:1]]
    started = time.perf_counter()
    for at, step in enumerate(steps):
        request = prepared[at] if at == 0 else _prepare(subject, row, step, turn, bodies)
        response = request.send()
        responses.append(response)
        bodies.append(plain_body(response))
        sent += len(request.octets)
    return Done(time.perf_counter() - started, responses, sent)


def _prepare(subject: Subject, row: Row, step: Step, turn: int, earlier: Sequence[bytes]) -> Prepared:
    wanted = step(subject.ground, turn, earlier)
    match wanted:
        case Upload(data):
            return subject.account.upload(data)
        case Api(calls):
            return subject.account.api(calls, row.accept_encoding)


def checked(subject: Subject, row: Row, response: Response) -> list[str]:
    """Verify an answer and name the emails that it made."""
    got: Sequence[Call] = answers(plain_body(response))
    verify(row, subject.ground, got)
    created = [arguments.get("created") or {} for name, arguments, _ in got if name in _MAKERS]
    return [made["id"] for objects in created for made in objects.values()]


_MAKERS = frozenset({"Email/set", "Email/import"})


def plain_body(response: Response) -> bytes:
    """The body of a response, decompressed when it is gzip."""
    return gunzip(response.body) if response.headers.get("content-encoding") == "gzip" else response.body


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Keep the collector of this interpreter out of what is timed."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
