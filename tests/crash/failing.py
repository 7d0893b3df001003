"""Lives with steps that fail a few times, be it with a full disk or an I/O error, and what must be so afterwards."""

import errno
import os
import random
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeAlias

from angarium.store.contract import StoreError
from angarium.store.sqlite import open_store
from tests.crash.faults import POINTS, Faults
from tests.crash.household import Household
from tests.crash.inspection import wrong
from tests.crash.ledger import Event, Ledger

Failure: TypeAlias = tuple[str, int]
"""A point at which a step fails, and how (errno)."""

FAILURES: tuple[Failure, ...] = tuple(
    (point, code)
    for point in POINTS
    for code in (errno.ENOSPC, errno.EIO)
    if point.startswith("before") and (code == errno.EIO or point.split()[1] in ("create", "write", "make", "rename"))
)
"""All of them."""

_TIMES = 3
_LATEST = 3
_LIVES = 4


class Failing:
    """What a disk's points are told to: makes steps fail, one kind of them after the other, each a few times."""

    def __init__(self, failures: Sequence[Failure], chance: random.Random, times: int = _TIMES) -> None:
        self._waiting = [(point, code, chance.randint(0, _LATEST)) for point, code in failures]
        self._times = self._left = times
        self.met = 0

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

    def day(label: str, batches: int, **disk: object) -> None:
        with closing(open_store(folder, **disk)) as store:  # type: ignore[arg-type]
            Household(store, hear, label, root / "backup.tar").day(batches)

    def hear(event: Event) -> None:
        ledger.hear([event])

    day("good", 5)
    faults = Faults(folder, failing)
    with faults.registered():
        for number in range(_LIVES):
            with suppress(StoreError):  # it was told; the next attempt may find a better disk
                day(f"bad{number}", 8, vfs=faults.vfs, disk=faults)
        check(folder, ledger, failures)
    assert {why for why in ledger.reasons if why and not why.startswith(("the disk", "a blob could not"))} == set()
    before = ledger.done
    day("after", 5)
    assert ledger.done > before
    check(folder, ledger, failures)
    return failing.met


def check(folder: Path, ledger: Ledger, failures: Sequence[Failure]) -> None:
    """Open the store on a good disk and compare it with what is known of it."""
    with closing(open_store(folder)) as store:
        found = wrong(store, folder, ledger)
    assert not found, (failures, found)
