"""From octets to trees of components, leaving out and naming what cannot be read.

RFC 5545 §3.6, RFC 6350 §3.3: BEGIN and END. Real files have lines cut by hand, END lines that are missing, and base64
that was never indented: a whole file does not fail for them.
"""

import re
from collections.abc import Iterator
from typing import Final

from angarium.formats.contentline.line import parse_line
from angarium.formats.contentline.unfold import MOST_LINES, as_utf_8, logical_lines, pieces
from angarium.formats.contentline.values import BARE, Component, Line, Problem, Reading
from angarium.formats.errors import FormatError

MOST_DEPTH: Final = 32
_BASE64_LINE: Final = re.compile(r"[A-Za-z0-9+/]{2,}={0,2}\s*\Z")
_BASE64: Final = frozenset({"B", "BASE64"})


def parse(octets: bytes, most_lines: int = MOST_LINES) -> list[Component]:
    """The components of a file that keeps every rule of structure; raises FormatError for the first that does not."""
    reading = read(octets, most_lines)
    if reading.problems:
        raise FormatError(reading.problems[0].text, reading.problems[0].position)
    if not reading.components:
        raise FormatError("there is no component")
    return reading.components


def read(octets: bytes, most_lines: int = MOST_LINES) -> Reading:
    """The components of a file, and what had to be left out; raises FormatError only for more than `most_lines`.

    Positions of problems count in octets (of the UTF-8 form, when the file is UTF-16).
    """
    tree = _Tree()
    for number, text in enumerate(logical_lines(octets, most_lines)):
        if text:
            tree.take(number, text)
    tree.end()
    return Reading(tree.components, _placed(octets, tree.problems))


class _Tree:
    """Grows by one line at a time."""

    def __init__(self) -> None:
        self.components: list[Component] = []
        self.problems: list[tuple[int, str]] = []
        self._open: list[tuple[int, Component]] = []
        self._names: dict[str, int] = {}
        self._base64: list[str] = []

    def take(self, number: int, text: str) -> None:
        try:
            line = parse_line(text)
        except FormatError as error:
            if not self._goes_on(text):
                self.problems.append((number, error.problem))
            return
        self._settle()
        if line.name == "BEGIN":
            self._begin(number, line.value.strip().upper())
        elif line.name == "END":
            self._end(number, line.value.strip().upper())
        elif self._open:
            self._open[-1][1].lines.append(line)
        else:
            self.problems.append((number, f"{line.name} stands outside of any component"))

    def end(self) -> None:
        """Close what is still open."""
        self._settle()
        self.problems.extend((number, f"{component.name} has no END") for number, component in self._open)
        self.problems.sort()

    def _begin(self, number: int, name: str) -> None:
        component = Component(name)
        if len(self._open) < MOST_DEPTH:
            (self._open[-1][1].components if self._open else self.components).append(component)
        else:
            self.problems.append((number, f"{name} is nested deeper than {MOST_DEPTH}"))
        self._open.append((number, component))
        self._names[name] = self._names.get(name, 0) + 1

    def _end(self, number: int, name: str) -> None:
        if not self._names.get(name):
            self.problems.append((number, f"END:{name} ends nothing"))
            return
        while True:
            begun, component = self._open.pop()
            self._names[component.name] -= 1
            if component.name == name:
                return
            self.problems.append((begun, f"{component.name} has no END"))

    def _goes_on(self, text: str) -> bool:
        """Whether a line without colon is base64 of the line before it, not indented."""
        if not _BASE64_LINE.match(text) or not self._open or not self._open[-1][1].lines:
            return False
        if not self._base64 and not is_base64(self._open[-1][1].lines[-1]):
            return False
        self._base64.append(text)
        return True

    def _settle(self) -> None:
        if self._base64:
            lines = self._open[-1][1].lines
            lines[-1] = lines[-1]._replace(value=lines[-1].value + "".join(self._base64))
            self._base64.clear()


def is_base64(line: Line) -> bool:
    """Whether a line says that its value is in base64, in any of the ways of 2.1, 3.0 and iCalendar."""
    parameters = line.parameters
    return not _BASE64.isdisjoint(value.upper() for name in ("ENCODING", BARE) for value in parameters.get(name, ()))


def _placed(octets: bytes, problems: list[tuple[int, str]]) -> list[Problem]:
    if not problems:
        return []
    starts = list(_starts(octets))
    return [Problem(starts[number], text) for number, text in problems]


def _starts(octets: bytes) -> Iterator[int]:
    text = as_utf_8(octets)
    mark = len(octets) - len(text) if octets.endswith(text) else 0
    return (start + mark for start, _ in pieces(text))
