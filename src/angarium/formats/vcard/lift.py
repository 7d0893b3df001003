"""From a vCard of any version to the lines of version 4.0, by the table of `legacy`.

vCard 2.1, RFC 2426 (3.0), RFC 6350 Appendix A; vendors' properties as their address books write them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from angarium.formats.contentline import Component, Line, escape, unescape, write
from angarium.formats.vcard import legacy
from angarium.formats.vcard.dates import date
from angarium.formats.vcard.encodings import modern
from angarium.formats.vcard.structured import NAME

_APPLE: Final = re.compile(r"_\$!<(.*)>!\$_\Z", re.DOTALL)
_GEO: Final = re.compile(r"\s*(-?[0-9.]{1,20})\s*\\?[;,]\s*(-?[0-9.]{1,20})\s*\Z")
_COUNTRY: Final = re.compile(r"[A-Za-z]{2}\Z")
_SCRIPTS: Final = tuple((re.compile(rf"(?:{pattern})\Z"), script) for pattern, script in legacy.SCRIPTS)


def lift(component: Component) -> list[Line]:
    """The lines of a vCard as version 4.0 has them."""
    version = component.first("VERSION")
    said = version.value.strip() if version else "3.0"
    lines = [modern(line, said) for line in component.lines]
    lifting = _Lifting(lines)
    lifted = [made for line in lines for made in lifting.lift(line)]
    for agent in component.components:
        lifted += _agent(write(agent).decode().replace("\r\n", "\n"))
    return lifting.joined(lifted)


class _Lifting:
    """One card: what its groups are called, and what is joined once all lines are seen."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._labels = {line.group.lower(): _label(line) for line in lines if line.group and line.name == "X-ABLABEL"}
        self._sizes: dict[str, int] = {}
        for line in lines if self._labels else ():
            self._sizes[line.group.lower()] = self._sizes.get(line.group.lower(), 0) + 1
        self._has_kind = any(line.name == "KIND" for line in lines)
        self._anniversaries = {line.value for line in lines if line.name == "ANNIVERSARY"}
        self._answered: set[str] = set()
        self._phonetic: list[Line] = []
        self._countries: dict[str, Line] = {}
        self._delivery: list[Line] = []
        self._sort: Line | None = None

    def lift(self, line: Line) -> Sequence[Line]:
        """The lines that one becomes, now; what must wait for others is kept for `joined`."""
        rule = _RULES.get(line.name)
        if rule is None:
            if "X-SERVICE-TYPE" in line.parameters:
                return (_renamed(line, "X-SERVICE-TYPE", "SERVICE-TYPE"),)
            return (line,)
        return rule(self, line)

    def joined(self, lines: list[Line]) -> list[Line]:
        """All lines, with those joined that say something about another."""
        if self._answered:
            lines = [line for line in lines if line.name != "X-ABLABEL" or line.group.lower() not in self._answered]
        if self._sort:
            lines = self._sorted(lines, self._sort)
        if self._delivery:
            lines = _labelled(lines, self._delivery)
        if self._countries:
            lines = self._located(lines)
        return self._spoken(lines) if self._phonetic else lines

    def date(self, line: Line) -> Sequence[Line]:
        """X-ABDATE is an anniversary when its label says so."""
        label = self._labels.get(line.group.lower(), "").lower()
        if label != "anniversary" or date(line.value.strip()) is None:
            return (line,)
        return self.anniversary(self._answer(line, Line("ANNIVERSARY", line.value, _kept(line))))

    def anniversary(self, made: Line) -> Sequence[Line]:
        """An ANNIVERSARY that another property told, unless one tells the same: address books write it in two ways."""
        if made.value in self._anniversaries:
            return ()
        self._anniversaries.add(made.value)
        return (made,)

    def relative(self, line: Line) -> Sequence[Line]:
        """X-ABRELATEDNAMES is RELATED when its label is a relation that vCard knows."""
        kind, original = legacy.RELATIONS.get(self._labels.get(line.group.lower(), "").lower(), ("", ""))
        if not kind or not line.value:
            return (line,)
        parameters = {"VALUE": ["text"], "TYPE": [kind], **({"X-ORIGINAL": [original]} if original else {})}
        return (self._answer(line, Line("RELATED", line.value, {**_kept(line), **parameters})),)

    def company(self, line: Line) -> Sequence[Line]:
        """X-ABSHOWAS:COMPANY is KIND:org."""
        if line.value.strip().upper() != "COMPANY" or self._has_kind:
            return (line,)
        return (Line("KIND", "org", {}),)

    def phonetic(self, line: Line) -> Sequence[Line]:
        """Waits for N."""
        self._phonetic.append(line)
        return ()

    def delivery(self, line: Line) -> Sequence[Line]:
        """LABEL waits for its ADR."""
        self._delivery.append(line)
        return ()

    def country(self, line: Line) -> Sequence[Line]:
        """X-ABADR with a country waits for the ADR of its group."""
        if not line.group or not _COUNTRY.match(line.value) or line.group.lower() in self._countries:
            return (line,)
        self._countries[line.group.lower()] = line
        return ()

    def sort(self, line: Line) -> Sequence[Line]:
        """SORT-STRING waits for N."""
        if self._sort:
            return (line,)
        self._sort = line
        return ()

    def _answer(self, line: Line, made: Line) -> Line:
        """The line that stands for another and its label; it keeps the group when that has more than the two."""
        group = line.group.lower()
        if self._sizes[group] == 2:
            self._answered.add(group)
            return made
        return made._replace(group=line.group)

    def _sorted(self, lines: list[Line], sort: Line) -> list[Line]:
        for index, line in enumerate(lines):
            if line.name == "N" and "SORT-AS" not in line.parameters:
                lines[index] = line._replace(parameters={**line.parameters, "SORT-AS": [escape(unescape(sort.value))]})
                return lines
        return [*lines, sort]

    def _located(self, lines: list[Line]) -> list[Line]:
        for index, line in enumerate(lines):
            country = self._countries.get(line.group.lower()) if line.group and line.name == "ADR" else None
            if country and "CC" not in line.parameters:
                lines[index] = line._replace(parameters={**line.parameters, "CC": [country.value]})
                del self._countries[line.group.lower()]
        return [*lines, *self._countries.values()]

    def _spoken(self, lines: list[Line]) -> list[Line]:
        """N with PHONETIC out of what is said about its parts; what it has no part for stays."""
        index = next((index for index, line in enumerate(lines) if line.name == "N"), None)
        values: list[list[str]] = [[], [], []]
        left = []
        present = NAME.read(lines[index].value) if index is not None else []
        for line in self._phonetic:
            position = legacy.PHONETIC[line.name]
            if line.value and not values[position] and len(present) > position and any(present[position]):
                values[position] = [unescape(line.value)]
            elif line.value:
                left.append(line)
        if index is None or not any(values):
            return [*lines, *left]
        altid = lines[index].parameters.get("ALTID", ["n"])
        script = _script("".join(text for each in values for text in each))
        how = {"ALTID": altid, "PHONETIC": ["script"], "SCRIPT": [script]}
        lines[index] = lines[index]._replace(parameters={**lines[index].parameters, "ALTID": altid})
        return [*lines[: index + 1], Line("N", NAME.value(values), how), *lines[index + 1 :], *left]


def _labelled(lines: list[Line], labels: Sequence[Line]) -> list[Line]:
    """Each LABEL at the first ADR of the same group and types without one, else at an address of its own."""
    waiting: dict[tuple[str, tuple[str, ...]], list[Line]] = {}
    for label in reversed(labels):
        waiting.setdefault(_where(label), []).append(label)
    for index, line in enumerate(lines):
        if line.name == "ADR" and "LABEL" not in line.parameters and (found := waiting.get(_where(line))):
            lines[index] = line._replace(parameters={**line.parameters, "LABEL": [unescape(found.pop().value)]})
    rest = [label for found in waiting.values() for label in reversed(found)]
    made = [
        Line("ADR", ";;;;;;", {**label.parameters, "LABEL": [unescape(label.value)]}, label.group)
        for label in rest
        if label.value
    ]
    return [*lines, *made]


def _where(line: Line) -> tuple[str, tuple[str, ...]]:
    return line.group.lower(), tuple(sorted(kind.lower() for kind in line.parameters.get("TYPE", ())))


def _script(text: str) -> str:
    return next((script for pattern, script in _SCRIPTS if pattern.match(text)), "Zyyy")


def _label(line: Line) -> str:
    return _APPLE.sub(r"\1", unescape(line.value))


def _kept(line: Line) -> dict[str, Sequence[str]]:
    return {name: values for name, values in line.parameters.items() if name not in ("VALUE", "TYPE")}


def _renamed(line: Line, old: str, new: str) -> Line:
    parameters = {new if name == old else name: values for name, values in line.parameters.items()}
    return line._replace(parameters=parameters)


def _agent(text: str) -> Sequence[Line]:
    """AGENT (2.1, 3.0) is RELATED;TYPE=agent by its name; the card inside is kept whole."""
    name = next((line[3:] for line in text.split("\n") if line[:3].upper() == "FN:"), "")
    related = [Line("RELATED", name, {"VALUE": ["text"], "TYPE": ["agent"]})] if name else []
    return [*related, Line("X-AGENT", escape(text), {"VALUE": ["text"]})]


def _read_agent(_lifting: _Lifting, line: Line) -> Sequence[Line]:
    said = (line.first("VALUE") or "").lower()
    if not line.value.strip():
        return ()
    if said in ("uri", "url") or not unescape(line.value).lstrip().upper().startswith("BEGIN:VCARD"):
        kind = {} if said in ("uri", "url") else {"VALUE": ["text"]}
        return (line._replace(name="RELATED", parameters={**_kept(line), **kind, "TYPE": ["agent"]}),)
    return _agent(unescape(line.value))


def _service(_lifting: _Lifting, line: Line) -> Sequence[Line]:
    service = legacy.SERVICES[line.name]
    parameters = {**line.parameters, "VALUE": ["text"], **({"SERVICE-TYPE": [service]} if service else {})}
    return (line._replace(name="SOCIALPROFILE", parameters=parameters),)


def _profile(_lifting: _Lifting, line: Line) -> Sequence[Line]:
    """X-SOCIALPROFILE;TYPE=twitter;X-USER=me as Apple writes it."""
    parameters = dict(_renamed(line, "X-USER", "USERNAME").parameters)
    types = [kind for kind in parameters.pop("TYPE", ()) if kind]
    services = [kind for kind in types if kind.lower() not in ("home", "work")]
    if services and "SERVICE-TYPE" not in parameters:
        parameters["SERVICE-TYPE"] = services[:1]
        types.remove(services[0])
    return (line._replace(name="SOCIALPROFILE", parameters={**parameters, **({"TYPE": types} if types else {})}),)


def _anniversary(lifting: _Lifting, line: Line) -> Sequence[Line]:
    if date(line.value.strip()) is None:
        return (line,)
    return lifting.anniversary(line._replace(name="ANNIVERSARY", parameters=_kept(line)))


def _relative(_lifting: _Lifting, line: Line) -> Sequence[Line]:
    kind = {"VALUE": ["text"], "TYPE": [legacy.RELATIVES[line.name]]}
    return (line._replace(name="RELATED", parameters={**_kept(line), **kind}),)


def _rename(_lifting: _Lifting, line: Line) -> Sequence[Line]:
    return (line._replace(name=legacy.RENAMED[line.name]),)


def _birthday(_lifting: _Lifting, line: Line) -> Sequence[Line]:
    """A year that only stands for none (X-APPLE-OMIT-YEAR) goes."""
    year = line.first("X-APPLE-OMIT-YEAR")
    if year is None or not line.value.startswith(f"{year}-"):
        return (line,)
    others = {name: values for name, values in line.parameters.items() if name != "X-APPLE-OMIT-YEAR"}
    return (line._replace(value="--" + line.value[len(year) + 1 :].replace("-", ""), parameters=others),)


def _position(_lifting: _Lifting, line: Line) -> Sequence[Line]:
    found = _GEO.match(line.value)
    return (line._replace(value=f"geo:{found[1]},{found[2]}") if found else line,)


_RULES: Final[Mapping[str, Callable[[_Lifting, Line], Sequence[Line]]]] = MappingProxyType(
    {
        "AGENT": _read_agent,
        "GEO": _position,
        "BDAY": _birthday,
        "LABEL": _Lifting.delivery,
        "SORT-STRING": _Lifting.sort,
        "X-ABDATE": _Lifting.date,
        "X-ABRELATEDNAMES": _Lifting.relative,
        "X-ABSHOWAS": _Lifting.company,
        "X-ABADR": _Lifting.country,
        **dict.fromkeys(legacy.PHONETIC, _Lifting.phonetic),
        **dict.fromkeys(legacy.RENAMED, _rename),
        "X-SOCIALPROFILE": _profile,
        **dict.fromkeys(legacy.SERVICES, _service),
        **dict.fromkeys(legacy.ANNIVERSARIES, _anniversary),
        **dict.fromkeys(legacy.RELATIVES, _relative),
    }
)
