"""Lives with steps that fail a few times, be it with a full disk or an I/O error, and what must be so afterwards."""

import errno
import os
import random
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

from angarium.store.sqlite import open_store
from tests.crash.days import Life
from tests.crash.faults import POINTS, Faults, is_often
from tests.crash.inspection import wrong
from tests.crash.ledger import Event, Ledger

Failure: TypeAlias = tuple[str, int]
"""A point at which a step fails, and how (errno)."""

FAILURES: tuple[Failure, ...] = tuple(
    (point, code)
    for point in POINTS
    for code in (errno.ENOSPC, errno.EIO)
    if point.startswith("before")
    and (code == errno.EIO or point.split()[1] in ("create", "write", "make", "rename", "lengthen"))
)
"""All of them."""

_TIMES = 2
_LATEST = 3
"""How often a step of which there are many is done before it fails, at the most."""

LIVES_TO_MEET = 5
"""Lives in one of which a step is taken, at the most."""

_HONEST = ("the disk", "a blob could not")
"""What those hear whose deed was refused."""


class Failing:
    """What a disk's points are told to: makes steps fail, one kind of them after the other, each a few times."""

    def __init__(self, failures: Sequence[Failure], chance: random.Random, times: int = _TIMES) -> None:
        self._waiting = [
            (point, code, chance.randint(0, _LATEST if is_often(point) else 0)) for point, code in failures
        ]
        self._times = self._left = times
        self.met = 0

    @property
    def waits(self) -> str:
        """The point of the next failure; none when it has had all."""
        return self._waiting[0][0] if self._waiting else ""

    def __call__(self, reached: str) -> None:
        if not self._waiting or reached != self._waiting[0][0]:
            return
        point, code, skip = self._waiting[0]
        if skip:
            self._waiting[0] = (point, code, skip - 1)
            return
        self.met += self._left == self._times
        self._left -= 1
        if self._left == 0:
            self._left = self._times
            del self._waiting[0]
        raise OSError(code, os.strerror(code))


def live_with(root: Path, failures: Sequence[Failure], chance: random.Random) -> int:
    """Live on a disk with these failures, then on a good one, and see that all is well; how many of them were met."""
    root.mkdir()
    folder, ledger, failing = root / "data", Ledger(), Failing(failures, chance)

    def hear(event: Event) -> None:
        ledger.hear([event])

    faults = Faults(folder, failing)
    life = Life(faults, hear, f"life{chance.randrange(1_000_000)}")
    with faults.registered():
        life.live(lambda: failing.waits, [point for point, _ in failures])
    assert {why for why in ledger.reasons if why and not why.startswith(_HONEST)} == set()
    before = ledger.done
    Life(Faults(folder, lambda point: None, vfs=""), hear, "after").day("0", 5)
    assert ledger.done > before
    check(folder, ledger, failures)
    return failing.met


def check(folder: Path, ledger: Ledger, failures: Sequence[Failure]) -> None:
    """Open the store on a good disk and compare it with what is known of it."""
    with closing(open_store(folder)) as store:
        found = wrong(store, folder, ledger)
    assert not found, (failures, found)
