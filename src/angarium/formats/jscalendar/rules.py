"""What must hold between the properties of one JSCalendar object, and checks that need more than a pattern.

One function for each type that has such rules; they see members that are fine by themselves. jscalendarbis §3, §4.
"""

from collections.abc import Mapping
from typing import Final

from angarium.formats.json import JSON
from angarium.formats.objects import Check, Found, Problem
from angarium.formats.recurrence import RuleError, read

_NEED_ADDRESS: Final = (
    *("kind", "roles", "participationStatus", "expectReply", "sentBy", "delegatedTo", "delegatedFrom", "memberOf"),
    "progress",
)
_MOST_JCAL_DEPTH: Final = 32


def or_null(check: Check) -> Check:
    """The check, or null."""
    return lambda value: None if value is None else check(value)


def recurrence_rule(value: JSON) -> Found:
    """§3.3.3."""
    if not isinstance(value, dict) or value.get("@type", "RecurrenceRule") != "RecurrenceRule":
        return [Problem("", "must be a RecurrenceRule object")]
    try:
        read(value)
    except RuleError as error:
        return [Problem(error.path, error.problem)]
    return None


def link(value: Mapping[str, JSON]) -> list[Problem]:
    """§1.5.11; a blobId may stand instead of href (draft-ietf-jmap-calendars §5.3)."""
    return [] if "href" in value or "blobId" in value else [Problem("href", "is missing; it or a blobId must be set")]


def location(value: Mapping[str, JSON]) -> list[Problem]:
    """§3.2.5."""
    return [] if set(value) - {"@type"} else [Problem("", "must have a property")]


def participant(value: Mapping[str, JSON]) -> list[Problem]:
    """§3.4.5."""
    found = []
    if "calendarAddress" not in value:
        found += [Problem(name, "needs calendarAddress") for name in _NEED_ADDRESS if name in value]
    if "descriptionContentType" in value and "description" not in value:
        found.append(Problem("descriptionContentType", "needs a description"))
    for name in ("roles", "delegatedTo", "delegatedFrom", "memberOf", "links"):
        if value.get(name) == {}:
            found.append(Problem(name, "must have a member, or be left out"))
    if "progress" in value and value.get("participationStatus") != "accepted":
        found.append(Problem("progress", 'needs participationStatus "accepted"'))
    return found


def event(value: Mapping[str, JSON]) -> list[Problem]:
    """§3 and §4.1."""
    found = _entry(value)
    if "endTimeZone" in value and value.get("timeZone") is None:
        found.append(Problem("endTimeZone", "needs a timeZone"))
    return found


def task(value: Mapping[str, JSON]) -> list[Problem]:
    """§3 and §4.2."""
    found = _entry(value)
    if "start" not in value:
        found += [Problem(name, "needs a start") for name in ("recurrenceRule", "recurrenceId") if name in value]
        if "due" not in value and (value.get("timeZone") is not None or value.get("showWithoutTime") is True):
            found.append(Problem("due", "is missing; it or start must be set with timeZone and showWithoutTime"))
    return found


def _entry(value: Mapping[str, JSON]) -> list[Problem]:
    """What Event and Task share.

    That organizerCalendarAddress must be set where a participant has an address (§3.4.5) is not asked for here: files
    do without, and draft-ietf-jmap-calendars has the server fill it in.
    """
    found = []
    if "recurrenceId" in value:
        excluded = ("recurrenceRule", "recurrenceOverrides")
        found += [Problem(name, "must not stand beside recurrenceId") for name in excluded if name in value]
    elif value.get("recurrenceIdTimeZone") is not None:
        found.append(Problem("recurrenceIdTimeZone", "needs a recurrenceId"))
    main = value.get("mainLocationId")
    if isinstance(main, str):
        chosen = _object(value.get("locations")).get(main)
        if not isinstance(chosen, dict) or not chosen.get("name"):
            found.append(Problem("mainLocationId", "must be the id of one of the locations that has a name"))
    return found


def _object(value: JSON) -> dict[str, JSON]:
    return value if isinstance(value, dict) else {}


def is_jcal_properties(value: JSON) -> bool:
    """RFC 7265 §3.4: a list of name, parameters, type, and at least one value each."""
    return isinstance(value, list) and all(
        isinstance(each, list)
        and len(each) >= 4
        and isinstance(each[0], str)
        and isinstance(each[1], dict)
        and isinstance(each[2], str)
        for each in value
    )


def is_jcal_components(value: JSON, depth: int = 0) -> bool:
    """RFC 7265 §3.3: a list of name, properties and components each."""
    return (
        depth < _MOST_JCAL_DEPTH
        and isinstance(value, list)
        and all(
            isinstance(each, list)
            and len(each) == 3
            and isinstance(each[0], str)
            and is_jcal_properties(each[1])
            and is_jcal_components(each[2], depth + 1)
            for each in value
        )
    )
