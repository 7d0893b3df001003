"""What octets are once read as content lines: lines, components, problems.

Only values live here. RFC 5545 §3.1, RFC 6350 §3.3.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

Parameters: TypeAlias = Mapping[str, Sequence[str]]

BARE = ""
"""The name under which parameters without a name stand (`TEL;WORK;VOICE:`, vCard 2.1)."""


class Line(NamedTuple):
    """One property: `name` and the names of parameters in upper case, `value` raw, with its escapes.

    Values of parameters are decoded (quotes, RFC 6868); one that stands twice has all its values. `group` is as
    written, empty when there is none. A tuple, because a file has a hundred thousand; lines share their parameters,
    so nobody may change them.
    """

    name: str
    value: str
    parameters: Parameters
    group: str = ""

    def first(self, parameter: str) -> str | None:
        """The value of a parameter that takes one: its pieces, where commas were not quoted, are put together."""
        found = self.parameters.get(parameter)
        return None if found is None else ",".join(found)


@dataclass(slots=True)
class Component:
    """What stands between BEGIN and END: `name` in upper case, its own lines, and the components inside, in order."""

    name: str
    lines: list[Line] = field(default_factory=list)
    components: list["Component"] = field(default_factory=list)

    def all(self, name: str) -> Iterator[Line]:
        """The lines of a name."""
        return (line for line in self.lines if line.name == name)

    def first(self, name: str) -> Line | None:
        """The first line of a name."""
        return next(self.all(name), None)


class Problem(NamedTuple):
    """What was left out of a reading, and the offset of its line in the octets."""

    position: int
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a lenient reader found, and what it had to leave out."""

    components: list[Component]
    problems: list[Problem]
