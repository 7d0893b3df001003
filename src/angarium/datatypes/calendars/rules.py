"""What an event must keep to, and what the server sets in it (JMAP calendars §5, §5.9).

Events here are those of one user's view.
"""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from typing import Final, cast

from angarium.datatypes.calendars import attachments, events, identities, own, view
from angarium.datatypes.calendars.addresses import normal
from angarium.datatypes.calendars.events import CONTENTS, KIND, LARGEST, VERSION
from angarium.datatypes.calendars.own import Event
from angarium.engine.call import Call
from angarium.engine.errors import SetError, SetErrorType, invalid_properties
from angarium.formats.jscalendar import check
from angarium.formats.json import JSON, dumps
from angarium.formats.primitives import format_utc

SET_BY_SERVER: Final = ("updated", "sequence", "organizerCalendarAddress", "timeZone", "created")
"""What a client may have to be told after an update."""

_QUIET: Final = own.PER_USER | {"calendarIds", "isDraft", "updated"}
"""Changes of these leave `sequence` as it is (§5.9)."""


def is_origin(call: Call, event: Mapping[str, JSON]) -> bool:
    """§5: whether this account decides about the event."""
    organizer = event.get("organizerCalendarAddress")
    return organizer is None or normal(organizer) in identities.own_addresses(call.snapshot.records, call.account.key)


def filled(call: Call, event: Event) -> Event:
    """A new event with what every event has (§5.9)."""
    made = {"@type": "Event", "version": VERSION, "created": _now(call), "isDraft": False, **event}
    if not made.get("uid"):
        made["uid"] = str(_uuid(call))
    made = _organized(call, made, {})
    if is_origin(call, made):
        made["updated"] = _now(call)
        made["created"] = min(str(made["created"]), _now(call))
    return made


def advanced(call: Call, before: Event, event: Event, names: Sequence[str]) -> Event:
    """A changed event with its organizer, its time, and its sequence one further (§5.9)."""
    made = _organized(call, event, before)
    if not is_origin(call, before):
        return made
    made = {**made, "updated": _now(call)}
    known = cast(int, before.get("sequence", 0))
    given = event.get("sequence")
    further = "sequence" in names and isinstance(given, int) and given > known
    if further or not _is_loud(before, made):
        return made
    return {**made, "sequence": known + 1}


def changeable(call: Call, stored: Event | None, record: str) -> Event:
    """A stored event that the user may change; SetError notFound or forbidden (§5.9)."""
    if stored is None:
        raise SetError(SetErrorType.NOT_FOUND, f"there is no {KIND} '{record}'")
    if not call.account.personal and view.is_private(stored):
        raise SetError(SetErrorType.FORBIDDEN, "this event is private: only the owner of the account may change it")
    return stored


def checked(call: Call, event: Event, before: Event) -> Event:
    """An event that may be kept, its blobs in the store; SetError tooLarge or invalidProperties with every path."""
    size = len(dumps(event))
    if size > LARGEST:
        raise SetError(SetErrorType.TOO_LARGE, f"the event has {size} octets; at most {LARGEST} are kept")
    problems = [(problem.path, f"{problem.path}: {problem.text}") for problem in check(event)]
    problems += CONTENTS.misplaced(call, event, before)
    if event.get("@type") != "Event" and not problems:
        problems.append(("@type", "@type: must be Event"))
    if before and event.get("isDraft") is True and before.get("isDraft") is not True:
        problems.append(("isDraft", "isDraft: an event that is no draft cannot become one"))
    if not call.account.personal and view.is_private(event):
        problems.append(("privacy", "privacy: must be public in a calendar of another user"))
    if problems:
        raise invalid_properties(
            "; ".join(told for _, told in problems[:10]), *dict.fromkeys(path for path, _ in problems)
        )
    return attachments.settled(call, event, before)


def check_alone(call: Call, record: str, event: Event) -> None:
    """§1.4.1: one event of a uid in an account, or instances with recurrence ids of their own."""
    records, account = call.transaction.records, call.account.key
    recurrence_id = event.get("recurrenceId")
    for other in events.with_uid(records, account, cast(str, event["uid"])):
        if other == record:
            continue
        found = events.load(records, account, other) or {}
        if recurrence_id is None or found.get("recurrenceId") in (None, recurrence_id):
            raise SetError(
                SetErrorType.ALREADY_EXISTS,
                "another event of the account has this uid",
                again=True,
                extra={"existingId": other},
            )


def _is_loud(before: Event, event: Event) -> bool:
    """Whether something changed that others have to know in order."""
    if not own.only_own(before, event):
        names = (before.keys() | event.keys()) - _QUIET
        return any(before.get(name) != event.get(name) for name in names)
    return False


def _organized(call: Call, event: Event, before: Event) -> Event:
    """§5.9: with the first participants comes an organizer."""
    if event.get("organizerCalendarAddress") is not None or not event.get("participants") or before.get("participants"):
        return event
    identity = identities.default(call.snapshot.records, call.account.key)
    return event if identity is None else {**event, "organizerCalendarAddress": identity["calendarAddress"]}


def _now(call: Call) -> str:
    return format_utc(call.request.now // 1000 * 1000)


def _uuid(call: Call) -> uuid.UUID:
    return uuid.UUID(bytes=hashlib.sha256(call.request.token().encode()).digest()[:16], version=4)
