"""Lives of a household in processes of their own, each ended at a point of the disk or at some instant.

The processes are forked from one that has loaded everything already, so that a life costs little more than itself.
"""

import logging
import multiprocessing
import os
import random
import signal
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from angarium.store.contract import StoreError
from angarium.store.sqlite import group, open_store
from angarium.store.sqlite.database import FILE, Access, connect
from tests.crash.failing import FAILURES, Failing, Failure
from tests.crash.faults import POINTS, Faults
from tests.crash.household import Household
from tests.crash.inspection import wrong
from tests.crash.ledger import Event, Ledger
from tests.store.sqlite.test_migrations import go_back

OLD_VERSION = 3
CHECKPOINT_PAGES = 60
_ROUNDS = 8
_BATCHES = 8
_DEADLINE = 600.0
_OFTEN = ("wal", "commit", "write database")
_BIRTH = ("journal", "make incoming", "make blobs", "parent")


@dataclass(frozen=True, slots=True)
class End:
    """When a life ends: at a point reached for the `hit`th time, or after some seconds; `first` a step of it fails."""

    point: str = ""
    hit: int = 1
    seconds: float = 0.0
    first: Failure | None = None

    @property
    def kind(self) -> str:
        """How it is counted."""
        return "at a point" if self.point else "at an instant"

    @property
    def is_in_migration(self) -> bool:
        """Whether only a migration comes there."""
        return "copy" in self.point or self.point.endswith("sync folder")

    @property
    def is_at_birth(self) -> bool:
        """Whether only a new store comes there."""
        return any(word in self.point for word in _BIRTH)

    @property
    def is_daily(self) -> bool:
        """Whether any life may come there."""
        return not (self.is_in_migration or self.is_at_birth)


def end_of(number: int) -> End:
    """The end of a life by its number: every other at a point, all points in turn; the others at any instant."""
    chance = random.Random(number)
    if number % 2:
        return End(seconds=chance.uniform(0.0, 1.0))
    point = POINTS[number // 2 % len(POINTS)]
    often = any(word in point for word in _OFTEN)
    once = End(point).is_in_migration or End(point).is_at_birth
    return End(point, 1 if once else chance.randint(1, 200 if often else 4))


def end_after_failure(number: int) -> End:
    """The end of a life in which a step fails before, by its number."""
    chance = random.Random(f"failure {number}")
    point = chance.choice([point for point in POINTS if End(point).is_daily])
    often = any(word in point for word in _OFTEN)
    return End(point, chance.randint(1, 50 if often else 2), first=chance.choice(daily_failures()))


def daily_failures() -> list[Failure]:
    """Those that any life may meet."""
    return [failure for failure in FAILURES if End(failure[0]).is_daily]


def _live(folder: Path, label: str, end: End, told: Connection) -> None:
    """What the process does: days with the store closed and opened between them, told as they pass."""
    logging.disable()
    hits, gate = 0, threading.Lock()
    failing = Failing([end.first] if end.first else [], random.Random(label), times=1)

    def at(point: str) -> None:
        nonlocal hits
        failing(point)
        if end.first and not failing.met:
            return
        if point == end.point:
            with gate:
                hits += 1
                if hits == end.hit:
                    os.kill(os.getpid(), signal.SIGKILL)

    group.CHECKPOINT_PAGES = CHECKPOINT_PAGES
    faults = Faults(folder, at)
    with faults.registered():
        for number in range(_ROUNDS):
            with suppress(StoreError), closing(open_store(folder, vfs=faults.vfs, disk=faults)) as store:
                Household(store, told.send, f"{label}.{number}", folder.with_name("backup.tar")).day(_BATCHES)


class Lineage:
    """Lives one after another on one folder, and what is known of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ledger = Ledger()
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([__name__])

    def live(self, label: str, end: End) -> bool:
        """One life; whether it ended as it should and not by itself."""
        if end.is_in_migration and (self.folder / FILE).exists():
            self._age()
        ours, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_live, args=(self.folder, label, end, theirs))
        process.start()
        theirs.close()
        timer = threading.Timer(end.seconds, process.kill)
        if not end.point:
            timer.start()
        self.ledger.hear(_until_gone(ours))
        process.join(_DEADLINE)
        timer.cancel()
        assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
        return process.exitcode != 0

    def check(self) -> list[str]:
        """What is wrong after a life."""
        store = open_store(self.folder)
        try:
            return wrong(store, self.folder, self.ledger)
        finally:
            store.close()

    def _age(self) -> None:
        """Make the store one of an earlier version."""
        connection = connect(self.folder / FILE, Access.WRITE)
        go_back(connection, OLD_VERSION)
        connection.close()


def _until_gone(pipe: Connection) -> list[Event]:
    """Everything that is told, until the other end is gone, be it in the middle of a word."""
    heard: list[Event] = []
    until = time.monotonic() + _DEADLINE
    with suppress(EOFError, OSError):
        while time.monotonic() < until:
            heard.append(pipe.recv())
    pipe.close()
    return heard
