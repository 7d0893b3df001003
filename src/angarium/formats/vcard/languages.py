"""Alternatives in other languages and phonetics: lines with ALTID, LANGUAGE and PHONETIC to `localizations` and back.

RFC 9555 §2.3.1, §2.3.11 and §2.3.15; RFC 6350 §5.1 and §5.4. One patch for each property that reads differently.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from angarium.formats.contentline import Line, unescape
from angarium.formats.jscontact import MOST_LANGUAGES
from angarium.formats.json import JSON
from angarium.formats.pointer import escape
from angarium.formats.vcard.parameters import read_parameters, tag
from angarium.formats.vcard.properties import BY_NAME, Object
from angarium.formats.vcard.reading import Made, Reading, name_of
from angarium.formats.vcard.structured import ADDRESS, NAME, Structure, places

# Properties of which a card has one, so that two in two languages are alternatives also without ALTID.
_ONE: Final = frozenset({"N", "FN", "GRAMGENDER"})
_MARKS: Final = frozenset({"LANGUAGE", "ALTID"})
_ABOUT: Final = frozenset({"LANGUAGE", "ALTID", "PHONETIC", "SCRIPT", "PROP-ID"})
_STRUCTURES: Final[Mapping[str, Structure]] = {"N": NAME, "ADR": ADDRESS}
_HOW: Final = ("phoneticSystem", "phoneticScript")
_WHOLE: Final = ("components", "isOrdered", "defaultSeparator", "sortAs")
"""Properties that make sense together only: those of an alternative stand for those of the main one."""

_PLAIN: Final = {"FN": ("name", "full"), "GRAMGENDER": ("speakToAs", "grammaticalGender")}


class Plan(NamedTuple):
    """Lines to be read as the card itself, and for each of its alternatives the index of the line that it goes with."""

    language: str | None
    lines: list[Line]
    alternatives: list[tuple[Line, int]]


def read_lines(reading: Reading, lines: Sequence[Line]) -> None:
    """Take all lines of a card, those in other languages as patches; `reading` is finished then."""
    if not any(line.parameters and not _MARKS.isdisjoint(line.parameters) for line in lines):
        for line in lines:
            reading.take(line)
        reading.finish()
        return
    plan = _plan(lines)
    if plan.language:
        reading.set_once("language", plan.language)
    made = [reading.take(line) for line in plan.lines]
    reading.finish()
    alternatives = _Alternatives(reading)
    # How something is spoken comes after what it is: a language may have components of its own.
    for line, main in sorted(plan.alternatives, key=lambda pair: "PHONETIC" in pair[0].parameters):
        if not alternatives.take(line, made[main]):
            reading.extra.append(line)
    if alternatives.patches:
        reading.card["localizations"] = dict(alternatives.patches)


def _plan(lines: Sequence[Line]) -> Plan:
    buckets: dict[tuple[str, str], list[int]] = {}
    for index, line in enumerate(lines):
        if line.name in _ONE:
            buckets.setdefault((line.name, ""), []).append(index)
        elif line.parameters and (line.name in BY_NAME or line.name in ("BIRTHPLACE", "DEATHPLACE")):
            if "ALTID" in line.parameters:
                buckets.setdefault((line.name, line.first("ALTID") or ""), []).append(index)
            elif "LANGUAGE" in line.parameters:
                buckets[line.name, f" {index}"] = [index]
    language = _language(lines, buckets.values())
    mains: dict[int, Line] = {}
    goes_with: dict[int, int] = {}
    for bucket in buckets.values():
        main = _main(lines, bucket, language)
        if main is None:
            continue
        mains[main] = _as_main(lines[main], language, alone=len(bucket) == 1)
        goes_with.update((index, main) for index in bucket if index != main)
    kept = [index for index in range(len(lines)) if index not in goes_with]
    places = {index: place for place, index in enumerate(kept)}
    return Plan(
        language,
        [mains.get(index, lines[index]) for index in kept],
        [(lines[index], places[main]) for index, main in sorted(goes_with.items())],
    )


def _of(line: Line) -> str | None:
    return tag(line.first("LANGUAGE")) if line.parameters else None


def _language(lines: Sequence[Line], buckets: Iterable[Sequence[int]]) -> str | None:
    """The language of the card: as it says, else that of most properties which come in no other way than in some."""
    for line in lines:
        if line.name == "LANGUAGE":
            return tag(line.value.strip())
    votes: Counter[str] = Counter()
    for bucket in buckets:
        found = [_of(lines[index]) for index in bucket if "PHONETIC" not in lines[index].parameters]
        if all(found):
            votes.update(language for language in found if language)
    return votes.most_common(1)[0][0] if votes else None


def _main(lines: Sequence[Line], bucket: Sequence[int], language: str | None) -> int | None:
    spoken = [index for index in bucket if "PHONETIC" not in lines[index].parameters]
    ranked = sorted(spoken, key=lambda index: (found := _of(lines[index])) is not None and 1 + (found != language))
    return ranked[0] if ranked else None


def _as_main(line: Line, language: str | None, *, alone: bool) -> Line:
    """The line without what the card says by itself: its language, and that there are alternatives."""
    gone = {"LANGUAGE"} if _of(line) == language or line.name in _PLAIN else set()
    if not alone:
        gone.add("ALTID")
    return line._replace(parameters={name: value for name, value in line.parameters.items() if name not in gone})


class _Alternatives:
    """The patches of each language as they grow."""

    def __init__(self, reading: Reading) -> None:
        self.patches: dict[str, Object] = {}
        self._reading = reading

    def take(self, line: Line, made: Made | None) -> bool:
        """Put one alternative into the patch of its language, or phonetics into the card; False when it has no way."""
        card, language = self._reading.card, _of(line)
        in_card = language is None or language == card.get("language")
        if "PHONETIC" in line.parameters:
            main = _structured(card, line, made)
            if main is None or in_card:
                return main is not None and _speak(main[1], line)
            return self._add(language, _spoken_changes(self.patches.get(language or "", {}), *main, line))
        return not in_card and self._add(language, self._changes(line, made))

    def _add(self, language: str | None, changes: Object) -> bool:
        if language is None or (language not in self.patches and len(self.patches) >= MOST_LANGUAGES):
            return False
        patch = self.patches.get(language, {})
        if not changes or any(path in patch for path in changes):
            return False
        self.patches.setdefault(language, {}).update(changes)
        return True

    def _changes(self, line: Line, made: Made | None) -> Object:
        """What an alternative says differently, by path; nothing when it cannot be said."""
        card = self._reading.card
        bare = line._replace(parameters={name: each for name, each in line.parameters.items() if name not in _ABOUT})
        if line.name in _PLAIN:
            top, member = _PLAIN[line.name]
            main = card.get(top)
            value = unescape(line.value)
            return {f"{top}/{member}": value} if isinstance(main, dict) and member in main and value else {}
        if line.name == "N":
            name = name_of(bare)
            main = card.get("name")
            return _differences(("name",), main, name) if isinstance(main, dict) and name else {}
        row = BY_NAME.get(line.name)
        if row is None:
            return self._place_changes(line)
        entry = row.read(bare)
        if not made or not entry:
            return {}
        read_parameters(entry, row.parameters, bare)
        return _differences(made.path, made.entry, entry)

    def _place_changes(self, line: Line) -> Object:
        made = self._reading.anniversary(line)
        place = made.entry.get("place") if made else None
        if not made or not isinstance(place, dict) or "full" not in place:
            return {}
        return {"/".join((*map(escape, made.path), "place", "full")): unescape(line.value)}


def _structured(card: Object, line: Line, made: Made | None) -> tuple[tuple[str, ...], Object] | None:
    """The Name or Address that a PHONETIC line is about, and its path."""
    if line.name == "N":
        name = card.get("name")
        return (("name",), name) if isinstance(name, dict) else None
    return (made.path, made.entry) if made and line.name == "ADR" else None


def _differences(path: Sequence[str], main: Mapping[str, JSON], other: Mapping[str, JSON]) -> Object:
    prefix = "/".join(escape(name) for name in path)
    names = [name for name in other if other[name] != main.get(name)]
    if "components" in names:
        names = list(dict.fromkeys([*names, *(name for name in _WHOLE if name in main)]))
    if not names:
        names = [name for name in other if name != "kind"][:1]
    return {f"{prefix}/{escape(name)}": other.get(name) for name in names}


def _speak(entry: Object, line: Line) -> bool:
    """Set `phonetic` of the components that a PHONETIC line has values for."""
    components, how = entry.get("components"), _how(line)
    if not how or not isinstance(components, list) or not entry.keys().isdisjoint(_HOW):
        return False
    spoken = _spoken(line, components)
    for index, text in spoken.items():
        component = components[index]
        if isinstance(component, dict):
            component["phonetic"] = text
    if spoken:
        entry.update(how)
    return bool(spoken)


def _spoken_changes(patch: Object, path: Sequence[str], entry: Object, line: Line) -> Object:
    """The patches for a PHONETIC line in another language; into its components, where it has its own."""
    prefix = "/".join(escape(name) for name in path)
    own = patch.get(f"{prefix}/components")
    components, how = own if isinstance(own, list) else entry.get("components"), _how(line)
    if not how or not isinstance(components, list) or any(f"{prefix}/{name}" in patch for name in _HOW):
        return {}
    spoken = _spoken(line, components)
    changes: Object = {f"{prefix}/{name}": value for name, value in how.items()} if spoken else {}
    for index, text in spoken.items():
        component = components[index]
        if not isinstance(own, list):
            changes[f"{prefix}/components/{index}/phonetic"] = text
        elif isinstance(component, dict):
            component["phonetic"] = text
    return changes


def _how(line: Line) -> Object:
    """`phoneticSystem` and `phoneticScript` (RFC 9555 §2.3.15)."""
    system, script = (line.first("PHONETIC") or "").lower(), line.first("SCRIPT") or ""
    found: Object = {} if system in ("script", "") or not system.isalnum() else {"phoneticSystem": system}
    if len(script) == 4 and script.isascii() and script.isalpha():
        found["phoneticScript"] = script
    return found


def _spoken(line: Line, components: Sequence[JSON]) -> dict[int, str]:
    """Which component is spoken how; nothing when one is spoken that is not there."""
    structure = _STRUCTURES[line.name]
    values = structure.read(line.value)
    standing = places(structure, components)
    of_kind: dict[JSON, list[int]] = {}
    for index, component in enumerate(components):
        if isinstance(component, dict):
            of_kind.setdefault(component.get("kind"), []).append(index)
    spoken: dict[int, str] = {}
    for position, number in structure.counted(values):
        found = standing.get((position, number))
        alike = of_kind.get(structure.kinds[position], [])
        if found is None and number >= len(alike):
            return {}
        spoken[alike[number] if found is None else found] = values[position][number]
    return spoken
