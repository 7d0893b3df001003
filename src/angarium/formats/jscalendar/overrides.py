"""Patches of recurrenceOverrides: an instance from its base and a patch, and the patch from both instances.

jscalendarbis §1.5.9, §3.3.4. Patches may lead through arrays; some properties are never an instance's own.
"""

from collections.abc import Mapping
from typing import Final

from angarium.formats import patch
from angarium.formats.jscontact.localize import patched
from angarium.formats.json import JSON

NEVER_PATCHED: Final = frozenset(
    {
        *("@type", "method", "organizerCalendarAddress", "privacy", "prodId", "recurrenceId", "recurrenceIdTimeZone"),
        *("recurrenceOverrides", "recurrenceRule", "relatedTo", "uid"),
        # draft-ietf-jmap-calendars §5 and §5.1
        *("isDraft", "mayInviteSelf", "mayInviteOthers", "hideAttendees"),
    }
)
"""A pointer that begins with one of these is ignored."""
_OF_SERIES: Final = ("recurrenceRule", "recurrenceOverrides")


def is_ignored(path: str) -> bool:
    """Whether a pointer of a patch is one that must be ignored (§3.3.4)."""
    top, _, rest = path.partition("/")
    return top in NEVER_PATCHED or (top == "participants" and rest.partition("/")[2].startswith("calendarAddress"))


def is_excluded(patch: JSON) -> bool:
    """Whether a patch takes its instance out."""
    return isinstance(patch, dict) and patch.get("excluded") is True


def anchor(entry: Mapping[str, JSON]) -> str:
    """The property that an instance's recurrence id moves: `start`, or `due` of a task without one."""
    return "due" if "start" not in entry and "due" in entry else "start"


def instance(base: Mapping[str, JSON], recurrence_id: str, patch: Mapping[str, JSON] | None = None) -> dict[str, JSON]:
    """The event or task as it is at one recurrence id, with `recurrenceId` and, when it has one, its time zone.

    What the patch does not touch is shared with the base. Raises FormatError for a patch that is invalid as a whole.
    """
    made = dict(base)  # a copy without two is much quicker than one of all the others
    for name in _OF_SERIES:
        made.pop(name, None)
    made[anchor(base)] = recurrence_id
    if patch:
        made = patched(made, {path: value for path, value in patch.items() if not is_ignored(path)})
    made["recurrenceId"] = recurrence_id
    if base.get("timeZone") is not None:
        made["recurrenceIdTimeZone"] = base["timeZone"]
    return made


def difference(base: Mapping[str, JSON], recurrence_id: str, other: Mapping[str, JSON]) -> dict[str, JSON]:
    """The smallest patch that makes an instance of `base` into `other`, apart from what is never patched."""
    before = {name: value for name, value in base.items() if name not in NEVER_PATCHED}
    before[anchor(base)] = recurrence_id
    after = {name: value for name, value in other.items() if name not in NEVER_PATCHED}
    return {path: value for path, value in patch.difference(before, after).items() if not is_ignored(path)}
