"""An import from beginning to end: look, read, send, tell; with progress on a terminal."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from angarium.app.cli.importing import sources
from angarium.app.cli.importing.outcome import Outcome
from angarium.app.cli.importing.reading import Item, read, weigh
from angarium.app.cli.importing.sending import Sender
from angarium.app.cli.importing.sources import Source
from angarium.app.cli.progress import Progress
from angarium.app.cli.reach import Caller
from angarium.flows.filing import Place


def import_mail(
    caller: Caller,
    user: str,
    paths: Sequence[Path],
    mailbox: str | None,
    limit: int,
    progress: Progress,
    verbose: bool,
    outcome: Outcome,
) -> None:
    """Import everything in these files and folders into the account of a user.

    `mailbox` names one mailbox for all of it (`A/B` is B in A). What became of each message is in `outcome`, also when
    the import ends early: Refused for a user who is not there, StoreError when nothing more can be written.
    """
    everywhere = (Place(tuple(part for part in mailbox.split("/") if part)),) if mailbox else None
    found = [source for path in paths for source in _found(path, outcome)]
    if progress.shown:
        progress.expect(sum(map(_weight, found)))
    sender = Sender(caller, user, outcome, verbose)
    sender.ensure(everywhere or ())
    try:
        for source in found:
            for item in read(source, limit):
                _handle(item, sender, outcome, everywhere, verbose)
                progress.advance(item.weight)
                del item  # a large message is not held while the next is read
        sender.finish()
    finally:
        sender.close()


def _found(path: Path, outcome: Outcome) -> Iterator[Source]:
    """The sources at a path; what cannot be looked at is a failure with a name."""
    try:
        yield from sources.find(path)
    except OSError as error:
        outcome.fail(str(error.filename or path), error.strerror or str(error))


def _handle(item: Item, sender: Sender, outcome: Outcome, everywhere: tuple[Place, ...] | None, verbose: bool) -> None:
    if item.problem is None and item.announces:
        sender.ensure(item.places if everywhere is None else ())
    elif item.problem is None:
        sender.send(item if everywhere is None else replace(item, places=everywhere))
    elif item.passed_over:
        outcome.skip(item.label, item.problem, verbose)
    else:
        outcome.fail(item.label, item.problem)


def _weight(source: Source) -> int:
    try:
        return weigh(source)
    except OSError:
        return 0  # what cannot be read is told of when its turn comes
