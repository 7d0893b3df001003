"""States, and what changed since one: of a type whose objects show what another type keeps, both are of the two.

All types of an account count on in one row of numbers, so the later of two states is that of both.
"""

from dataclasses import dataclass
from typing import Final, cast

from angarium.formats.json import JSON
from angarium.protocols.legacy.call import MOST_PAGES, Call, strings
from angarium.protocols.legacy.errors import Refused
from angarium.protocols.legacy.kind import Kind

_DIGITS: Final = 18


@dataclass(slots=True)
class Changed:
    """What changed since a state; in `others` among the changed nothing has but what another type keeps."""

    old_state: str
    new_state: str
    more: bool
    changed: list[str]
    removed: list[str]
    others: list[str]
    updated_properties: JSON


def state_of(call: Call, kind: Kind, own: object) -> str:
    """The state of a type in this dialect, by that of the engine."""
    return str(max(int(cast(str, own)), _latest(call, kind.also.modern))) if kind.also else cast(str, own)


def own_state(call: Call, kind: Kind, told: str | None) -> str | None:
    """What the engine calls the state in which a client believes to be; Refused when it is another one."""
    if told is None or kind.also is None:
        return told
    own = str(_latest(call, kind.modern))
    if told != state_of(call, kind, own):
        raise Refused("stateMismatch", f"the state of {kind.plural} is '{state_of(call, kind, own)}' now")
    return own


def changes(call: Call, kind: Kind) -> Changed:
    """What changed since the state that the call names; all of it, where a client cannot ask for pages."""
    since = call.text("sinceState", required=True) or ""
    most = call.unsigned("maxChanges", 1) if kind.pages else None
    others = _others(call, kind, since)
    if most is not None and len(others) >= most:
        raise Refused("cannotCalculateChanges", "there are too many changes since that state")
    pages = _pages(call, kind, since, None if most is None else most - len(others))
    removed = dict.fromkeys(each for page in pages for each in strings(page, "destroyed"))
    changed = dict.fromkeys(each for page in pages for name in ("created", "updated") for each in strings(page, name))
    more, state = pages[-1]["hasMoreChanges"] is True, pages[-1]["newState"]
    return Changed(
        since,
        cast(str, state) if more else state_of(call, kind, state),
        more,
        [each for each in dict.fromkeys([*changed, *others]) if each not in removed],
        list(removed),
        [each for each in others if each not in changed],
        cast(JSON, pages[-1].get("updatedProperties")) if len(pages) == 1 else None,
    )


def _pages(call: Call, kind: Kind, since: str, most: int | None) -> list[dict[str, object]]:
    """What the engine tells: one page where a client can ask for more, else all of them."""
    method, known = f"{kind.modern}/changes", _known(call, kind, kind.modern, since)
    pages = [call.ask(method, {"sinceState": known, "maxChanges": most})]
    while pages[-1]["hasMoreChanges"] and not kind.pages:
        if len(pages) == MOST_PAGES:
            raise Refused("cannotCalculateChanges", "there are too many changes since that state")
        pages.append(call.ask(method, {"sinceState": cast(str, pages[-1]["newState"])}))
    return pages


def _others(call: Call, kind: Kind, since: str) -> list[str]:
    """The objects in which it shows that something of the other type has changed."""
    if kind.also is None:
        return []
    known = _known(call, kind, kind.also.modern, since)
    if known == str(_latest(call, kind.also.modern)):
        return []
    answer = call.ask(f"{kind.also.modern}/changes", {"sinceState": known})
    ids = [each for name in ("created", "updated") for each in strings(answer, name)]
    if answer["hasMoreChanges"] or len(ids) > call.turn.limits.max_objects_in_get:
        raise Refused("cannotCalculateChanges", "there are too many changes since that state")
    return kind.also.shown_in(call, ids)


def _known(call: Call, kind: Kind, modern: str, since: str) -> str:
    """A state of the two types together as a state of one of them; any other text as it is."""
    if kind.also is None or not since.isdecimal() or len(since) > _DIGITS:
        return since
    latest = _latest(call, modern)
    return str(latest) if latest < int(since) <= int(state_of(call, kind, _latest(call, kind.modern))) else since


def _latest(call: Call, modern: str) -> int:
    view = call.turn.context.view
    return view.state(call.account.key, modern) if view else 0
