"""The parts of an event, both ways: what this dialect has and what JSCalendar 2.0 has.

Each reader takes a modern event, each writer changes one in place. What this dialect cannot say stays where it was.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias, cast

from angarium.formats.errors import FormatError
from angarium.formats.json import JSON
from angarium.formats.patch import apply
from angarium.protocols.legacy.call import Values
from angarium.protocols.legacy.kind import Object

Reader: TypeAlias = Callable[[Values], JSON]
Writer: TypeAlias = Callable[[Object, JSON], None]
Part: TypeAlias = tuple[tuple[str, ...], Reader, Writer]
"""The modern properties of a property, and how it is read and written."""

_MOST: Final = 1_000
_MAILTO: Final = "mailto:"
_PLACES: Final = ("street", "locality", "region", "postcode", "country")
_RULE: Final = {"byMonthDay": "byDate"}
_OLD_RULE: Final = {"byDate": "byMonthDay", "bySetPos": "bySetPosition"}
_PRIORITIES: Final = {"optional": "optional", "informational": "non-participant", "required": "required"}
_ROLES: Final = ("owner", "chair")
_TRIGGERS: Final = {("start", True): "before-start", ("start", False): "after-start"} | {
    ("end", True): "before-end",
    ("end", False): "after-end",
}


def plain(modern: str, default: JSON) -> Part:
    """A property with the same values; its default is told."""

    def read(event: Values) -> JSON:
        value = event.get(modern)
        return default if value is None else value

    def write(event: Object, value: JSON) -> None:
        event[modern] = None if value == default else value

    return (modern,), read, write


def ignored(modern: str) -> Part:
    """A property that the server keeps: what a client gives is passed over."""
    return (modern,), lambda event: event.get(modern), lambda _event, _value: None


def objects(value: JSON, what: str = "objects") -> dict[str, Object]:
    """A map of objects, empty for null."""
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(each, dict) for each in value.values()):
        raise ValueError(f"must be a map of {what}, or null")
    if len(value) > _MOST:
        raise ValueError(f"must have at most {_MOST} entries")
    return cast("dict[str, Object]", value)


def _map(event: Values, name: str) -> dict[str, Object]:
    return cast("dict[str, Object]", event.get(name) or {})


def _given(**values: JSON) -> Object:
    """Members that are there."""
    return {name.rstrip("_"): value for name, value in values.items() if value not in (None, "")}


def _read_related(event: Values) -> JSON:
    found: Object = {}
    for uid, relation in _map(event, "relatedTo").items():
        for name in cast(Object, relation.get("relation") or {}):
            found[name] = uid
    return found or None


def _write_related(event: Object, value: JSON) -> None:
    given = {} if value is None else value
    if not isinstance(given, dict) or not all(isinstance(uid, str) for uid in given.values()):
        raise ValueError("must be a map of relations to UIDs, or null")
    related: dict[str, Object] = {}
    for name, uid in given.items():
        related.setdefault(str(uid), {})[name] = True
    event["relatedTo"] = {uid: {"relation": relation} for uid, relation in related.items()} or None


def _read_links(event: Values) -> JSON:
    return {
        key: {
            "href": link.get("href"),
            "type": link.get("contentType"),
            "size": link.get("size"),
            "rel": link.get("rel") or "related",
            "title": link.get("title") or "",
            "properties": None,
            **({"blobId": link["blobId"]} if "blobId" in link else {}),
        }
        for key, link in _map(event, "links").items()
    } or None


def _write_links(event: Object, value: JSON) -> None:
    links = {}
    for key, link in objects(value, "links").items():
        rel = link.get("rel")
        where = {"blobId": link["blobId"]} if link.get("blobId") else _given(href=link.get("href"))
        links[key] = where | _given(
            contentType=link.get("type"),
            size=link.get("size"),
            title=link.get("title"),
            rel=None if rel == "related" else rel,
        )
    event["links"] = cast(JSON, links) or None


def _location(entry: Values, rel: str) -> Object:
    nothing: Object = {"accessInstructions": None, "timeZone": None, "address": None}
    shown: Object = {"name": entry.get("name") or "", "rel": rel}
    return {**shown, **nothing, "coordinates": entry.get("coordinates"), "uri": entry.get("uri")}


def _read_locations(event: Values) -> JSON:
    real = {key: _location(entry, "unknown") for key, entry in _map(event, "locations").items()}
    virtual = {key: _location(entry, "virtual") for key, entry in _map(event, "virtualLocations").items()}
    return cast(JSON, real | virtual) or None


def _write_locations(event: Object, value: JSON) -> None:
    """Places by name; what else this dialect tells of a place becomes words of the name."""
    given = objects(value, "locations")
    virtual = {key for key, place in given.items() if place.get("rel") == "virtual" or place.get("uri")}
    before, before_virtual = _map(event, "locations"), _map(event, "virtualLocations")
    real: Object = {
        key: {**before.get(key, {}), **_given(name=_words(place), coordinates=place.get("coordinates"))}
        for key, place in given.items()
        if key not in virtual
    }
    event["locations"] = real or None
    calls: Object = {
        key: {**before_virtual.get(key, {}), **_given(name=place.get("name"), uri=place.get("uri"))}
        for key, place in given.items()
        if key in virtual
    }
    event["virtualLocations"] = calls or None


def _words(place: Values) -> str:
    address = place.get("address")
    parts = [address.get(name) for name in _PLACES] if isinstance(address, dict) else []
    old = place.get("accessInstruction")
    return ", ".join(str(each) for each in (place.get("name"), *parts, place.get("accessInstructions") or old) if each)


def read_rule(event: Values) -> JSON:
    """The rule by which an event recurs."""
    rule = event.get("recurrenceRule")
    if not isinstance(rule, dict):
        return None
    return {_RULE.get(name, name): value for name, value in rule.items() if name != "@type"}


def write_rule(event: Object, value: JSON) -> None:
    """Set it."""
    if value is not None and not isinstance(value, dict):
        raise ValueError("must be an object, or null")
    given: Object = {_OLD_RULE.get(name, name): item for name, item in (value or {}).items() if item is not None}
    event["recurrenceRule"] = given or None


def _read_participants(event: Values) -> JSON:
    return {key: _participant(entry) for key, entry in _map(event, "participants").items()} or None


def address_of(participant: Values) -> str:
    """The e-mail address of a participant."""
    address = str(participant.get("calendarAddress") or "")
    return str(participant.get("email") or (address[len(_MAILTO) :] if address.lower().startswith(_MAILTO) else ""))


def _participant(entry: Values) -> JSON:
    roles = cast(Object, entry.get("roles") or {})
    shown: list[JSON] = [role for role in _ROLES if role in roles]
    return {
        "name": entry.get("name") or "",
        "email": address_of(entry),
        "kind": entry.get("kind") or "unknown",
        "roles": [*shown, *(["attendee"] if roles.keys() - {"owner"} else [])],
        "locationId": None,
        "scheduleStatus": entry.get("participationStatus") or "needs-action",
        "schedulePriority": next((old for new, old in _PRIORITIES.items() if new in roles), "required"),
        "scheduleRSVP": entry.get("expectReply") is True,
        "scheduleUpdated": entry.get("scheduleUpdated"),
        "memberOf": list(cast(Object, entry.get("memberOf") or {})) or None,
    }


def _write_participants(event: Object, value: JSON) -> None:
    before = _map(event, "participants")
    given = objects(value, "participants")
    people = {key: _to_participant(before.get(key, {}), each) for key, each in given.items()}
    event["participants"] = cast(JSON, people) or None


def _to_participant(before: Object, given: Values) -> JSON:
    """A participant who comes back as it was shown stays as it is; else what differs is set."""
    shown = cast(Object, _participant(before)) if before else {}
    changed = {name: value for name, value in given.items() if shown.get(name) != value}
    entry = dict(before)
    if "email" in changed:
        entry["calendarAddress"] = f"{_MAILTO}{changed['email']}"
        entry.pop("email", None)
    if "roles" in changed or "schedulePriority" in changed or not before:
        entry["roles"] = _roles(given)
    entry |= {name: changed[name] for name in ("name",) if name in changed}
    if changed.get("kind") not in (None, "unknown"):
        entry["kind"] = changed["kind"]
    for new, old in (("participationStatus", "scheduleStatus"), ("expectReply", "scheduleRSVP")):
        if old in changed:
            entry[new] = changed[old]
    members = changed.get("memberOf")
    if isinstance(members, list):
        entry["memberOf"] = {str(each): True for each in members}
    return cast(JSON, entry)


def _roles(given: Values) -> JSON:
    roles = given.get("roles")
    if not isinstance(roles, list):
        raise ValueError("each participant needs an array of roles")
    found: Object = {role: True for role in _ROLES if role in roles}
    if "attendee" in roles:
        priority = given.get("schedulePriority") or "required"
        found[next((new for new, old in _PRIORITIES.items() if old == priority), "required")] = True
    return found


def _read_alerts(event: Values) -> JSON:
    return {key: shown for key, alert in _map(event, "alerts").items() if (shown := _alert(alert))} or None


def _alert(alert: Values) -> JSON:
    trigger = alert.get("trigger")
    if not isinstance(trigger, dict) or not isinstance(trigger.get("offset"), str):
        return None
    offset = str(trigger["offset"])
    is_before = offset.startswith("-")
    action: Object = {"type": alert.get("action") or "display"}
    if alert.get("acknowledged"):
        action["acknowledged"] = alert["acknowledged"]
    return {
        "relativeTo": _TRIGGERS[str(trigger.get("relativeTo") or "start"), is_before],
        "offset": offset.lstrip("+-"),
        "action": action,
    }


def _write_alerts(event: Object, value: JSON) -> None:
    """Those that this dialect cannot show stay."""
    before = _map(event, "alerts")
    alerts: dict[str, JSON] = {key: cast(JSON, alert) for key, alert in before.items() if not _alert(alert)}
    for key, given in objects(value, "alerts").items():
        earlier = before.get(key)
        alerts[key] = cast(JSON, earlier) if earlier and _alert(earlier) == given else _to_alert(given)
    event["alerts"] = alerts or None


def _to_alert(given: Values) -> JSON:
    found = next((key for key, old in _TRIGGERS.items() if old == given.get("relativeTo")), None)
    action = given.get("action")
    if found is None or not isinstance(action, dict) or not isinstance(given.get("offset"), str):
        raise ValueError("each needs relativeTo, offset and action")
    where, is_before = found
    trigger: Object = {"@type": "OffsetTrigger", "offset": f"{'-' if is_before else ''}{given['offset']}"}
    trigger |= {"relativeTo": "end"} if where == "end" else {}
    acknowledged = _given(acknowledged=action.get("acknowledged"))
    return {"trigger": trigger, "action": "email" if action.get("type") == "email" else "display", **acknowledged}


def _write_reply_to(event: Object, value: JSON) -> None:
    imip = value.get("imip") if isinstance(value, dict) else None
    event["organizerCalendarAddress"] = imip


def _read_reply_to(event: Values) -> JSON:
    address = event.get("organizerCalendarAddress")
    return {"imip": address} if address else None


def _write_free(event: Object, value: JSON) -> None:
    event["freeBusyStatus"] = "free" if value is True else None


def _refuse_localizations(_event: Object, value: JSON) -> None:
    if value:
        raise ValueError("events have no localizations here")


PARTS: Final[Mapping[str, Part]] = {
    "relatedTo": (("relatedTo",), _read_related, _write_related),
    "prodId": plain("prodId", None),
    "created": plain("created", None),
    "updated": ignored("updated"),
    "sequence": (("sequence",), lambda event: event.get("sequence") or 0, lambda _event, _value: None),
    "title": plain("title", ""),
    "description": plain("description", ""),
    "locale": plain("locale", None),
    "status": plain("status", "confirmed"),
    "links": (("links",), _read_links, _write_links),
    "localizations": ((), lambda _event: None, _refuse_localizations),
    "locations": (("locations", "virtualLocations"), _read_locations, _write_locations),
    "isAllDay": plain("showWithoutTime", False),
    "start": plain("start", None),
    "timeZone": plain("timeZone", None),
    "duration": plain("duration", "P0D"),
    "showAsFree": (("freeBusyStatus",), lambda event: event.get("freeBusyStatus") == "free", _write_free),
    "replyTo": (("organizerCalendarAddress",), _read_reply_to, _write_reply_to),
    "participants": (("participants",), _read_participants, _write_participants),
    "useDefaultAlerts": plain("useDefaultAlerts", False),
    "alerts": (("alerts",), _read_alerts, _write_alerts),
}
"""Properties that single instances may have otherwise too."""


def whole(event: Values) -> Object:
    """All of these properties of an event."""
    return {name: read(event) for name, (_, read, _) in PARTS.items()}


def write(event: Object, name: str, value: JSON) -> None:
    """Set one of these properties."""
    PARTS[name][2](event, value)


def read_overrides(event: Values) -> JSON:
    """Each override as the properties of this dialect that differ; null for an instance that is left out."""
    overrides = _map(event, "recurrenceOverrides")
    base = whole(event) if overrides else {}
    return {at: _difference(event, base, patch) for at, patch in overrides.items()} or None


def _difference(event: Values, base: Object, patch: Object) -> JSON:
    if patch.get("excluded") is True:
        return None
    if not patch:
        return {}
    try:
        instance = whole(apply(dict(event), patch))
    except FormatError:
        return {}
    return {name: value for name, value in instance.items() if value != base[name]}


def write_overrides(event: Object, value: JSON) -> None:
    """Each override of this dialect as the modern properties that differ."""
    if value is not None and not isinstance(value, dict):
        raise ValueError("must be a map, or null")
    if value and len(value) > _MOST:
        raise ValueError(f"must have at most {_MOST} entries")
    before, base = _map(event, "recurrenceOverrides"), whole(event)
    shown = cast("dict[str, JSON]", read_overrides(event) or {})
    event["recurrenceOverrides"] = {
        at: cast(JSON, before[at]) if at in shown and shown[at] == patch else _override(event, base, patch)
        for at, patch in (value or {}).items()
    } or None


def _override(event: Object, base: Object, patch: JSON) -> JSON:
    if patch is None:
        return {"excluded": True}
    if not isinstance(patch, dict):
        raise ValueError("an override is an object, or null")
    try:
        wanted = apply(dict(base), patch)
    except FormatError as error:
        raise ValueError(error.problem) from None
    unknown = wanted.keys() - base.keys()
    if unknown:
        raise ValueError(f"an override cannot have {', '.join(sorted(unknown)[:5])}")
    instance = dict(event)
    for name, item in wanted.items():
        if item != base[name]:
            write(instance, name, item)
    names = dict.fromkeys((*instance, *event))
    return {name: instance.get(name) for name in names if instance.get(name) != event.get(name)}
