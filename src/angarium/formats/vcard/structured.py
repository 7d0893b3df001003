"""Values made of components, N and ADR: their order, their doubles for older readers, JSCOMPS and SORT-AS.

RFC 9554 §2 gives the components, RFC 9555 §2.5.5, §2.6.1 and §3.3.1 how they map.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from angarium.formats.contentline import escape, split, texts, unescape
from angarium.formats.json import JSON

_ENTRY: Final = re.compile(r"(\d{1,6})(?:,(\d{1,6}))?\Z", re.ASCII)

Values = list[list[str]]
"""For each component, its values."""


@dataclass(frozen=True, slots=True)
class Structure:
    """The components of a property: kinds by position, and which positions repeat others for older readers.

    `doubles` maps a newer position to the older one that repeats its values one by one, those of `in_order` where the
    components stand, others after the rest; `merged` maps an older position
    to the kinds of the newer ones that it is put together from, and which alone count where any of them has a value.
    """

    kinds: tuple[str, ...]
    doubles: Mapping[int, int]
    merged: Mapping[int, tuple[str, ...]]
    newer: int
    in_order: frozenset[int] = frozenset()

    def read(self, value: str) -> Values:
        """The values of each component, unescaped; positions that are not known are left out."""
        if "\\" not in value and "," not in value:
            return [[piece] if piece else [] for piece in value.split(";")[: len(self.kinds)]]
        return [texts(piece) if piece else [] for piece in split(value, ";")[: len(self.kinds)]]

    def counted(self, values: Values) -> list[tuple[int, int]]:
        """Where the values stand that are not doubles, from left to right; empty ones are none.

        What an older position is put together from stands in its place, as in Figure 15 of RFC 9555.
        """
        positions: Sequence[int] = range(len(values))
        skipped: Mapping[int, tuple[str, ...]] = {}
        if self.merged and any(any(each) for each in values[self.newer :]):
            skipped = self.merged
            positions = sorted(positions, key=self._places.__getitem__)
        older = {old: set(values[new]) for new, old in self.doubles.items() if new < len(values)}
        return [
            (position, index)
            for position in positions
            if values[position] and position not in skipped
            for index, text in enumerate(values[position])
            if text and not (position in older and text in older[position])
        ]

    @property
    def _places(self) -> list[int]:
        """For each position, the one where an older reader looks for it."""
        older = {kind: position for position, kinds in self.merged.items() for kind in kinds}
        return [position if position < self.newer else older[kind] for position, kind in enumerate(self.kinds)]

    def components(self, values: Values, places: Sequence[tuple[int, int]]) -> list[JSON]:
        """The components at some places."""
        kinds = self.kinds
        return [{"kind": kinds[position], "value": values[position][index]} for position, index in places]

    def value(self, values: Values) -> str:
        """The value as vCard has it."""
        return ";".join(",".join(escape(text) for text in each) for each in values)


NAME: Final = Structure(
    ("surname", "given", "given2", "title", "credential", "surname2", "generation"),
    {5: 0, 6: 4},
    {},
    newer=7,
    in_order=frozenset({6}),
)
_POSTAL: Final = ("postOfficeBox", "apartment", "name", "locality", "region", "postcode", "country")
ADDRESS: Final = Structure(
    (
        *_POSTAL,
        *("room", "apartment", "floor", "number", "name", "building", "block", "subdistrict", "district"),
        *("landmark", "direction"),
    ),
    {},
    {
        1: ("room", "floor", "apartment", "building"),
        2: ("number", "name", "block", "direction", "landmark", "subdistrict", "district"),
    },
    newer=len(_POSTAL),
)


def read_components(structure: Structure, value: str, order: str | None) -> dict[str, JSON]:
    """`components`, and `isOrdered` and `defaultSeparator` where JSCOMPS (`order`) is valid; empty without values."""
    values = structure.read(value)
    counted = structure.counted(values)
    if not counted:
        return {}
    if order is not None and (ordered := _ordered(structure, values, counted, order)):
        return ordered
    return {"components": structure.components(values, counted)}


def _ordered(
    structure: Structure, values: Values, counted: list[tuple[int, int]], order: str
) -> dict[str, JSON] | None:
    first, *entries = split(order, ";")
    components: list[JSON] = []
    places = set()
    for entry in entries:
        if entry.startswith("s,"):
            components.append({"kind": "separator", "value": unescape(entry[2:])})
            continue
        found = _ENTRY.match(entry)
        place = (int(found[1]), int(found[2] or 0)) if found else (-1, -1)
        if not found or place[0] >= len(values) or place[1] >= len(values[place[0]]):
            return None
        places.add(place)
        components += structure.components(values, [place])
    if places != set(counted) or len(places) + sum(entry.startswith("s,") for entry in entries) != len(entries):
        return None
    if first and not first.startswith("s,"):
        return None
    default: dict[str, JSON] = {"defaultSeparator": unescape(first[2:])} if first else {}
    return {"components": components, "isOrdered": True, **default}


def lay_out(structure: Structure, components: Sequence[Mapping[str, JSON]], member: str) -> tuple[Values, list[str]]:
    """The values of each component, and the entries of JSCOMPS; `member` is what is written, `value` or `phonetic`.

    A component of a kind that vCard does not have is left out.
    """
    values: Values = [[] for _ in structure.kinds]
    newest = {kind: position for position, kind in enumerate(structure.kinds)}
    entries = []
    for component in components:
        kind, text = component.get("kind"), component.get(member, "")
        if not isinstance(kind, str) or not isinstance(text, str):
            continue
        if kind == "separator":
            entries.append("s," + escape(text).replace("\\n", "\n"))
        elif kind in newest:
            position = newest[kind]
            values[position].append(text)
            index = len(values[position]) - 1
            entries.append(f"{position},{index}" if index else f"{position}")
            if position in structure.in_order:
                values[structure.doubles[position]].append(text)
    return values, entries


def places(structure: Structure, components: Sequence[JSON]) -> dict[tuple[int, int], int]:
    """Where each component stands in the value that it is written to, by the numbers of JSCOMPS."""
    found: dict[tuple[int, int], int] = {}
    lengths = [0] * len(structure.kinds)
    newest = {kind: position for position, kind in enumerate(structure.kinds)}
    for number, component in enumerate(components):
        kind = component.get("kind") if isinstance(component, dict) else None
        position = newest.get(kind) if isinstance(kind, str) else None
        if position is None:
            continue
        found[position, lengths[position]] = number
        for each in (position, *((structure.doubles[position],) if position in structure.in_order else ())):
            lengths[each] += 1
    return found


def with_doubles(structure: Structure, values: Values, components: Sequence[Mapping[str, JSON]]) -> Values:
    """The values again, with what older readers look for in the older positions."""
    values = [list(each) for each in values]
    for new, old in structure.doubles.items():
        values[old] += [text for text in values[new] if text not in values[old]]
    for old, kinds in structure.merged.items():
        text = _joined(components, kinds)
        values[old] = [text] if text else []
    return values


def _joined(components: Sequence[Mapping[str, JSON]], kinds: Sequence[str]) -> str:
    found = [component.get("value") for component in components if component.get("kind") in kinds]
    return " ".join(text for text in found if isinstance(text, str) and text)


def read_sort_as(structure: Structure, value: str, kinds: set[JSON]) -> dict[str, JSON] | None:
    """SORT-AS as `sortAs`; None when it sorts by a component that is not there."""
    found: dict[str, JSON] = {}
    for kind, text in zip(structure.kinds, texts(value), strict=False):
        if text:
            if kind not in kinds:
                return None
            found[kind] = text
    return found


def write_sort_as(structure: Structure, sort_as: Mapping[str, JSON]) -> str:
    """`sortAs` as SORT-AS."""
    found = [sort_as.get(kind) for kind in structure.kinds]
    return ",".join(escape(text) if isinstance(text, str) else "" for text in found).rstrip(",")
