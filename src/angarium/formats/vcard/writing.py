"""From a Card to the lines of a vCard 4.0.

RFC 9555 §3 and its Appendix A. What the lines cannot carry is found by reading them again, and goes into JSPROP lines,
so that every card comes back as it was.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from angarium.formats.contentline import Line, escape
from angarium.formats.errors import FormatError
from angarium.formats.jscontact import localized
from angarium.formats.json import JSON, dumps
from angarium.formats.pointer import unescape
from angarium.formats.vcard.dates import write_timestamp
from angarium.formats.vcard.jcard import from_jcard, parameters_from_json
from angarium.formats.vcard.properties import ROWS, Object, Row, is_uri, jscomps
from angarium.formats.vcard.structured import ADDRESS, NAME, Structure, lay_out, with_doubles, write_sort_as

_PLACES: Final = {"birth": "BIRTHPLACE", "death": "DEATHPLACE"}
_OURS: Final = frozenset({"BEGIN", "END", "VERSION", "JSPROP"})
"""Properties that are never written out of `vCardProps`."""

_SPOKEN_ORDER: Final = ("title", "given", "given2", "surname", "surname2", "generation", "credential")
_TEXTS: Final = (("KIND", "kind"), ("UID", "uid"), ("PRODID", "prodId"))
_MOMENTS: Final = (("CREATED", "created"), ("REV", "updated"))


def lines_of(card: Mapping[str, JSON]) -> list[Line]:
    """The lines of a card without JSPROP, from VERSION on; what does not map is left out."""
    writing = _Writing(card)
    return [Line("VERSION", "4.0", {}), *writing.lines()]


def patch_lines(patches: Mapping[str, JSON]) -> list[Line]:
    """The JSPROP lines of some patches."""
    # JSON lets DEL stand as it is, vCard does not.
    texts = {path: dumps(value).decode().replace("\x7f", "\\u007f") for path, value in patches.items()}
    return [Line("JSPROP", escape(text), {"JSPTR": [path]}) for path, text in texts.items()]


class _Writing:
    """One card on its way out: groups and ALTIDs that are free, other languages."""

    def __init__(self, card: Mapping[str, JSON]) -> None:
        self._card = card
        self._taken = {group.lower() for group in _groups(card)}
        self._number = 0
        self._altid = 0
        self._labels: dict[str, str] = {}
        self._held = self._held_groups()
        self._languages = dict(self._localized())

    def lines(self) -> Iterator[Line]:
        card = self._card
        for name, member in _TEXTS:
            if isinstance(value := card.get(member), str):
                yield Line(name, escape(value), {})
        for name, member in _MOMENTS:
            if isinstance(value := card.get(member), str) and (text := write_timestamp(value)):
                yield Line(name, text, {})
        if isinstance(value := card.get("language"), str):
            yield Line("LANGUAGE", value, {})
        yield from self._alternatives(("name",), _name_lines(card, full=True))
        for row in ROWS:
            yield from self._row(row)
        yield from self._rest()

    def _rest(self) -> Iterator[Line]:
        speak = _object(self._card.get("speakToAs"))
        if isinstance(gender := speak.get("grammaticalGender"), str):
            yield from self._alternatives(("speakToAs", "grammaticalGender"), [Line("GRAMGENDER", escape(gender), {})])
        if keywords := _object(self._card.get("keywords")):
            yield Line("CATEGORIES", ",".join(escape(keyword) for keyword in keywords), {})
        for uid in _object(self._card.get("members")):
            yield Line("MEMBER", uid if is_uri(uid) else escape(uid), {} if is_uri(uid) else {"VALUE": ["text"]})
        for key, relation in _object(self._card.get("relatedTo")).items():
            yield _related(key, _object(relation))
        for entry in _list(self._card.get("vCardProps")):
            line = from_jcard(entry)
            if line and line.name not in _OURS:
                yield line
        yield from (Line("X-ABLABEL", escape(text), {}, group) for group, text in self._labels.items())

    def _row(self, row: Row) -> Iterator[Line]:
        entries = self._card
        for name in row.path:
            entries = _object(entries.get(name))
        for key, entry in entries.items():
            if isinstance(entry, dict) and row.is_for(entry):
                path = (*row.path, key)
                lines = list(self._entry(row, key, entry, self._group(row, key, entry)))
                yield from self._alternatives(path, lines, row) if lines else ()

    def _entry(self, row: Row, key: str, entry: Object, group: str = "") -> Iterator[Line]:
        """The lines of one entry: itself, how it is spoken, its place."""
        written = row.write(entry)
        if written is None:
            return
        value, parameters = written
        kept, _ = parameters_from_json(_object(entry.get("vCardParams")))
        said = {name: values for name, each in row.parameters.items() if (values := each.write(entry))}
        merged: dict[str, Sequence[str]] = {"PROP-ID": [key], **parameters, **said}
        kept.pop("PHONETIC", None)
        for name, values in kept.items():
            merged[name] = [*merged.get(name, ()), *values] if name == "TYPE" else merged.get(name, values)
        yield Line(row.name, value, merged, group)
        if row.name == "ADR":
            yield from _spoken(ADDRESS, "ADR", entry, {"PROP-ID": [key]})
        if place := _object(entry.get("place")):
            yield from _place(_PLACES.get(str(entry.get("kind"))), key, place)

    def _group(self, row: Row, key: str, entry: Object) -> str:
        """The group of an entry: its own, or a new one where a label or a title needs it."""
        _, group = parameters_from_json(_object(entry.get("vCardParams")))
        label = entry.get("label") if row.labels else None
        if row.name == "ORG":
            return self._held.get(key, group)
        if row.path == ("titles",) and isinstance(held := entry.get("organizationId"), str):
            return self._held.get(held, group)
        if isinstance(label, str):
            if not group or self._labels.get(group, label) != label:
                group = self._free_group()
            self._labels[group] = label
        return group

    def _held_groups(self) -> dict[str, str]:
        """A group for each organization in which titles are held."""
        organizations = _object(self._card.get("organizations"))
        held = [_object(title).get("organizationId") for title in _object(self._card.get("titles")).values()]
        found: dict[str, str] = {}
        for key in held:
            if isinstance(key, str) and key in organizations and key not in found:
                _, own = parameters_from_json(_object(_object(organizations[key]).get("vCardParams")))
                found[key] = own or self._free_group()
        return found

    def _free_group(self) -> str:
        while True:
            self._number += 1
            if f"item{self._number}" not in self._taken:
                return f"item{self._number}"

    def _localized(self) -> Iterator[tuple[str, tuple[Object, set[tuple[str, ...]]]]]:
        """For each language the card as it reads in it, and which entries do so differently."""
        for language, patch in _object(self._card.get("localizations")).items():
            try:
                card = localized(self._card, language)
                paths = [tuple(unescape(token) for token in path.split("/")) for path in _object(patch)]
            except FormatError:
                continue
            yield language, (card, {path[:depth] for path in paths for depth in (1, 2, 3)})

    def _alternatives(self, path: tuple[str, ...], lines: Sequence[Line], row: Row | None = None) -> Iterator[Line]:
        """Lines of the card itself, each with those that stand for it in other languages (RFC 6350 §5.4)."""
        others = [
            (language, line)
            for language, (card, touched) in self._languages.items()
            if path in touched
            for line in self._localized_lines(path, card, row)
            if not any(_same(line, main) for main in lines)
        ]
        spoken = any("PHONETIC" in line.parameters for line in lines)
        if not others and not spoken:
            yield from lines
            return
        self._altid += 1
        named = {line.name for _, line in others} | {line.name for line in lines if "PHONETIC" in line.parameters}
        altid = {"ALTID": [str(self._altid)]}
        for line in lines:
            yield line._replace(parameters={**altid, **line.parameters}) if line.name in named else line
        for language, line in others:
            yield line._replace(parameters={**altid, "LANGUAGE": [language], **line.parameters}, group="")

    def _localized_lines(self, path: tuple[str, ...], card: Object, row: Row | None) -> Sequence[Line]:
        if path == ("name",):
            return _name_lines(card, full=False)
        value: JSON = card
        for name in path:
            value = _object(value).get(name)
        if row is None:
            return [Line("GRAMGENDER", escape(value), {})] if isinstance(value, str) else []
        return list(self._entry(row, path[-1], value)) if isinstance(value, dict) else []


def _object(value: JSON) -> Object:
    return value if isinstance(value, dict) else {}


def _same(one: Line, other: Line) -> bool:
    return one.name == other.name and one.value == other.value and one.parameters == other.parameters


def _groups(card: Mapping[str, JSON]) -> Iterator[str]:
    """Every group that a line of the card will have."""
    kept = card.get("vCardProps")
    for entry in kept if isinstance(kept, list) else ():
        if line := from_jcard(entry):
            yield line.group
    for row in ROWS:
        for entry in _object(card.get(row.path[0])).values():
            yield parameters_from_json(_object(_object(entry).get("vCardParams")))[1]


def _name_lines(card: Mapping[str, JSON], *, full: bool) -> list[Line]:
    """FN and N, and how the name is spoken; FN is there in any case when `full` (RFC 9555 §3.1)."""
    name = _object(card.get("name"))
    components = [each for each in _list(name.get("components")) if isinstance(each, dict)]
    said = name.get("full")
    lines = []
    if isinstance(said, str):
        lines.append(Line("FN", escape(said), {}))
    elif full:
        derived = _derived(name, components)
        lines.append(Line("FN", escape(derived), {"DERIVED": ["true"]} if derived else {}))
    if components:
        values, order = lay_out(NAME, components, "value")
        sort_as = write_sort_as(NAME, _object(name.get("sortAs")))
        kept, group = parameters_from_json(_object(name.get("vCardParams")))
        parameters: dict[str, Sequence[str]] = {"SORT-AS": [sort_as]} if sort_as else {}
        if name.get("isOrdered") is True and order:
            parameters["JSCOMPS"] = [jscomps(name.get("defaultSeparator"), order)]
        lines.append(
            Line("N", NAME.value(with_doubles(NAME, values, components)), {**parameters, **kept}, group),
        )
        lines += _spoken(NAME, "N", name, {})
    return lines


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []


def _derived(name: Object, components: Sequence[Object]) -> str:
    """A full name out of its components."""
    if name.get("isOrdered") is True:
        default = name.get("defaultSeparator")
        text, separator = "", ""
        for component in components:
            value = component.get("value")
            if not isinstance(value, str):
                continue
            if component.get("kind") == "separator":
                separator = value
            else:
                text += (separator if text or separator.strip() else "") + value
                separator = default if isinstance(default, str) else " "
        return text
    found = {kind: [each.get("value") for each in components if each.get("kind") == kind] for kind in _SPOKEN_ORDER}
    return " ".join(text for values in found.values() for text in values if isinstance(text, str) and text)


def _spoken(structure: Structure, name: str, entry: Object, parameters: dict[str, Sequence[str]]) -> Iterator[Line]:
    components = [each for each in _list(entry.get("components")) if isinstance(each, dict)]
    if not any("phonetic" in component for component in components):
        return
    values, _ = lay_out(structure, components, "phonetic")
    system, script = entry.get("phoneticSystem"), entry.get("phoneticScript")
    how = {"PHONETIC": [system if isinstance(system, str) else "script"]}
    if isinstance(script, str):
        how["SCRIPT"] = [script]
    yield Line(name, structure.value(values), {**parameters, **how})


def _place(name: str | None, key: str, place: Object) -> Iterator[Line]:
    full, coordinates = place.get("full"), place.get("coordinates")
    kept, _ = parameters_from_json(_object(place.get("vCardParams")))
    parameters: dict[str, Sequence[str]] = {"PROP-ID": [key], **kept}
    if name and isinstance(full, str):
        yield Line(name, escape(full), parameters)
    elif name and isinstance(coordinates, str):
        yield Line(name, coordinates, {"VALUE": ["uri"], **parameters})


def _related(key: str, relation: Object) -> Line:
    kinds = list(_object(relation.get("relation")))
    kept, _ = parameters_from_json(_object(relation.get("vCardParams")))
    types = {"TYPE": [*kinds, *kept.pop("TYPE", ())]} if kinds or "TYPE" in kept else {}
    value = {} if is_uri(key) else {"VALUE": ["text"]}
    return Line("RELATED", key if is_uri(key) else escape(key), {**value, **types, **kept})
