"""What a target with a store acts on, made anew after so many inputs: what they wrote makes later ones slow."""

import atexit
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Generic, TypeVar

USES = 20_000

T = TypeVar("T")


class Fresh(Generic[T]):
    """Opens a thing on a folder of its own when it is first used, and another one after every `uses` uses."""

    def __init__(self, opened: Callable[[Path], AbstractContextManager[T]], uses: int = USES) -> None:
        self._opened = opened
        self._uses = uses
        self._left = 0
        self._held = ExitStack()
        atexit.register(self._held.close)

    def use(self) -> T:
        """The thing, for one input."""
        if self._left == 0:
            self._held.close()
            folder = self._held.enter_context(TemporaryDirectory(prefix="angarium-fuzz-"))
            self._thing = self._held.enter_context(self._opened(Path(folder)))
            self._left = self._uses
        self._left -= 1
        return self._thing
