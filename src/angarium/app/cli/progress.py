"""A progress bar on a terminal, and silence elsewhere."""

from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import rich.progress

_STEP = 0.001  # of the whole: a bar drawn for each of a million messages would cost more than they


class Progress:
    """A context manager; `expect` says how much there is to do, `advance` and `reach` how much is done."""

    def __init__(self, title: str, octets: bool = True) -> None:
        self._title = title
        self._octets = octets
        self._bar: rich.progress.Progress | None = None
        self._task: rich.progress.TaskID | None = None
        self._total = 0
        self._done = 0
        self._drawn = 0

    def __enter__(self) -> Self:
        import sys

        if sys.stderr.isatty():
            self._bar = self._made()
            self._bar.start()
            self._task = self._bar.add_task(self._title, total=None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    @property
    def shown(self) -> bool:
        """Whether anybody looks."""
        return self._bar is not None

    def expect(self, total: int) -> None:
        """There is so much to do."""
        self._total = total
        if self._bar and self._task is not None:
            self._bar.update(self._task, total=total)

    def advance(self, amount: int) -> None:
        """So much more is done."""
        self._done += amount
        if self._bar and self._task is not None and self._done - self._drawn >= self._total * _STEP:
            self._bar.update(self._task, completed=self._done)
            self._drawn = self._done

    def reach(self, done: int, total: int) -> None:
        """So much of so much is done."""
        if total != self._total:
            self.expect(total)
        self.advance(done - self._done)

    def _made(self) -> "rich.progress.Progress":
        from rich import progress
        from rich.console import Console

        count = progress.DownloadColumn() if self._octets else progress.MofNCompleteColumn()
        columns = (
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            count,
            progress.TimeRemainingColumn(),
        )
        return progress.Progress(*columns, console=Console(stderr=True), transient=True)
