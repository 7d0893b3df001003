"""Whether an Event, a Task or a Group is valid, and where it is not (jscalendarbis §1.7).

Registered properties are validated, unknown and vendors' ones kept. The tables are in `types`; what is here checks
recurrenceOverrides, whose patches must lead to valid values (§1.5.9).
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from angarium.formats.errors import FormatError
from angarium.formats.jscalendar import types
from angarium.formats.jscalendar.overrides import instance, is_ignored
from angarium.formats.json import JSON
from angarium.formats.objects import Check, Problem
from angarium.formats.pointer import escape, unescape

_CHECKS: Final = MappingProxyType({"Event": types.EVENT, "Task": types.TASK, "Group": types.GROUP})
_PROPERTIES: Final = MappingProxyType({"Event": types.EVENT_PROPERTIES, "Task": types.TASK_PROPERTIES})
_PARTICIPANTS: Final = MappingProxyType({"Event": types.PARTICIPANT, "Task": types.TASK_PARTICIPANT})
_NOT_REMOVED: Final = frozenset({"start", "uid", "@type"})
MOST_PROBLEMS: Final = 100
"""Problems of overrides are told up to this many."""


def check(value: JSON) -> list[Problem]:
    """Every property that is wrong, by its path (`participants/p1/roles`); none for a valid object.

    The properties that only JMAP has (`id`, `calendarIds`, `isDraft`, …) are unknown here, which is fine.
    """
    kind = value.get("@type") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(kind, str) or kind not in _CHECKS:
        return [Problem("@type", "must be one of " + ", ".join(_CHECKS))]
    found = _CHECKS[kind](value) or []
    entries = value.get("entries")
    if kind == "Group" and isinstance(entries, list):
        for index, entry in enumerate(entries):
            found += [problem.within(str(index)).within("entries") for problem in _overrides(entry)]
    return found + list(_overrides(value))


def _overrides(entry: JSON) -> Iterator[Problem]:
    if not isinstance(entry, dict) or entry.get("@type") not in _PROPERTIES:
        return
    overrides = entry.get("recurrenceOverrides")
    if not isinstance(overrides, dict):
        return
    told = 0
    base = {name: value for name, value in entry.items() if name != "recurrenceOverrides"}
    for recurrence_id, patch in overrides.items():
        for problem in _patch(base, recurrence_id, patch) if patch else ():
            yield problem.within(recurrence_id).within("recurrenceOverrides")
            told += 1
        if told >= MOST_PROBLEMS:
            return


def _patch(base: Mapping[str, JSON], recurrence_id: str, patch: JSON) -> Iterator[Problem]:
    """What is wrong with one patch; each value is looked at where it leads, together with what is around it."""
    if not isinstance(patch, dict):
        return
    if "excluded" in patch:
        if patch != {"excluded": True}:
            yield Problem("excluded", "must be true and stand alone")
        return
    try:
        result = instance(base, recurrence_id, patch)
    except FormatError as error:
        yield Problem("", error.problem)
        return
    for place, path in _places(patch).items():
        for problem in _place(str(base["@type"]), result, place):
            yield Problem(escape(path), f"{problem.path or 'the value'} {problem.text}")


def _places(patch: Mapping[str, JSON]) -> dict[tuple[str, ...], str]:
    """What is to be looked at again: a whole property, or one entry of a map; and a patch that leads there."""
    places: dict[tuple[str, ...], str] = {}
    for path in patch:
        if not is_ignored(path):
            tokens = tuple(unescape(token) for token in path.split("/"))
            nested = tokens[0] in types.ENTRIES or tokens[0] == "participants"
            places.setdefault(tokens[: 2 if nested else 1], path)
    return places


def _place(kind: str, result: Mapping[str, JSON], place: tuple[str, ...]) -> list[Problem]:
    top, *inside = place
    value = result.get(top)
    checks = _PROPERTIES[kind]
    if top not in result:
        return [Problem(top, "cannot be removed")] if top in _NOT_REMOVED else []
    if top not in checks:
        return []
    if not inside:
        return checks[top](value) or []
    entry: Check = _PARTICIPANTS[kind] if top == "participants" else types.ENTRIES[top]
    if isinstance(value, dict) and inside[0] in value:
        return entry(value[inside[0]]) or []
    return []
