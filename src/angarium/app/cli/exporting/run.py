"""An export from beginning to end, on one snapshot of the store."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol, TypeVar

from angarium.app.cli.exporting.calendars import CalendarsExport
from angarium.app.cli.exporting.contacts import ContactsExport
from angarium.app.cli.exporting.mail import MailExport
from angarium.app.cli.exporting.part import Exported, Part, Task
from angarium.app.cli.progress import Progress
from angarium.app.cli.reach import Refused
from angarium.datatypes import principals
from angarium.datatypes.principals import User
from angarium.datatypes.principals.names import fold
from angarium.datatypes.principals.users import KIND, decode
from angarium.store.contract import DIRECTORY, Rescue, Snapshot

T = TypeVar("T")


class Readable(Protocol):
    """As much of a store as an export needs."""

    def read(self, job: Callable[[Snapshot], T]) -> T:
        """Run a job on a snapshot."""
        ...

    def rescue(self) -> Rescue:
        """What can be read of it though it is damaged."""
        ...


def export_account(store: Readable, user: str, folder: Path, progress: Progress) -> Exported:
    """Write the account of a user; Refused when there is no such user or the folder holds something already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused("notEmpty", f"{folder} is not an empty folder")

    def job(snapshot: Snapshot) -> Exported:
        outcome = Exported()
        found = _found(store, snapshot, user, outcome)
        if found is None:
            raise Refused("notFound", f"there is no user {user!r}")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        task = Task(snapshot, found, folder, progress, outcome, store.rescue)
        parts: tuple[Part, ...] = (MailExport(task), ContactsExport(task), CalendarsExport(task))
        with suppress(Exception):  # a damaged store may raise anything, and it is only for the eye
            progress.expect(sum(part.count() for part in parts))
        for part in parts:
            task.outcome.written[part.name] = part.write()
        return task.outcome

    return store.read(job)


def _found(store: Readable, snapshot: Snapshot, name: str, outcome: Exported) -> User | None:
    try:
        return principals.by_name(snapshot, name)
    except Exception as error:  # a damaged store may raise anything
        outcome.fail("the directory of users, but for those that were found all the same", error)
    kept = [decode(user, value) for user, value in store.rescue().records(DIRECTORY, KIND).items()]
    return next((user for user in kept if fold(user.name) == fold(name)), None)
