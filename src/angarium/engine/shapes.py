"""What a JSON value may look like: small checks that combine, for arguments and properties alike.

A shape takes a value and gives None, or a Problem: the path inside the value and what is wrong there, in words.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple, TypeAlias, cast

from angarium.formats.json import JSON
from angarium.formats.objects import Check
from angarium.formats.pointer import escape
from angarium.formats.primitives import LARGEST, is_id, is_integer, parse_date, parse_utc


class Problem(NamedTuple):
    """What is wrong, and where below the value (a pointer without leading slash; empty for the value itself)."""

    path: str
    text: str

    def within(self, name: str) -> "Problem":
        """The same problem seen from one level up."""
        token = escape(name)
        return Problem(f"{token}/{self.path}" if self.path else token, self.text)

    def __str__(self) -> str:
        return f"{self.path}: {self.text}" if self.path else self.text


_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

Shape: TypeAlias = Callable[[JSON], Problem | None]


def simple(accepts: Callable[[JSON], bool], must_be: str) -> Shape:
    """A shape without parts; the problem says what the value must be."""
    problem = Problem("", f"must be {must_be}")
    return lambda value: None if accepts(value) else problem


anything: Shape = simple(lambda _value: True, "any value")
boolean: Shape = simple(lambda value: isinstance(value, bool), "true or false")
true: Shape = simple(lambda value: value is True, "true")
text: Shape = simple(lambda value: isinstance(value, str), "a string")
identifier: Shape = simple(is_id, "an Id (1 to 255 of A-Z a-z 0-9 - _)")
reference: Shape = simple(
    lambda value: is_id(value) or (isinstance(value, str) and value[:1] == "#" and is_id(value[1:])),
    "an Id, or '#' and a creation id",
)
integer: Shape = simple(is_integer, "an integer")
unsigned: Shape = simple(lambda value: is_integer(value, 0), f"an integer from 0 to {LARGEST}")
positive: Shape = simple(lambda value: is_integer(value, 1), f"an integer from 1 to {LARGEST}")
number: Shape = simple(lambda value: isinstance(value, (int, float)) and not isinstance(value, bool), "a number")
date: Shape = simple(
    lambda value: isinstance(value, str) and parse_date(value) is not None, "a Date (2026-01-31T09:00:00+01:00)"
)
utc_date: Shape = simple(
    lambda value: isinstance(value, str) and parse_utc(value) is not None, "a UTCDate (2026-01-31T09:00:00Z)"
)
an_object: Shape = simple(lambda value: isinstance(value, dict), "an object")


def checked(check: Check) -> Shape:
    """A check of `formats.objects` as a shape; the first of its problems is told."""

    def shape(value: JSON) -> Problem | None:
        found = check(value)
        return Problem(*found[0]) if found else None

    return shape


def nullable(shape: Shape) -> Shape:
    """The shape, or null."""
    return lambda value: None if value is None else shape(value)


def text_of(most: int, least: int = 0) -> Shape:
    """A string of so many octets of UTF-8."""
    problem = Problem("", f"must be a string of {least} to {most} octets")
    return lambda value: None if isinstance(value, str) and least <= len(value.encode()) <= most else problem


def line_of(most: int) -> Shape:
    """A string of 1 to so many octets of UTF-8 that a list can show: one line, nothing that cannot be seen."""
    fits, problem = text_of(most, 1), Problem("", "must not hold control characters or line breaks")
    return lambda value: fits(value) or (problem if _UNSEEN.search(cast(str, value)) else None)


def fitted(text: str, most: int) -> str:
    """What is nearest to a text among those that `line_of` takes; empty when nothing is left of it."""
    return _UNSEEN.sub("_", text.encode(errors="replace").decode()).encode()[:most].decode("utf-8", "ignore")


def integer_from(low: int, high: int) -> Shape:
    """An integer in a range, its ends included."""
    return simple(lambda value: is_integer(value, low, high), f"an integer from {low} to {high}")


def one_of(values: Collection[str]) -> Shape:
    """One of these strings."""
    return simple(lambda value: isinstance(value, str) and value in values, "one of " + ", ".join(sorted(values)))


def list_of(item: Shape, most: int | None = None) -> Shape:
    """An array whose items all have the shape; `most` bounds how many there are."""

    def check(value: JSON) -> Problem | None:
        if not isinstance(value, list):
            return Problem("", "must be an array")
        if most is not None and len(value) > most:
            return Problem("", f"must be an array of at most {most}")
        for index, inner in enumerate(value):
            if problem := item(inner):
                return problem.within(str(index))
        return None

    return check


def map_of(key: Shape, item: Shape) -> Shape:
    """An object used as a map: every name has one shape and every value another."""

    def check(value: JSON) -> Problem | None:
        if not isinstance(value, dict):
            return Problem("", "must be an object")
        for name, inner in value.items():
            if problem := key(name):
                return Problem(escape(name), f"the name {problem.text}")
            if problem := item(inner):
                return problem.within(name)
        return None

    return check


def _references(value: JSON) -> Problem | None:
    """An array of ids and creation ids; as `list_of(reference)`, but a long good one is found good at once."""
    if isinstance(value, list):
        try:
            joined = ",".join(value)  # type: ignore[arg-type]  # what is no string raises
        except TypeError:
            return _EACH_REFERENCE(value)
        if _REFERENCES.match(joined) and joined.count(",") == len(value) - 1:
            return None
    return _EACH_REFERENCE(value)


_EACH_REFERENCE: Shape = list_of(reference)
_REFERENCES = re.compile(r"#?[A-Za-z0-9_-]{1,255}(?:,#?[A-Za-z0-9_-]{1,255})*+\Z")
references: Shape = _references


def record_of(members: Mapping[str, Shape], required: Collection[str] = (), *, others: bool = False) -> Shape:
    """An object with these members; `others` says whether it may have more."""

    def check(value: JSON) -> Problem | None:
        if not isinstance(value, dict):
            return Problem("", "must be an object")
        for name in required:
            if name not in value:
                return Problem(escape(name), "is missing")
        for name, inner in value.items():
            if name not in members:
                if others:
                    continue
                return Problem(escape(name), "is unknown here; known are " + ", ".join(members))
            if problem := members[name](inner):
                return problem.within(name)
        return None

    return check


def either(*shapes: Shape) -> Shape:
    """Any of these shapes; the problem told is that of the last."""

    def check(value: JSON) -> Problem | None:
        problem = None
        for shape in shapes:
            problem = shape(value)
            if problem is None:
                return None
        return problem

    return check
