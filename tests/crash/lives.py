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
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from angarium.store.contract import StoreError
from angarium.store.sqlite import group, open_store
from angarium.store.sqlite.database import FILE
from tests.crash.days import Life, age
from tests.crash.failing import Failing, Failure
from tests.crash.faults import POINTS, Faults, is_at_birth, is_in_migration, is_often
from tests.crash.inspection import wrong
from tests.crash.ledger import Event, Ledger

CHECKPOINT_PAGES = 60
_ROUNDS = 8
_BATCHES = 8
_DEADLINE = 600.0


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


def end_of(number: int) -> End:
    """The end of a life by its number: every other at a point, all points in turn; the others at any instant."""
    chance = random.Random(number)
    if number % 2:
        return End(seconds=chance.uniform(0.0, 1.0))
    point = POINTS[number // 2 % len(POINTS)]
    often = is_often(point)
    once = is_in_migration(point) or is_at_birth(point)
    return End(point, 1 if once else chance.randint(1, 200 if often else 4))


def _live(folder: Path, label: str, end: End, told: Connection) -> None:
    """What the process does: days with the store closed and opened between them, told as they pass."""
    logging.disable()
    hits, gate = 0, threading.Lock()
    failing = Failing([end.first] if end.first else [], random.Random(label), times=1)

    def at(point: str) -> None:
        nonlocal hits
        if failing.waits:
            failing(point)
        elif point == end.point:
            with gate:
                hits += 1
                if hits == end.hit:
                    os.kill(os.getpid(), signal.SIGKILL)

    group.CHECKPOINT_PAGES = CHECKPOINT_PAGES
    faults = Faults(folder, at)
    with faults.registered():
        life = Life(faults, told.send, label)
        if end.first:
            life.live(lambda: failing.waits or end.point, [end.first[0], end.point])
            return
        for number in range(_ROUNDS):
            with suppress(StoreError):
                life.day(f"{number}", _BATCHES, is_read=number % 2 == 0)


class Lineage:
    """Lives one after another on one folder, and what is known of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ledger = Ledger()
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([__name__])

    def live(self, label: str, end: End) -> bool:
        """One life; whether it ended as it should and not by itself."""
        if is_in_migration(end.point) and end.first is None and (self.folder / FILE).exists():
            age(self.folder)
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


def _until_gone(pipe: Connection) -> list[Event]:
    """Everything that is told, until the other end is gone, be it in the middle of a word."""
    heard: list[Event] = []
    until = time.monotonic() + _DEADLINE
    with suppress(EOFError, OSError):
        while time.monotonic() < until:
            heard.append(pipe.recv())
    pipe.close()
    return heard
