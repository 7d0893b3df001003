"""What every kind of import shares: the account it goes to, and the contract of those who take things in.

A kind of thing that can be imported (mail, cards) is one module with a `Taker`, and one row in `run`.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Protocol

from angarium.app.cli.importing.outcome import Outcome
from angarium.app.cli.importing.sources import Kind, Source
from angarium.app.cli.reach import Caller


@dataclass(frozen=True, slots=True)
class Task:
    """One import into the account of a user, of things up to `limit` octets; `outcome` hears what became of each.

    With `name_all` each that is skipped is named, however many there are.
    """

    caller: Caller
    user: str
    limit: int
    outcome: Outcome
    name_all: bool = False


class Taker(Protocol):
    """Takes in the sources of some kinds; `finish` must be called at the end, and `close` in any case."""

    @property
    def kinds(self) -> Collection[Kind]:
        """The kinds of sources that it takes."""
        ...

    def take(self, source: Source) -> Iterator[int]:
        """Take what is in a source; gives by how much it has come further, in octets of the source.

        Raises OSError and FormatError for a source that cannot be read any further.
        """
        ...

    def finish(self) -> None:
        """Wait for everything to be stored."""
        ...

    def close(self) -> None:
        """Let go of threads and files."""
        ...
