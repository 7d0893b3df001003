"""What goes with a participant who leaves an event: patches of single occurrences that would lead to nothing.

The answers to single occurrences stand in overrides, where the server put them (JMAP calendars §5.9.2.3); whoever takes
a participant out need not know of them.
"""

from collections.abc import Mapping

from angarium.datatypes.calendars.addresses import participants
from angarium.datatypes.calendars.own import Event
from angarium.formats.json import JSON
from angarium.formats.pointer import escape


def without_leftovers(event: Event, before: Mapping[str, JSON]) -> Event:
    """The event without patches that lead into participants whom `before` had and who are gone."""
    gone = participants(before).keys() - participants(event).keys()
    overrides = event.get("recurrenceOverrides")
    if not gone or not isinstance(overrides, dict):
        return event
    left = tuple(f"participants/{escape(key)}/" for key in gone)
    kept: dict[str, JSON] = {at: _kept(patch, left) for at, patch in overrides.items()}
    return {**event, "recurrenceOverrides": kept}


def _kept(patch: JSON, left: tuple[str, ...]) -> JSON:
    if not isinstance(patch, dict):
        return patch
    return {path: value for path, value in patch.items() if not path.startswith(left)}
