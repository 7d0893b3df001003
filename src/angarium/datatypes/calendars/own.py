"""What each user of a shared account has apart of an event (JMAP calendars §5.4): one stored event, many views of it.

The stored event is what the owner of the account sees; beside it stand, for each other user, the properties that are
the user's own, those of single occurrences among them. `seen` gives a user's view, `kept` stores a changed one.
"""

from collections.abc import Mapping
from typing import Final, cast

from angarium.formats.json import JSON

OWNER: Final = ""
"""The owner of an account, who may come after its events."""

PER_USER: Final = frozenset({"keywords", "color", "freeBusyStatus", "useDefaultAlerts", "alerts"})
_OWN: Final = "(own)"
"""Where a stored event keeps what others have apart: user to properties. No property of an event has this name."""

_OVERRIDES: Final = "recurrenceOverrides"
_SERIES: Final = ("start", "timeZone", "recurrenceRule")

Event = dict[str, JSON]


def is_own(path: str) -> bool:
    """Whether a property, or a pointer of a patch, is one that each user has apart."""
    return path.partition("/")[0] in PER_USER


def seen(stored: Event, user: str) -> Event:
    """An event as a user sees it; that of the owner may be the stored object itself."""
    if user == OWNER:
        return {name: value for name, value in stored.items() if name != _OWN} if _OWN in stored else stored
    shown = {name: value for name, value in stored.items() if name not in PER_USER and name != _OWN}
    own = _everyones(stored).get(user, {})
    shown |= {name: value for name, value in own.items() if name not in (_OVERRIDES, "updated")}
    overrides = {at: _shared(patch) for at, patch in _patches(stored).items()}
    for at, patch in _patches(own).items():
        if overrides.get(at) != {"excluded": True}:
            overrides[at] = {**overrides.get(at, {}), **patch}
    if overrides:
        shown[_OVERRIDES] = cast(JSON, overrides)
    if "updated" in own:
        shown["updated"] = max(str(own["updated"]), str(shown.get("updated", "")))
    return shown


def kept(before: Event, user: str, after: Event) -> Event:
    """What is stored once a user's view of an event is `after`; `before` is what was stored, empty for a new event.

    What others have apart of single occurrences goes when the series itself changes.
    """
    everyones = _everyones(before)
    if user == OWNER:
        made = dict(after)
    else:
        made, everyones[user] = _parted(before, after)
    if before and any(before.get(name) != made.get(name) for name in _SERIES):
        everyones = {each: {**own, _OVERRIDES: {}} for each, own in everyones.items()}
    everyones = {each: own for each, own in everyones.items() if own and own != {_OVERRIDES: {}}}
    return {**made, _OWN: cast(JSON, everyones)} if everyones else made


def only_own(before: Event, after: Event) -> bool:
    """Whether two views of an event differ in nothing but what users have apart (and `updated`)."""
    if _common(before) != _common(after):
        return False
    left, right = _patches(before), _patches(after)
    return all(_alike(left.get(at), right.get(at)) for at in left.keys() | right.keys())


def _alike(left: Event | None, right: Event | None) -> bool:
    """Whether two patches of one occurrence, or one and none, say the same to everyone."""
    if left is None or right is None:
        there = left or right
        return bool(there) and all(map(is_own, there or ()))
    return _shared(left) == _shared(right)


def _parted(before: Event, after: Event) -> tuple[Event, Event]:
    """A view taken apart into what is everyone's, with the owner's own as it was, and what is the user's."""
    shared = {name: value for name, value in after.items() if name not in PER_USER}
    shared |= {name: value for name, value in before.items() if name in PER_USER}
    own = {name: value for name, value in after.items() if name in PER_USER}
    if before and only_own(seen(before, OWNER), after) and "updated" in after:
        own["updated"] = after["updated"]
        if "updated" in before:
            shared["updated"] = before["updated"]
    old, overrides, mine = _patches(before), {}, {}
    for at, patch in _patches(after).items():
        mine[at] = {path: value for path, value in patch.items() if is_own(path)}
        others = _shared(patch)
        if others != {"excluded": True}:
            others |= {path: value for path, value in old.get(at, {}).items() if is_own(path)}
        if others or at in old or not mine[at]:
            overrides[at] = others
    shared.pop(_OVERRIDES, None)
    if overrides:
        shared[_OVERRIDES] = cast(JSON, overrides)
    own[_OVERRIDES] = cast(JSON, {at: patch for at, patch in mine.items() if patch})
    return shared, own


def _common(view: Event) -> Event:
    """What of a view is everyone's, but for single occurrences."""
    apart = PER_USER | {"updated", _OVERRIDES, _OWN}
    return {name: value for name, value in view.items() if name not in apart}


def _shared(patch: Mapping[str, JSON]) -> dict[str, JSON]:
    return {path: value for path, value in patch.items() if not is_own(path)}


def _patches(event: Mapping[str, JSON]) -> dict[str, dict[str, JSON]]:
    return cast("dict[str, dict[str, JSON]]", event.get(_OVERRIDES) or {})


def _everyones(stored: Mapping[str, JSON]) -> dict[str, Event]:
    return dict(cast("dict[str, Event]", stored.get(_OWN) or {}))
