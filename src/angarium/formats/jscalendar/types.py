"""Every type and property of JSCalendar 2.0, declared (jscalendarbis §1.5 to §4.3).

With them what JMAP adds: `useDefaultAlerts`, `mayInviteSelf`, `mayInviteOthers`, `hideAttendees`, `scheduleSequence`,
`scheduleUpdated`, `blobId` (draft-ietf-jmap-calendars §5), and `iCalendar` of the mapping draft (§5.1.1). A new
property is a new row.
"""

from collections.abc import Iterable
from typing import Final

from angarium.formats import duration, objects
from angarium.formats.jscalendar import rules
from angarium.formats.json import JSON
from angarium.formats.localtime import parse_local, parse_utc
from angarium.formats.objects import (
    Check,
    Found,
    Problem,
    Rule,
    anything,
    boolean,
    by_type,
    identifier,
    integer,
    language,
    list_of,
    map_of,
    matching,
    media_type,
    one_of,
    set_of,
    simple,
    text,
    uri,
)
from angarium.formats.primitives import LARGEST
from angarium.formats.timezones import names

LOCAL: Final = simple(
    lambda value: isinstance(value, str) and parse_local(value) is not None,
    "a LocalDateTime such as 2026-01-31T09:00:00",
)
UTC: Final = simple(
    lambda value: isinstance(value, str) and parse_utc(value) is not None, "a UTCDateTime such as 2026-01-31T09:00:00Z"
)
_DURATION = simple(
    lambda value: isinstance(value, str) and duration.is_duration(value), "a Duration such as P1D or PT1H30M"
)
_SIGNED = simple(lambda value: isinstance(value, str) and duration.is_signed(value), "a SignedDuration such as -PT15M")
_ZONE = simple(lambda value: isinstance(value, str) and value in names(), "a time zone of IANA such as Europe/Vienna")
_ADDRESS = matching(
    r"[^\s\x00-\x1f\x7f<>@\"]+@[^\s\x00-\x1f\x7f<>@,;]+|\"[^\x00-\x1f\x7f]+\"@[^\s<>@]+", "an e-mail address"
)
_COLOR = matching(r"#[0-9A-Fa-f]{6}|[A-Za-z]+", "a colour by its CSS name or as #rrggbb")
_GEO = matching(r"[Gg][Ee][Oo]:[^\x00-\x20\x7f\"<>]+", "a geo: URI, such as geo:48.2,16.37")
_TEXT_TYPE = matching(
    r"[Tt][Ee][Xx][Tt]/[\w!#$&^.+-]+(?:[ \t]*;[^\x00-\x1f\x7f]*)?", "a media type of text, such as text/html"
)
_NOT_EMPTY = simple(lambda value: isinstance(value, str) and value, "a string that is not empty")
_UNSIGNED = integer(0, LARGEST)
_PERCENT = integer(0, 100)
_LINK_RELATION = simple(lambda value: isinstance(value, str) and value and " " not in value, "a link relation type")

_OBSOLETE: Final = {
    "Event": "recurrenceRules excludedRecurrenceRules timeZones replyTo requestStatus sentBy localizations "
    "progressUpdated",
    "Location": "description relativeTo timeZone",
    "VirtualLocation": "description",
    "Participant": "sendTo scheduleAgent scheduleForceSend scheduleStatus invitedBy participationComment locationId "
    "language progressUpdated",
    "Link": "cid",
}
"""Properties of version 1.0 that 2.0 removed or reserved, and that mean nothing else (Appendix A.2)."""
_OBSOLETE_OF_ALL: Final = ("extra", "excluded")
_GONE = [Problem("", "is not part of such an object in JSCalendar 2.0")]

_NAMES: Final[dict[str, str]] = {}


def _gone(_value: JSON) -> Found:
    return _GONE


def _type(name: str, members: dict[str, Check], required: str = "", rule: Rule | None = None) -> Check:
    obsolete: Iterable[str] = _OBSOLETE.get("Event" if name in ("Task", "Group") else name, "").split()
    gone: dict[str, Check] = dict.fromkeys((*_OBSOLETE_OF_ALL, *obsolete), _gone)
    members = {**gone, **members}
    _NAMES.update({member.lower(): member for member in members})
    return objects.object_of(name, members, required.split(), rule, _NAMES)


_PROPERTY_OF_ICALENDAR = _type(
    "ICalProperty", {"name": _NOT_EMPTY, "valueType": _NOT_EMPTY, "parameters": map_of(text, anything)}, "name"
)
_ICALENDAR: Final[dict[str, Check]] = {
    "iCalendar": _type(
        "ICalComponent",
        {
            "name": _NOT_EMPTY,
            "components": simple(
                rules.is_jcal_components, "an array of components in the form of jCal (RFC 7265 §3.3)"
            ),
            "convertedProperties": map_of(text, _PROPERTY_OF_ICALENDAR),
            "properties": simple(
                rules.is_jcal_properties, "an array of properties in the form of jCal (RFC 7265 §3.4)"
            ),
        },
        "name",
    )
}
RELATION: Final = _type("Relation", {"relation": set_of(one_of("first next child parent snooze"))})
LINK: Final = _type(
    "Link",
    {
        "href": uri,
        "blobId": identifier,
        "contentType": media_type,
        "size": _UNSIGNED,
        "rel": _LINK_RELATION,
        "display": set_of(one_of("badge graphic fullsize thumbnail")),
        "title": text,
        **_ICALENDAR,
    },
    rule=rules.link,
)
_LINKS = map_of(identifier, LINK)
LOCATION: Final = _type(
    "Location",
    {"name": text, "locationTypes": set_of(_NOT_EMPTY), "coordinates": _GEO, "links": _LINKS, **_ICALENDAR},
    rule=rules.location,
)
VIRTUAL_LOCATION: Final = _type(
    "VirtualLocation",
    {
        "name": text,
        "uri": uri,
        "features": set_of(one_of("audio chat feed moderator phone screen video")),
        **_ICALENDAR,
    },
    "uri",
)
_PARTICIPANT: Final[dict[str, Check]] = {
    "name": text,
    "email": _ADDRESS,
    "description": text,
    "descriptionContentType": _TEXT_TYPE,
    "calendarAddress": uri,
    "kind": one_of("individual group location resource"),
    # `attendee` is of version 1.0, and what draft-ietf-jmap-calendars still speaks of.
    "roles": set_of(one_of("owner optional informational chair required attendee")),
    "participationStatus": one_of("needs-action accepted declined tentative delegated"),
    "expectReply": boolean,
    "sentBy": _ADDRESS,
    "delegatedTo": set_of(uri),
    "delegatedFrom": set_of(uri),
    "memberOf": set_of(uri),
    "links": _LINKS,
    "scheduleSequence": _UNSIGNED,
    "scheduleUpdated": UTC,
    **_ICALENDAR,
}
_TASK_PARTICIPANT: Final[dict[str, Check]] = {
    **_PARTICIPANT,
    "progress": one_of("in-process completed failed"),
    "percentComplete": _PERCENT,
}
_KNOWN_TRIGGER = by_type(
    {
        "OffsetTrigger": _type("OffsetTrigger", {"offset": _SIGNED, "relativeTo": one_of("start end")}, "offset"),
        "AbsoluteTrigger": _type("AbsoluteTrigger", {"when": UTC}, "when"),
    },
    "OffsetTrigger",
)


def _trigger(value: JSON) -> Found:
    """A trigger of a type that is not known yet is kept as it is (§3.5.1)."""
    kind = value.get("@type") if isinstance(value, dict) else None
    if isinstance(kind, str) and kind not in ("OffsetTrigger", "AbsoluteTrigger"):
        return None
    return _KNOWN_TRIGGER(value)


ALERT: Final = _type(
    "Alert",
    {
        "trigger": _trigger,
        "acknowledged": UTC,
        "relatedTo": map_of(identifier, RELATION),
        "action": one_of("display email"),
        **_ICALENDAR,
    },
    "trigger",
)
_PATCH = simple(lambda value: isinstance(value, dict), "an object of patches")

_GROUPED: Final[dict[str, Check]] = {
    "uid": _NOT_EMPTY,
    "version": simple(lambda value: value == "2.0", '"2.0"'),
    "prodId": text,
    "created": UTC,
    "updated": UTC,
    "title": text,
    "description": text,
    "descriptionContentType": _TEXT_TYPE,
    "links": _LINKS,
    "locale": language,
    "keywords": set_of(text),
    "categories": set_of(uri),
    "color": _COLOR,
    **_ICALENDAR,
}
_COMMON: Final[dict[str, Check]] = {
    **_GROUPED,
    "relatedTo": map_of(_NOT_EMPTY, RELATION),
    "sequence": _UNSIGNED,
    "method": matching("[a-z][a-z-]*", "a method of iTIP in lower case"),
    "showWithoutTime": boolean,
    "locations": map_of(identifier, LOCATION),
    "mainLocationId": identifier,
    "virtualLocations": map_of(identifier, VIRTUAL_LOCATION),
    "recurrenceId": LOCAL,
    "recurrenceIdTimeZone": rules.or_null(_ZONE),
    "recurrenceRule": rules.recurrence_rule,
    "recurrenceOverrides": map_of(LOCAL, _PATCH),
    "priority": integer(0, 9),
    "freeBusyStatus": one_of("free busy"),
    "privacy": one_of("public private secret"),
    "organizerCalendarAddress": uri,
    "alerts": map_of(identifier, ALERT),
    "timeZone": rules.or_null(_ZONE),
    "start": LOCAL,
    "useDefaultAlerts": boolean,
    "mayInviteSelf": boolean,
    "mayInviteOthers": boolean,
    "hideAttendees": boolean,
}
_NOT_OF_EVENT: Final[dict[str, Check]] = {"progress": _gone, "percentComplete": _gone}
PARTICIPANT: Final = _type("Participant", {**_PARTICIPANT, **_NOT_OF_EVENT}, rule=rules.participant)
TASK_PARTICIPANT: Final = _type("Participant", _TASK_PARTICIPANT, rule=rules.participant)
EVENT_PROPERTIES: Final[dict[str, Check]] = {
    **_COMMON,
    "participants": map_of(identifier, PARTICIPANT),
    "duration": _DURATION,
    "endTimeZone": _ZONE,
    "status": one_of("confirmed cancelled tentative"),
}
TASK_PROPERTIES: Final[dict[str, Check]] = {
    **_COMMON,
    "participants": map_of(identifier, TASK_PARTICIPANT),
    "due": LOCAL,
    "estimatedDuration": _DURATION,
    "percentComplete": _PERCENT,
    "progress": one_of("needs-action in-process completed failed cancelled"),
}
EVENT: Final = _type("Event", EVENT_PROPERTIES, "@type uid start", rules.event)
TASK: Final = _type("Task", TASK_PROPERTIES, "@type uid", rules.task)
_ENTRY = {"Event": EVENT, "Task": TASK}


def _entry(value: JSON) -> Found:
    """An entry of a group; one of an unknown type is ignored (§4.3.1)."""
    kind = value.get("@type") if isinstance(value, dict) else None
    if not isinstance(kind, str):
        return [Problem("@type", "is missing")] if isinstance(value, dict) else [Problem("", "must be an object")]
    known = _ENTRY.get(kind)
    return known(value) if known else None


GROUP: Final = _type("Group", {**_GROUPED, "entries": list_of(_entry), "source": uri}, "@type uid entries")
ENTRIES: Final[dict[str, Check]] = {
    "links": LINK,
    "locations": LOCATION,
    "virtualLocations": VIRTUAL_LOCATION,
    "alerts": ALERT,
}
"""What maps from Ids to objects hold, for patches that lead into one of them."""
