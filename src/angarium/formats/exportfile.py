"""Files of an export that are read back: containers, and things with the containers that each is in.

The text is JSON with one thing a line, so that it can be written and read a thing at a time, however many there are.
What containers and things are is for those who have a `Layout`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from angarium.formats.errors import FormatError
from angarium.formats.json import JSON, dumps, parse

_VERSION: Final = 1
_TAIL: Final = b"]}"


@dataclass(frozen=True, slots=True)
class Listed:
    """A thing, the places of its containers in the list of containers, and what else its line holds."""

    thing: dict[str, JSON]
    places: Sequence[int]
    beside: Mapping[str, JSON]


@dataclass(frozen=True, slots=True)
class Layout:
    """What the parts of a file are called: the file in the export, its containers, its things, one thing."""

    file: str
    containers: str
    things: str
    thing: str

    def head(self, containers: Sequence[Mapping[str, JSON]]) -> bytes:
        """The beginning of the file; lines follow, with `,` and a line end between them, and then `TAIL`."""
        told = list[JSON](dict(each) for each in containers)
        return dumps({"version": _VERSION, self.containers: told})[:-1] + self._head_end + b"\n"

    def line(self, thing: Mapping[str, JSON], places: Sequence[int], **beside: JSON) -> bytes:
        """A thing as JSON on one line."""
        return dumps({self.containers: list[JSON](places), **beside, self.thing: dict(thing)})

    def parse_head(self, line: bytes) -> list[dict[str, JSON]]:
        """The containers in the first line of the file, each with a name; raises FormatError."""
        text = line.rstrip()
        if not text.endswith(self._head_end):
            raise FormatError(f"the first line does not hold {self.containers}")
        value = parse(text.removesuffix(self._head_end) + b"}")
        found = value.get(self.containers) if isinstance(value, dict) else None
        if not isinstance(value, dict) or value.get("version") != _VERSION or not isinstance(found, list):
            raise FormatError(f"this is no list of {self.things} of version {_VERSION}")
        named = [
            each for each in found if isinstance(each, dict) and isinstance(each.get("name"), str) and each["name"]
        ]
        if len(named) != len(found):
            raise FormatError(f"each of the {self.containers} needs a name")
        return named

    def parse_line(self, line: bytes, containers: int) -> Listed | None:
        """The thing of a line after the first, in some of so many containers; None for the end. Raises FormatError."""
        text = line.strip().removesuffix(b",")
        if not text or text == _TAIL:
            return None
        value = parse(text)
        thing, places = (value.get(self.thing), value.get(self.containers)) if isinstance(value, dict) else (None, None)
        if not isinstance(value, dict) or not isinstance(thing, dict) or not isinstance(places, list):
            raise FormatError(f"this is no {self.thing} with its {self.containers}")
        known = [place for place in places if type(place) is int and 0 <= place < containers]
        beside = {name: item for name, item in value.items() if name not in (self.thing, self.containers)}
        return Listed(thing, known, beside)

    @property
    def _head_end(self) -> bytes:
        return f',"{self.things}":['.encode()


TAIL: Final = b"\n" + _TAIL + b"\n"
"""The end of a file."""

CALENDARS: Final = Layout("calendars/calendars.json", "calendars", "events", "event")
"""Calendars, and events as JSCalendar with the calendars that each is in (JMAP calendars §4, §5)."""

ATTACHMENTS: Final = "attachments"
"""The folder beside the file with the octets that events link to, each under its blob id."""
