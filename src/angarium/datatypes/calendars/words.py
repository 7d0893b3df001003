"""The words by which events are found: which text of an event goes into which column (JMAP calendars §5.11.1).

Text of single occurrences counts for the whole series, as the filters want it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from angarium.datatypes.calendars.addresses import has_role, participants
from angarium.formats.json import JSON
from angarium.formats.pointer import unescape
from angarium.formats.searchtext import Word, prepare
from angarium.store.contract import Texts

COLUMNS: Final = ("title", "description", "location", "owner", "attendee", "other")

_ATTENDEES: Final = ("attendee", "required", "optional", "chair", "informational")
"""Roles that count as attendee: jscalendarbis says more exactly what the calendars draft calls by that name."""

_COLUMN_OF: Final = {"title": "title", "description": "description", "locations": "location"}
_NO_TEXT_NAMES: Final = """
    @type calendarIds color created descriptionContentType duration endTimeZone excluded freeBusyStatus iCalendar
    isDraft keywords locale mainLocationId method organizerCalendarAddress priority privacy prodId recurrenceId
    recurrenceIdTimeZone recurrenceOverrides recurrenceRule relatedTo sequence showWithoutTime start status timeZone
    uid updated alerts useDefaultAlerts mayInviteSelf mayInviteOthers hideAttendees version
"""
_NO_TEXT: Final = frozenset(_NO_TEXT_NAMES.split())
_MEMBERS: Final = {
    "locations": ("name", "description"),
    "participants": ("name", "email", "calendarAddress"),
    "links": ("title",),
    "virtualLocations": ("name", "uri"),
}
"""What counts of the entries of a map; of others, every text does."""


def texts(event: Mapping[str, JSON]) -> Texts:
    """The text of each column."""
    found: dict[str, list[str]] = {column: [] for column in COLUMNS}
    roles = {key: _columns(entry) for key, entry in participants(event).items()}
    for name, value in event.items():
        _gather(found, [name], value, roles)
    overrides = event.get("recurrenceOverrides")
    for patch in overrides.values() if isinstance(overrides, dict) else ():
        for path, value in patch.items() if isinstance(patch, dict) else ():
            _gather(found, [unescape(token) for token in path.split("/")], value, roles)
    return {column: "\n".join(dict.fromkeys(found[column])) for column in COLUMNS}


def changes_words(event: Mapping[str, JSON]) -> bool:
    """Whether single occurrences of an event may have other words than the rest."""
    overrides = event.get("recurrenceOverrides")
    patches = overrides.values() if isinstance(overrides, dict) else ()
    return any(path.partition("/")[0] not in _NO_TEXT for patch in patches if isinstance(patch, dict) for path in patch)


def holds(columns: Texts, column: str, words: tuple[Word, ...]) -> bool:
    """Whether each of some words is in a column ("" for any of them)."""
    prepared = [prepare(columns[name]) for name in ([column] if column else COLUMNS)]
    return all(any(word.needle in text for text in prepared) for word in words)


def _gather(
    found: dict[str, list[str]], place: Sequence[str], value: JSON, roles: Mapping[str, tuple[str, ...]]
) -> None:
    """Put the text of what stands in a place of the event into its columns."""
    top = place[0]
    if top in _NO_TEXT:
        return
    members = _MEMBERS.get(top)
    for entry, text in (
        ((None, each) for each in _strings(value)) if members is None else _of_map(place, value, members)
    ):
        for column in roles.get(entry or "", _NO_ROLE) if top == "participants" else (_COLUMN_OF.get(top, "other"),):
            found[column].append(text)


def _of_map(place: Sequence[str], value: JSON, members: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Texts in a map of objects, in one of the objects, or in one of their members; with the id of the object."""
    _, *inside = place
    if len(inside) > 1:
        if inside[-1] in members and isinstance(value, str):
            yield inside[0], value
        return
    entries = {inside[0]: value} if inside else value
    for key, entry in entries.items() if isinstance(entries, dict) else ():
        if isinstance(entry, dict):
            yield from ((key, text) for name in members if isinstance(text := entry.get(name), str))


def _columns(participant: Mapping[str, JSON]) -> tuple[str, ...]:
    owner = ("owner",) if has_role(participant, "owner") else ()
    attendee = ("attendee",) if any(has_role(participant, role) for role in _ATTENDEES) else ()
    return owner + attendee or _NO_ROLE


_NO_ROLE: Final = ("other",)


def _strings(value: JSON) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from _strings(item)
        case dict():
            for name, item in value.items():
                if name != "@type":
                    yield from _strings(item)
