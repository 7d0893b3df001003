"""Taking in mail: each message that `reading` finds goes to `sending`, or to the outcome with what is wrong with it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from angarium.app.cli.importing.reading import Item, read
from angarium.app.cli.importing.sending import Sender
from angarium.app.cli.importing.sources import Kind, Source
from angarium.app.cli.importing.taking import Task
from angarium.flows.filing import Place


class MailTaker:
    """One import of mail; with `mailbox` (`A/B` is B in A) all of it goes there."""

    kinds: Final = (Kind.MESSAGE, Kind.MBOX, Kind.MAILDIR, Kind.EXPORT, Kind.OTHER)

    def __init__(self, task: Task, mailbox: str | None) -> None:
        self._task = task
        self._everywhere = (Place(tuple(part for part in mailbox.split("/") if part)),) if mailbox else None
        self._sender = Sender(task)

    def take(self, source: Source) -> Iterator[int]:
        """Take the messages of a source; gives how much of it each was."""
        for item in read(source, self._task.limit):
            self._handle(item)
            yield item.weight
            del item  # a large message is not held while the next is read

    def finish(self) -> None:
        """Wait for everything to be stored."""
        self._sender.finish()

    def close(self) -> None:
        """Let go of the thread that sends and of the files."""
        self._sender.close()

    def _handle(self, item: Item) -> None:
        places = item.places if self._everywhere is None else self._everywhere
        if item.problem is not None and item.passed_over:
            self._task.outcome.skip(item.label, item.problem, self._task.name_all)
        elif item.problem is not None:
            self._task.outcome.fail(item.label, item.problem)
        elif item.announces:
            self._sender.ensure(() if self._everywhere else places)
        else:
            self._sender.send(replace(item, places=places))
