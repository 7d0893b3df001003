"""Days of a household on a disk that may be bad, from the birth of its store or through an upgrade where that matters.

Only how days follow each other lives here; the household says what is done in them, and faults what goes wrong.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from angarium.store.contract import StoreError
from angarium.store.sqlite import open_store
from angarium.store.sqlite.database import FILE, Access, connect
from tests.crash.faults import Faults, is_at_birth, is_in_migration
from tests.crash.household import Household, Tell
from tests.store.sqlite.test_migrations import go_back

OLD_VERSION = 3
_FIRST = 5
_BATCHES = 6
_MOST_DAYS = 6


def age(folder: Path, vfs: str = "") -> None:
    """Make the store one of an earlier version."""
    with closing(connect(folder / FILE, Access.WRITE, vfs or None)) as connection, connection:
        go_back(connection, OLD_VERSION)


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Somebody who looks at the store as it is now, all the time."""
    with closing(connect(folder / FILE, Access.READ)) as connection, connection:
        connection.execute("SELECT count(*) FROM meta").get  # noqa: B018 (a snapshot begins with what is read)
        yield


@dataclass(frozen=True, slots=True)
class Life:
    """Days on one disk, told to `hear`."""

    faults: Faults
    hear: Tell
    label: str

    def day(self, name: str, batches: int, is_read: bool = False) -> None:
        """Open the store, do so much, write a backup, close; StoreError when the disk is too bad for it.

        Where it `is_read` by somebody else all day the log grows, and stays when the store is closed.
        """
        folder, archive = self.faults.folder, self.faults.folder.with_name("backup.tar")
        with ExitStack() as resources:
            store = open_store(folder, vfs=self.faults.vfs or None, disk=self.faults)
            if is_read:
                resources.enter_context(reading(folder))
            resources.enter_context(closing(store))
            household = Household(store, self.hear, f"{self.label}.{name}", archive)
            household.day(batches)
            household.back_up()

    def live(self, waits: Callable[[], str], points: Sequence[str]) -> None:
        """Live until `waits` gives no point any more that is still to be reached, or for many days.

        `points` are all that are waited for: they say whether the disk is bad already when the store is made, and
        whether there is an upgrade.
        """
        if not any(map(is_at_birth, points)):
            self._on_a_good_disk(lambda: self.day("first", _FIRST))
        self._days("young", lambda: not is_in_migration(waits()) and bool(waits()))
        if any(map(is_in_migration, points)) and waits():
            self._on_a_good_disk(lambda: self.day("middle", _FIRST))
            self._on_a_good_disk(lambda: age(self.faults.folder, self.faults.vfs))
            self._days("old", lambda: bool(waits()))

    def _days(self, name: str, is_on: Callable[[], bool]) -> None:
        for number in range(_MOST_DAYS):
            if not is_on():
                return
            with suppress(StoreError):  # it was told; the next attempt may find a better disk
                self.day(f"{name}{number}", _BATCHES, is_read=number % 2 == 0)

    def _on_a_good_disk(self, step: Callable[[], None]) -> None:
        hook, self.faults.hook = self.faults.hook, lambda point: None
        try:
            step()
        finally:
            self.faults.hook = hook
