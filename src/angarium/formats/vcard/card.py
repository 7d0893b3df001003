"""vCards to Cards and back: the whole way of one card, and of a file of them.

RFC 9555; of any version to version 2.0 of JSContact (RFC 9982: no uid is invented), and from that to vCard 4.0.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from angarium.formats import patch as jmap
from angarium.formats.contentline import Component, Line, Problem, read, unescape, write
from angarium.formats.errors import FormatError
from angarium.formats.jscontact import check
from angarium.formats.json import JSON
from angarium.formats.json import parse as parse_json
from angarium.formats.pointer import unescape as unescape_pointer
from angarium.formats.vcard.difference import difference
from angarium.formats.vcard.languages import read_lines
from angarium.formats.vcard.lift import lift
from angarium.formats.vcard.properties import Object
from angarium.formats.vcard.reading import Reading
from angarium.formats.vcard.stream import MOST_OCTETS, pieces
from angarium.formats.vcard.writing import lines_of, patch_lines

MOST_LINES: Final = 100_000
_IMPLIED: Final = frozenset(
    {
        *("Name", "NameComponent", "Nickname", "Organization", "OrgUnit", "Title", "SpeakToAs", "Pronouns"),
        *("EmailAddress", "OnlineService", "Phone", "LanguagePref", "Calendar", "SchedulingAddress"),
        *("Address", "AddressComponent", "CryptoKey", "Directory", "Link", "Media", "Anniversary", "PartialDate"),
        *("Note", "Author", "PersonalInfo", "Relation"),
    }
)
_SAID: Final[tuple[tuple[str, str, JSON], ...]] = (("titles", "kind", "title"), ("relatedTo", "relation", {}))
_FOREIGN: Final = frozenset({"vCardProps", "vCardParams", "localizations"})


@dataclass(frozen=True, slots=True)
class Found:
    """What stood at a place of a file: a card, or None where none could be read, and the problems on the way.

    A card with problems lacks only what they name.
    """

    card: Object | None
    problems: list[Problem]
    position: int


def cards(chunks: Iterable[bytes], most: int = MOST_OCTETS) -> Iterator[Found]:
    """The cards of a file that comes in chunks, one at a time; never raises."""
    for piece in pieces(chunks, most):
        if piece.problem:
            yield Found(None, [piece.problem], piece.position)
            continue
        try:
            reading = read(piece.octets, MOST_LINES)
        except FormatError as error:
            yield Found(None, [Problem(piece.position + error.position, error.problem)], piece.position)
            continue
        problems = [Problem(piece.position + position, text) for position, text in reading.problems]
        yield Found(to_card(reading.components[0]), problems, piece.position)


def parse(octets: bytes) -> list[Object]:
    """The cards of a file; raises FormatError when there is none in it. What else is wrong is left out."""
    found = list(cards([octets]))
    made = [each.card for each in found if each.card is not None]
    if not made:
        problem = found[0].problems[0] if found else Problem(0, "there is no vCard")
        raise FormatError(problem.text, problem.position)
    return made


def to_card(component: Component) -> Object:
    """The Card of a vCard of any version; `@type` and `version` are set, a uid only where there is a UID."""
    reading = Reading()
    lines = lift(component)
    read_lines(reading, lines)
    if "localizations" in reading.card and check(reading.card):
        reading = _without_languages(lines)
    card = reading.card
    if reading.patches:
        return _patched(reading)
    reading.add_extra()
    return card


def write_card(card: Mapping[str, JSON]) -> bytes:
    """The vCard 4.0 of a Card, which reads back as the same card (see `plain`).

    A Media must have its `uri`, as a `data:` URI where it was a blob; `id` and `addressBookIds` are not for here.
    """
    wanted = plain(card)
    component = Component("VCARD", lines_of(wanted))
    # Read from the octets, for these are what another reader has: no control characters, one kind of line ends.
    actual = to_card(read(write(component)).components[0])
    component.lines += patch_lines(difference(wanted, actual))
    return write(component)


def plain(card: Mapping[str, JSON]) -> Object:
    """The card with what goes without saying left out or said, always in the same way.

    `@type` where it is implied and `isOrdered: false` go; `version` is 2.0 (RFC 9982 §3), a title says its `kind`, and
    a relation its `relation`. It means the same.
    """
    result = {name: _plain(name, value) for name, value in card.items() if value is not None}
    for name, member, default in _SAID:
        entries = result.get(name)
        for entry in entries.values() if isinstance(entries, dict) else ():
            if isinstance(entry, dict):
                entry.setdefault(member, dict(default) if isinstance(default, dict) else default)
    return {**result, "@type": "Card", "version": "2.0"}


def _plain(name: str, value: JSON) -> JSON:
    if ":" in name or name in _FOREIGN:
        return value
    if isinstance(value, list):
        return [_plain("", each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _plain(key, inner)
        for key, inner in value.items()
        if not (key == "@type" and inner in _IMPLIED) and not (key == "isOrdered" and inner is False)
    }


def _without_languages(lines: list[Line]) -> Reading:
    """The same card again where its languages would make it invalid: those lines are kept as they are."""
    reading = Reading()
    seen: set[tuple[str, str]] = set()
    for line in lines:
        key = (line.name, line.first("ALTID") or "")
        if "LANGUAGE" in line.parameters and key in seen:
            reading.extra.append(line)
        else:
            seen.add(key)
            reading.take(line)
    reading.finish()
    return reading


def _patched(reading: Reading) -> Object:
    """The card with its JSPROP lines applied, or with them kept when they are not valid together (RFC 9555 §3.2.1)."""
    lines = reading.patches
    reading.add_extra()
    card = reading.card
    try:
        patch = {_path(line): parse_json(unescape(line.value).encode()) for line in lines}
        jmap.check(patch)
        result = _apply(card, patch)
    except (FormatError, UnicodeEncodeError):
        result = card
    if result is card or check(result):
        # Under another name, for there they would spoil the patches of a later export.
        reading.extra += [line._replace(name="X-JSPROP") for line in lines]
        reading.add_extra()
        return reading.card
    return result


def _path(line: Line) -> str:
    return (line.first("JSPTR") or "").removeprefix("/")


def _apply(card: Object, patch: Mapping[str, JSON]) -> Object:
    result = jmap.apply(card, patch)
    for path, value in patch.items():
        if value is None and "/" not in path:
            result.pop(unescape_pointer(path), None)
    return result
