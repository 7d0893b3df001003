"""From the lines of one vCard 4.0 to a Card.

RFC 9555 §2. What the table of `properties` maps goes through it; here is what is one of a kind, and what joins lines:
groups, places of anniversaries, addresses with GEO and TZ. What has no counterpart ends in `vCardProps` and
`vCardParams`, so that nothing is lost. Other languages are the matter of `languages`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from angarium.formats.contentline import Line, split, texts, unescape
from angarium.formats.jscontact import patterns
from angarium.formats.json import JSON
from angarium.formats.primitives import ID
from angarium.formats.vcard import parameters as p
from angarium.formats.vcard.dates import timestamp
from angarium.formats.vcard.jcard import one_or_all, to_jcard
from angarium.formats.vcard.parameters import kept_parameters, read_parameters, tag
from angarium.formats.vcard.properties import BY_NAME, Object, Row
from angarium.formats.vcard.structured import NAME, read_components, read_sort_as

_GEO: Final = re.compile(rf"(?:{patterns.GEO})\Z")
_KIND: Final = re.compile(r"[a-z0-9-]+\Z")
_APPLE: Final = re.compile(r"_\$!<(.*)>!\$_\Z", re.DOTALL)
_ENOUGH: Final = frozenset({"full", "coordinates", "timeZone", "countryCode"})


class Made(NamedTuple):
    """What a line became: the entry, and the pointer to it."""

    line: Line
    entry: Object
    path: tuple[str, ...]


class Reading:
    """A card as it grows by one line at a time; `extra` are the lines that did not map."""

    def __init__(self) -> None:
        self.card: Object = {"@type": "Card", "version": "2.0"}
        self.extra: list[Line] = []
        self.patches: list[Line] = []
        self._full: Line | None = None
        self._counts: dict[str, int] = {}
        self._grouped: dict[str, list[Made]] = {}
        self._addresses: dict[str, list[Object]] = {}
        self._open: dict[tuple[str, str], Iterator[Object]] = {}
        self._anniversaries: dict[str, Made] = {}
        self._labels: list[Line] = []
        self._members: list[Line] = []
        self._later: list[Line] = []

    def take(self, line: Line) -> Made | None:
        """Read one line; gives what it became, where that is an object of its own."""
        row = BY_NAME.get(line.name)
        if line.parameters and "PHONETIC" in line.parameters:
            self.extra.append(line)  # speaks of another line, which is not there
            return None
        if row:
            made = self._entry(row, line)
            if made:
                self._note(made)
            return made
        single = _SINGLES.get(line.name)
        if single is None or not single(self, line):
            self.extra.append(line)
        return None

    def finish(self) -> Object:
        """The card, when all lines are taken; `extra` and `patches` are left to be added."""
        self._finish_name()
        self._finish_members()
        for line in self._later:
            if not (_place if line.name in _PLACES else _locate)(self, line):
                self.extra.append(line)
        self._finish_groups()
        return self.card

    def add_extra(self) -> None:
        """Keep the lines that did not map (RFC 9555 §2.15.1)."""
        if self.extra:
            self.card["vCardProps"] = [to_jcard(line) for line in self.extra]

    def entries(self, *path: str) -> Object:
        """The map at a path, made when it is not there."""
        found = self.card
        for name in path:
            inner = found.setdefault(name, {})
            if not isinstance(inner, dict):  # only maps stand at these paths
                raise TypeError(name)
            found = inner
        return found

    def _note(self, made: Made) -> None:
        """Remember what lines that come later look for."""
        group = made.line.group.lower()
        if group:
            self._grouped.setdefault(group, []).append(made)
        if made.line.name == "ADR":
            self._addresses.setdefault(group, []).append(made.entry)
        elif made.path[0] == "anniversaries":
            self._anniversaries.setdefault(made.line.name, made)

    def _entry(self, row: Row, line: Line) -> Made | None:
        if row.many and "," in line.value:
            pieces = [Line(line.name, piece, line.parameters, line.group) for piece in split(line.value, ",")]
            made = [self._one(row, piece) for piece in pieces if piece.value]
            return made[0] if made else None
        return self._one(row, line)

    def _one(self, row: Row, line: Line) -> Made | None:
        entry = row.read(line)
        if entry is None:
            self.extra.append(line)
            return None
        is_empty = not entry
        if line.parameters:
            read_parameters(entry, row.parameters, line)
        if is_empty and entry.keys().isdisjoint(_ENOUGH):
            return None  # an empty value says nothing
        entries = self.entries(*row.path)
        wanted = line.parameters.get("PROP-ID") if line.parameters else None
        is_free = wanted and ID.match(wanted[0]) and wanted[0] not in entries
        key = wanted[0] if wanted and is_free else self.new_key(row.prefix, entries)
        entries[key] = entry
        return Made(line, entry, (*row.path, key))

    def new_key(self, prefix: str, entries: Mapping[str, JSON]) -> str:
        """An id that no entry has."""
        number = self._counts.get(prefix, 0) + 1
        while f"{prefix}{number}" in entries:
            number += 1
        self._counts[prefix] = number
        return f"{prefix}{number}"

    def set_once(self, name: str, value: JSON) -> bool:
        """Set a property that the card may have once; False when it has it, or there is no value."""
        if value is None or name in self.card:
            return False
        self.card[name] = value
        return True

    def _read_name(self, line: Line) -> bool:
        name = name_of(line)
        if name is None or "name" in self.card:
            return name is not None and not name
        if name:
            self.card["name"] = name
        return True

    def _choose_full(self, line: Line) -> bool:
        """Of several FN the one with the least parameters (RFC 9555 §2.5.2)."""
        chosen = self._full
        if chosen is not None and len(line.parameters) >= len(chosen.parameters):
            return False
        if chosen is not None:
            self.extra.append(chosen)
        self._full = line
        return True

    def _finish_name(self) -> None:
        line = self._full
        if line is None or not line.value:
            return
        derived = (line.first("DERIVED") or "").lower() == "true"
        name = self.card.get("name")
        if derived and isinstance(name, dict) and "components" in name:
            return
        self.entries("name")["full"] = unescape(line.value)

    def _member(self, line: Line) -> bool:
        if line.value:
            self._members.append(line)
        return True

    def _finish_members(self) -> None:
        if self.card.get("kind") == "group":
            for line in self._members:
                self.entries("members")[unescape(line.value)] = True
        else:
            self.extra += self._members

    def _label(self, line: Line) -> bool:
        if line.group:
            self._labels.append(line)
        return bool(line.group)

    def _patch(self, line: Line) -> bool:
        self.patches.append(line)
        return True

    def _postpone(self, line: Line) -> bool:
        self._later.append(line)
        return True

    def address(self, group: str, member: str) -> Object:
        """The first address of a group without a property; a new one when all have it."""
        group = group.lower()
        if (group, member) not in self._open:
            self._open[group, member] = iter(self._addresses.get(group, ()))
        found = next((entry for entry in self._open[group, member] if member not in entry), None)
        if found is None:
            addresses = self.entries("addresses")
            found = addresses[self.new_key("ADDR-", addresses)] = {}
        return found

    def anniversary(self, line: Line) -> Made | None:
        """The anniversary that a place belongs to: the one with its PROP-ID, else the first of the kind."""
        first = self._anniversaries.get(_PLACES[line.name])
        if first is None:
            return None
        entry = self.entries("anniversaries").get(line.first("PROP-ID") or "")
        if isinstance(entry, dict) and entry["kind"] == first.entry["kind"]:
            return Made(line, entry, ("anniversaries", line.first("PROP-ID") or ""))
        return first

    def _finish_groups(self) -> None:
        """Labels, titles in organizations, and group names where more hangs on them (RFC 9555 §2.3.9, §2.11.11)."""
        labelled: dict[str, list[Line]] = {}
        for line in self._labels:
            labelled.setdefault(line.group.lower(), []).append(line)
        for group, lines in labelled.items():
            targets = [made for made in self._grouped.get(group, ()) if BY_NAME[made.line.name].labels]
            text = _APPLE.sub(r"\1", unescape(lines[0].value))
            if targets and text:
                for made in targets:
                    made.entry["label"] = text
                lines = lines[1:]
            self.extra += lines
        kept = {line.group.lower() for line in self.extra if line.group}
        for group, all_made in self._grouped.items():
            titles = self._join_titles(all_made)
            has_purpose = titles or group in labelled
            if group in kept or not has_purpose or len(all_made) > 1 + titles:
                for made in all_made:
                    kept_parameters(made.entry)["group"] = made.line.group

    def _join_titles(self, all_made: list[Made]) -> int:
        """Titles of a group with one organization are held there; gives how many (RFC 9555 §2.9.6)."""
        organizations = [made for made in all_made if made.line.name == "ORG"]
        titles = [made for made in all_made if made.line.name in ("TITLE", "ROLE")]
        if len(organizations) != 1:
            return 0
        for made in titles:
            made.entry["organizationId"] = organizations[0].path[-1]
        return len(titles)


def name_of(line: Line) -> Object | None:
    """The Name of an N without PHONETIC; empty when it has no values, None with such as cannot stand here."""
    name = read_components(NAME, line.value, line.first("JSCOMPS"))
    if not name:
        return {}
    order = line.first("SORT-AS")
    if order:
        components = name["components"]
        kinds = (
            {each.get("kind") for each in components if isinstance(each, dict)}
            if isinstance(components, list)
            else set()
        )
        sort_as = read_sort_as(NAME, order, kinds)
        if sort_as:
            name["sortAs"] = sort_as
        elif sort_as is None:
            kept_parameters(name)["sort-as"] = order
    read_parameters(name, {}, line)
    return name


def _text(name: str) -> Callable[[Reading, Line], bool]:
    return lambda reading, line: not line.value or reading.set_once(name, unescape(line.value))


def _moment(name: str) -> Callable[[Reading, Line], bool]:
    return lambda reading, line: not line.value or reading.set_once(name, timestamp(line.value.strip()))


def _kind(reading: Reading, line: Line) -> bool:
    kind = line.value.strip().lower()
    return not kind or reading.set_once("kind", kind if _KIND.match(kind) else None)


def _language(reading: Reading, line: Line) -> bool:
    language = tag(line.value.strip())
    return reading.set_once("language", language) or (language is not None and reading.card["language"] == language)


def _keywords(reading: Reading, line: Line) -> bool:
    for text in texts(line.value):
        if text:
            reading.entries("keywords")[text] = True
    return True


def _gender(reading: Reading, line: Line) -> bool:
    gender = line.value.strip().lower()
    if _KIND.match(gender):
        return reading.entries("speakToAs").setdefault("grammaticalGender", gender) == gender
    return not gender


def _related(reading: Reading, line: Line) -> bool:
    key = unescape(line.value)
    if not key:
        return True
    relation = reading.entries("relatedTo").setdefault(key, {"relation": {}})
    chosen = relation.get("relation") if isinstance(relation, dict) else None
    if not isinstance(relation, dict) or not isinstance(chosen, dict):
        return False
    kinds = [kind for joined in line.parameters.get("TYPE", ()) for kind in joined.split(",")]
    chosen.update((kind.lower(), True) for kind in kinds if _KIND.match(kind.lower()))
    left = [kind for kind in kinds if kind and not _KIND.match(kind.lower())]
    if left:
        kept_parameters(relation)["type"] = one_or_all(left)
    others = {name: values for name, values in line.parameters.items() if name != "TYPE"}
    read_parameters(relation, {}, Line(line.name, line.value, others, ""))
    return True


def _place(reading: Reading, line: Line) -> bool:
    """BIRTHPLACE and DEATHPLACE belong to the anniversary of their kind (RFC 9555 §2.5.1)."""
    if not line.value:
        return True
    made = reading.anniversary(line)
    is_uri = (line.first("VALUE") or "").lower() == "uri" or _GEO.match(line.value)
    if made is None or "place" in made.entry or (is_uri and not _GEO.match(line.value)):
        return False
    place: Object = {"coordinates": line.value} if is_uri else {"full": unescape(line.value)}
    read_parameters(place, {}, line)
    made.entry["place"] = place
    return True


def _locate(reading: Reading, line: Line) -> bool:
    """GEO and TZ belong to the address of their group, or to the first without one (RFC 9555 §2.8.3)."""
    value = unescape(line.value).strip()
    if not value:
        return True
    if line.name == "GEO":
        member, found = "coordinates", value if _GEO.match(value) else None
    else:
        member, found = "timeZone", p.zone(value)
    if found is None:
        return False
    entry = reading.address(line.group, member)
    entry[member] = found
    read_parameters(entry, _OF_LOCATION, line)
    return True


_OF_LOCATION: Final = p.table(p.PREF, p.ADDRESS_TYPE)
_PLACES: Final = MappingProxyType({"BIRTHPLACE": "BDAY", "DEATHPLACE": "DEATHDATE"})
_SINGLES: Final[Mapping[str, Callable[[Reading, Line], bool]]] = MappingProxyType(
    {
        "N": Reading._read_name,
        "FN": Reading._choose_full,
        "KIND": _kind,
        "UID": _text("uid"),
        "PRODID": _text("prodId"),
        "REV": _moment("updated"),
        "CREATED": _moment("created"),
        "LANGUAGE": _language,
        "CATEGORIES": _keywords,
        "GRAMGENDER": _gender,
        "RELATED": _related,
        "MEMBER": Reading._member,
        "X-ABLABEL": Reading._label,
        "JSPROP": Reading._patch,
        "VERSION": lambda _reading, _line: True,
        **dict.fromkeys((*_PLACES, "GEO", "TZ"), Reading._postpone),
    }
)
