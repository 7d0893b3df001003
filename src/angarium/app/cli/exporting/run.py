"""An export from beginning to end, on one snapshot of the store."""

from pathlib import Path

from angarium.app.cli.exporting.calendars import CalendarsExport
from angarium.app.cli.exporting.contacts import ContactsExport
from angarium.app.cli.exporting.mail import MailExport
from angarium.app.cli.exporting.part import Exported, Part, Task
from angarium.app.cli.progress import Progress
from angarium.app.cli.reach import Refused
from angarium.datatypes import principals
from angarium.store.contract import Snapshot, Store


def export_account(store: Store, user: str, folder: Path, progress: Progress) -> Exported:
    """Write the account of a user; Refused when there is no such user or the folder holds something already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused("notEmpty", f"{folder} is not an empty folder")

    def job(snapshot: Snapshot) -> Exported:
        found = principals.by_name(snapshot, user)
        if found is None:
            raise Refused("notFound", f"there is no user {user!r}")
        task = Task(snapshot, found, folder, progress, Exported())
        parts: tuple[Part, ...] = (MailExport(task), ContactsExport(task), CalendarsExport(task))
        progress.expect(sum(part.count() for part in parts))
        for part in parts:
            task.outcome.written[part.name] = part.write()
        return task.outcome

    return store.read(job)
