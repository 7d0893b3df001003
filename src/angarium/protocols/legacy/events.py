"""Calendar events of this dialect, an ancestor of JSCalendar, and lists of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast
from urllib.parse import quote

from angarium.engine.declare import Access
from angarium.formats.json import JSON
from angarium.protocols.legacy import event_parts as parts
from angarium.protocols.legacy.call import Call, Method, Reply, Values, listed, strings
from angarium.protocols.legacy.errors import Refused, invalid_arguments, invalid_properties
from angarium.protocols.legacy.files import RAW
from angarium.protocols.legacy.getting import get_method, got, updates_method
from angarium.protocols.legacy.kind import Field, Kind, Object, merged, same, text
from angarium.protocols.legacy.setting import set_method

_DEEPEST: Final = 8
_TERMS: Final[Mapping[str, str]] = {
    "text": "text",
    "title": "title",
    "summary": "title",
    "description": "description",
    "location": "location",
    "owner": "owner",
    "organizer": "owner",
    "attendee": "attendee",
}
"""What the engine calls a condition."""


def _merge(_call: Call, before: Values, given: Values) -> Object:
    """The modern properties that change; overrides last, since they are told by what differs from the series."""
    event: Object = dict(before)
    event.pop("id", None)
    writers = [(name, parts.PARTS[name][2]) for name in parts.PARTS if name in given]
    writers += [("recurrenceRule", parts.write_rule)] if "recurrenceRule" in given else []
    writers += [("recurrenceOverrides", parts.write_overrides)] if "recurrenceOverrides" in given else []
    for name, writer in writers:
        try:
            writer(event, given[name])
        except ValueError as error:
            raise invalid_properties(f"{name}: {error}", name) from None
    changed = {name: value for name, value in event.items() if value != before.get(name)}
    return changed if before else {name: value for name, value in changed.items() if value is not None}


def _finish(call: Call, objects: list[Object], sources: Sequence[Values], names: frozenset[str]) -> None:
    """What depends on who asks: the participant that the account is, paths, and URLs of attachments."""
    account = quote(call.turn.shown_account(call.account), safe="@")
    own = _own_addresses(call) if "participantId" in names else frozenset()
    for shown, source in zip(objects, sources, strict=True):
        if "participantId" in names:
            people = cast("dict[str, Object]", source.get("participants") or {})
            mine = (key for key, entry in people.items() if parts.address_of(entry).casefold() in own)
            shown["participantId"] = next(mine, None)
        if "x-href" in names:
            calendar = next(iter(cast(Object, source.get("calendarIds") or {})), "")
            shown["x-href"] = f"/dav/calendars/user/{account}/{calendar}/{shown['id']}.ics"
        links = shown.get("links")
        for link in cast("dict[str, Object]", links or {}).values() if "links" in names else ():
            if "blobId" in link:
                link["href"] = f"{RAW}{account}/{link['blobId']}/{quote(str(link['title'] or 'file'), safe='')}"


def _own_addresses(call: Call) -> frozenset[str]:
    found = listed(call.ask("ParticipantIdentity/get", {"properties": ["calendarAddress"]}))
    return frozenset(parts.address_of(each).casefold() for each in found)


def _to_calendar(call: Call, value: JSON) -> Object:
    return {"calendarIds": {call.resolve("Calendar", text("calendarId", value)): True}}


def _complete(call: Call, value: Object) -> Object:
    """A new event in the default calendar, where it is told to be in no other."""
    if value.get("calendarIds"):
        return value
    found = listed(call.ask("Calendar/get", {"properties": ["isDefault"]}))
    return {**value, "calendarIds": {str(each["id"]): True for each in found if each["isDefault"]}}


def _first_calendar(event: Values) -> JSON:
    return next(iter(cast(Object, event.get("calendarIds") or {})), None)


EVENT: Final = Kind(
    one="CalendarEvent",
    many="CalendarEvents",
    modern="CalendarEvent",
    fields=(
        same("uid", create_only=True),
        Field("calendarId", ("calendarIds",), _first_calendar, _to_calendar),
        *(Field(name, needs, read, merged) for name, (needs, read, _) in parts.PARTS.items()),
        Field("recurrenceRule", ("recurrenceRule",), parts.read_rule, merged),
        Field(
            "recurrenceOverrides",
            ("recurrenceOverrides", *(need for needs, _, _ in parts.PARTS.values() for need in needs)),
            parts.read_overrides,
            merged,
            owns=1,
        ),
        Field("participantId", ("participants",), lambda _event: None),
        Field("x-href", ("calendarIds",), lambda _event: None),
    ),
    told=("uid", "created", "updated", "sequence", "calendarId"),
    set_arguments={"sendSchedulingMessages": True},
    finish=_finish,
    complete=_complete,
    merge=_merge,
    follows=lambda call: ",".join([call.turn.shown_account(call.account), *sorted(_own_addresses(call))]),
)


def _filter(call: Call, value: JSON, depth: int = 0) -> JSON:
    """A filter as the engine takes it."""
    if value is None:
        return None
    if not isinstance(value, dict) or depth > _DEEPEST:
        raise invalid_arguments("filter must be of objects, on few levels", "filter")
    if "operator" in value:
        conditions = value.get("conditions")
        if not isinstance(conditions, list):
            raise invalid_arguments("filter.conditions must be an array", "filter.conditions")
        below = [_filter(call, each, depth + 1) for each in conditions]
        return {"operator": value["operator"], "conditions": [{} if each is None else each for each in below]}
    terms = [_term(call, name, item) for name, item in value.items() if item is not None]
    return {"operator": "AND", "conditions": terms} if terms else None


def _term(call: Call, name: str, value: JSON) -> JSON:
    if name in _TERMS:
        return {_TERMS[name]: value}
    if name in ("after", "before"):
        if not isinstance(value, str) or not value.endswith("Z"):
            raise invalid_arguments(f"filter.{name} must be a UTC time such as 2026-01-31T09:00:00Z", f"filter.{name}")
        return {name: value[:-1]}
    if name == "inCalendars":
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise invalid_arguments("filter.inCalendars must be an array of ids", "filter.inCalendars")
        ids = [call.resolved("Calendar", str(each)) for each in value]
        return {"operator": "OR", "conditions": [{"inCalendar": each} for each in ids]}
    raise Refused("cannotDoFilter", f"filter.{name} is no condition")


def _get_list(call: Call) -> Iterator[Reply]:
    filter_ = call.arguments.get("filter")
    arguments: Object = {"filter": _filter(call, filter_), "sort": [{"property": "start"}], "timeZone": "Etc/UTC"}
    arguments |= {"position": call.unsigned("position") or 0, "limit": call.unsigned("limit"), "calculateTotal": True}
    answer = call.ask("CalendarEvent/query", arguments)
    ids = strings(answer, "ids")
    told = {"state": answer["queryState"], "position": answer["position"], "total": answer["total"]}
    yield "calendarEventList", call.answer({"filter": filter_, **told, "calendarEventIds": ids})
    if call.flag("fetchCalendarEvents") and ids:
        yield got(call, EVENT, ids, call.texts("fetchCalendarEventProperties"))


def _preferences(call: Call) -> Iterator[Reply]:
    """In no draft, but asked for by a client of that time."""
    yield "calendarPreferences", call.answer({})


METHODS: Final = (
    get_method(EVENT),
    updates_method(EVENT),
    set_method(EVENT),
    Method("getCalendarEventList", Access.READ, _get_list),
    Method("getCalendarPreferences", Access.PURE, _preferences),
)
