"""One row from many clients at once: operations a second of all together, and what each of them waits.

Only the taking of these samples may live here. Each client is a thread with a connection of its own that asks again as
soon as it is answered: threads wait without holding the interpreter, and what they do between two waits is little.
Steps that a row takes before it is timed belong to the operation here, as nothing can be kept off the clock.
"""

import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace

from bench.account import answers
from bench.client import Response
from bench.measure import Subject, checked, clear, no_garbage_collection, perform, plain_body
from bench.rows import Row

CLIENTS = 16
FIRST_TURN = 3_000_000  # beyond the turns of every other measurement
_SPAN = 10_002  # turns that are one client's own; no round number, so that each begins in another window of ids


class CrowdError(Exception):
    """A client of the crowd got no answer, or a wrong one."""


@dataclass(slots=True)
class Crowd:
    """What many clients saw of a row: seconds of each operation; of all runs, seconds and the server's CPU seconds."""

    seconds: list[float] = field(default_factory=list)
    elapsed: float = 0.0
    cpu: float = 0.0
    turn: int = FIRST_TURN

    @property
    def rate(self) -> float:
        """Operations a second."""
        return len(self.seconds) / self.elapsed


def sample_crowd(subject: Subject, row: Row, clients: int, seconds: float, into: Crowd) -> None:
    """Have so many clients run a row for so long and add what they saw; mail that they made is destroyed again."""
    with ExitStack() as stack:
        accounts = [stack.enter_context(closing(subject.account.again())) for _ in range(clients)]
        turns = range(into.turn, into.turn + clients * _SPAN, _SPAN)
        crowd = [_Client(replace(subject, account=own), at) for own, at in zip(accounts, turns, strict=True)]
        into.turn = turns.stop
        _run(subject, row, crowd, seconds, into)
        clear(subject, [email for client in crowd for email in client.made])


def _run(subject: Subject, row: Row, crowd: Sequence["_Client"], seconds: float, into: Crowd) -> None:
    began: list[tuple[float, float]] = []
    # Once all have warmed up, and before any goes on.
    start = threading.Barrier(len(crowd), lambda: began.append((subject.meter.cpu(), time.perf_counter())))
    threads = [threading.Thread(target=client.run, args=(row, start, seconds)) for client in crowd]
    with no_garbage_collection():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    ended = time.perf_counter()
    for client in crowd:
        if client.failure is not None:
            raise CrowdError(f"row {row.name!r} on {subject.name}: {client.failure}") from client.failure
    if row.writes:
        subject.meter.settle()
    cpu, started = began[0]
    into.elapsed += ended - started
    into.cpu += subject.meter.cpu() - cpu
    into.seconds += [taken for client in crowd for taken in client.seconds]


@dataclass(slots=True)
class _Client:
    subject: Subject
    turn: int
    seconds: list[float] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    failure: Exception | None = None

    def run(self, row: Row, start: threading.Barrier, seconds: float) -> None:
        """Warm up, wait for the others, then ask for so long; a row that writes an even number of times, as some undo
        themselves.
        """
        times = 2 if row.writes else 1
        try:
            self._ask(row, times)
            self.seconds.clear()
            start.wait()
            until = time.perf_counter() + seconds
            while time.perf_counter() < until:
                self._ask(row, times)
        except threading.BrokenBarrierError:
            pass  # another client has failed
        except Exception as error:  # told by the thread that waits for this one
            self.failure = error
            start.abort()

    def _ask(self, row: Row, times: int) -> None:
        for _ in range(times):
            done = perform(self.subject, row, (*row.before, *row.steps), self.turn, [])
            self.turn += 1
            # Reading every answer would make the client what is measured.
            if row.writes or not self.seconds:
                self._check(row, done.responses[-1])
            self.seconds.append(done.seconds)

    def _check(self, row: Row, response: Response) -> None:
        if row.before:  # others have written as well: how much has changed since is not known
            answers(plain_body(response))
        else:
            self.made += checked(self.subject, row, response)
