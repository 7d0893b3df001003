"""One component on its way to a JSCalendar object, and one on its way back: what did not find a place is not lost.

draft-ietf-calext-jscalendar-icalendar §5.1.1 (`iCalendar`), §4.1.1 and §4.2.1 (JSID).
"""

from collections.abc import Container, Iterable
from typing import Final

from angarium.formats.contentline import Component, Line
from angarium.formats.icalendar import jcal
from angarium.formats.json import JSON

_NEVER_KEPT: Final = frozenset({"VALUE", "JSID", "ENCODING"})


class Draft:
    """What a component becomes: `made` is the object; the rest is kept beside it by `finish`.

    `jsprops` are the members that stand as JSON in it and in what it adopted, to be set at the very end.
    """

    __slots__ = ("_components", "_converted", "_kept", "_numbers", "jsprops", "made")

    def __init__(self, kind: str) -> None:
        self.made: dict[str, JSON] = {"@type": kind}
        self._converted: dict[str, JSON] = {}
        self._kept: list[JSON] = []
        self._components: list[JSON] = []
        self._numbers: dict[str, int] = {}
        self.jsprops: list[Line] = []

    def free(self, key: str, taken: Container[str]) -> str:
        """The key, or the first of its numbered forms that is not taken; each number is tried once."""
        if key not in taken:
            return key
        number = self._numbers.get(key, 1)
        found = key
        while found in taken:
            number += 1
            found = f"{key[:240]}-{number}"
        self._numbers[key] = number
        return found

    def keep(self, line: Line) -> None:
        """Keep a property that has no place."""
        self._kept.append(jcal.from_line(line))

    def keep_component(self, component: Component) -> None:
        """Keep a component that has no place."""
        self._components.append(jcal.from_component(component))

    def adopt(self, inner: "Draft", path: str) -> None:
        """Take over the JSPROPs of what is now at `path`: their pointers begin there (§4.1.2)."""
        for line in inner.jsprops:
            pointer = line.first("JSPTR")
            if pointer:
                self.jsprops.append(line._replace(parameters={"JSPTR": [f"{path}/{pointer}"]}))

    def converted(self, path: str, line: Line, used: Iterable[str] = (), *, always: bool = False) -> None:
        """Note the parameters that are left of a property which became what is at `path`.

        `always` notes its name too when nothing is left, because the way back would choose another.
        """
        left = {}
        if line.parameters:
            left = jcal.from_parameters(line.parameters, _NEVER_KEPT.union(used))
        if left or always:
            note: dict[str, JSON] = {"@type": "ICalProperty", "name": line.name.lower()}
            if left:
                note["parameters"] = left
            self._converted[path] = note

    def finish(self, name: str, *, always: bool = False) -> dict[str, JSON]:
        """The object, with `iCalendar` when something is kept."""
        if self._converted or self._kept or self._components or always:
            kept: dict[str, JSON] = {"@type": "ICalComponent", "name": name}
            if self._converted:
                kept["convertedProperties"] = self._converted
            if self._kept:
                # Their order says nothing, so it is always the same.
                kept["properties"] = list[JSON](sorted(self._kept, key=str))
            if self._components:
                kept["components"] = self._components
            self.made["iCalendar"] = kept
        return self.made


class Notes:
    """What an object keeps of the component that it once was; `forced` are the keys that must be written as JSID."""

    __slots__ = ("_converted", "components", "forced", "lines")

    def __init__(self, made: dict[str, JSON], forced: frozenset[str] = frozenset()) -> None:
        kept = made.get("iCalendar")
        kept = kept if isinstance(kept, dict) else {}
        converted = kept.get("convertedProperties")
        self._converted = converted if isinstance(converted, dict) else {}
        self.lines = jcal.lines_of(kept)
        self.components = jcal.components_of(kept)
        self.forced = forced

    def name(self, path: str) -> str | None:
        """The property that something was, in upper case."""
        note = self._converted.get(path)
        name = note.get("name") if isinstance(note, dict) else None
        return name.upper() if isinstance(name, str) else None

    def parameters(self, path: str, name: str) -> dict[str, list[str]]:
        """The parameters that a property had beyond those that have a place."""
        note = self._converted.get(path)
        if not isinstance(note, dict) or self.name(path) != name:
            return {}
        given = note.get("parameters")
        return jcal.to_parameters(given) if isinstance(given, dict) else {}

    def jsid(self, key: str, derived: str) -> dict[str, list[str]]:
        """The JSID parameter, where the key is not what the value gives by itself."""
        return {"JSID": [key]} if key != derived or key in self.forced else {}
