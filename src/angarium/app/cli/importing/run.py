"""An import from beginning to end: look, read, send, tell; with progress on a terminal."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from angarium.app.cli.importing import sources
from angarium.app.cli.importing.cards import CardTaker
from angarium.app.cli.importing.events import EventTaker
from angarium.app.cli.importing.mail import MailTaker
from angarium.app.cli.importing.outcome import Outcome
from angarium.app.cli.importing.reading import weigh
from angarium.app.cli.importing.sources import Kind, Source
from angarium.app.cli.importing.taking import Taker, Task
from angarium.app.cli.progress import Progress
from angarium.formats.errors import FormatError


def import_all(
    task: Task,
    paths: Sequence[Path],
    progress: Progress,
    mailbox: str | None = None,
    book: str | None = None,
    calendar: str | None = None,
) -> None:
    """Import everything in these files and folders.

    `mailbox` names one mailbox for all mail, `book` one address book for all cards, `calendar` one for all events.
    What became of each is in the task's outcome, also when the import ends early: Refused for a user who is not there,
    StoreError when nothing more can be written.
    """
    found = [source for path in paths for source in _found(path, task.outcome)]
    if progress.shown:
        progress.expect(sum(map(_weight, found)))
    takers: tuple[Taker, ...] = (MailTaker(task, mailbox), CardTaker(task, book), EventTaker(task, calendar))
    of_kind = {kind: taker for taker in takers for kind in taker.kinds}
    with ExitStack() as closing:
        for taker in takers:
            closing.callback(taker.close)
        for source in found:
            try:
                for weight in of_kind[source.kind].take(source):
                    progress.advance(weight)
            except OSError as error:
                task.outcome.fail(str(source.path), error.strerror or str(error))
            except FormatError as error:
                task.outcome.fail(str(source.path), error.problem)
        for taker in takers:
            taker.finish()


def _found(path: Path, outcome: Outcome) -> Iterator[Source]:
    """The sources at a path; what cannot be looked at is a failure with a name."""
    for source in sources.find(path):
        if source.kind is Kind.UNREADABLE:
            outcome.fail(str(source.path), source.reason)
        else:
            yield source


def _weight(source: Source) -> int:
    try:
        return weigh(source)
    except OSError:
        return 0  # what cannot be read is told of when its turn comes
