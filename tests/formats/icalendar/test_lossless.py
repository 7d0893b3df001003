"""JSCalendar to iCalendar and back: nothing that JSCalendar has is lost."""

import pytest

from angarium.formats.icalendar import parse, write
from angarium.formats.jscalendar import check
from angarium.formats.json import JSON

PRODUCT = "-//T//T//EN"
HOUR: JSON = {"@type": "OffsetTrigger", "offset": "-PT1H"}


def event(**properties: JSON) -> dict[str, JSON]:
    return {
        "@type": "Event",
        "uid": "u",
        "updated": "2026-01-01T00:00:00Z",
        "start": "2026-01-05T09:00:00",
        **properties,
    }


def bare(value: JSON) -> JSON:
    """A value without what keeps the form of iCalendar, such as the UID that a component must have."""
    if isinstance(value, dict):
        return {name: bare(inner) for name, inner in value.items() if name != "iCalendar"}
    return value


def back(entry: dict[str, JSON]) -> dict[str, JSON]:
    found = parse(write([entry], PRODUCT))
    assert found.problems == []
    assert len(found.entries) == 1
    made = bare(found.entries[0])
    assert isinstance(made, dict)
    return {name: value for name, value in made.items() if name != "prodId"}


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"timeZone": "Etc/UTC", "duration": "PT1H"},
        {"timeZone": "Europe/Vienna", "endTimeZone": "Asia/Tokyo", "duration": "PT10H30M"},
        {"timeZone": "Etc/UTC", "endTimeZone": "Asia/Tokyo", "duration": "PT10H30M"},
        {"timeZone": "America/New_York", "duration": "P1DT2H", "showWithoutTime": True},
        {"start": "2026-01-05T00:00:00", "showWithoutTime": True, "duration": "P3D"},
        {"title": "x", "locale": "de-AT", "description": "<b>", "descriptionContentType": "text/html"},
        {"keywords": {"a,b": True, "c;d": True}, "categories": {"https://example.com/c": True}, "color": "#aabbcc"},
        {"status": "tentative", "freeBusyStatus": "free", "privacy": "secret", "priority": 9, "sequence": 4},
        {"status": "example.com:postponed", "privacy": "example.com:odd", "freeBusyStatus": "example.com:half"},
        {"created": "2020-01-01T00:00:00Z", "relatedTo": {"other": {"@type": "Relation", "relation": {"next": True}}}},
        {"example.com:anything": {"deep": [1, {"x": None}]}, "later": [True, 1.5]},
        {"useDefaultAlerts": True, "mayInviteSelf": True, "hideAttendees": True},
        {
            "locations": {
                "a": {"@type": "Location", "name": "Hall"},
                "b": {"@type": "Location", "name": "Park", "coordinates": "geo:1,2", "locationTypes": {"park": True}},
            },
            "mainLocationId": "b",
        },
        {"locations": {"a": {"@type": "Location", "name": "Hall", "example.com:floor": 3}}},
        {
            "virtualLocations": {
                "v": {
                    "@type": "VirtualLocation",
                    "uri": "https://example.com/",
                    "name": "x",
                    "features": {"video": True},
                }
            }
        },
        {
            "links": {
                "l1": {"@type": "Link", "href": "https://example.com/", "rel": "enclosure", "size": 5, "title": "t"},
                "l2": {"@type": "Link", "href": "https://example.com/2", "rel": "describedby", "size": 7},
                "l3": {
                    "@type": "Link",
                    "href": "https://example.com/3",
                    "display": {"badge": True},
                    "example.com:x": 1,
                },
                "l4": {"@type": "Link", "href": "data:text/plain,hello", "contentType": "text/plain"},
                "l5": {"@type": "Link", "href": "data:text/plain;base64,aGk=", "contentType": "text/plain"},
            }
        },
        {
            "organizerCalendarAddress": "mailto:o@example.com",
            "participants": {
                "o": {
                    "@type": "Participant",
                    "calendarAddress": "mailto:o@example.com",
                    "name": "Olga",
                    "roles": {"owner": True, "chair": True, "example.com:host": True},
                },
                "p": {
                    "@type": "Participant",
                    "calendarAddress": "mailto:p@example.com",
                    "email": "x@example.com",
                    "kind": "location",
                    "roles": {"attendee": True, "optional": True},
                    "participationStatus": "accepted",
                    "expectReply": True,
                    "sentBy": "s@example.com",
                    "delegatedFrom": {"mailto:d@example.com": True},
                    "memberOf": {"mailto:g@example.com": True},
                    "scheduleSequence": 3,
                    "links": {"l": {"@type": "Link", "href": "https://example.com/p"}},
                },
                "q": {
                    "@type": "Participant",
                    "name": "Quinn",
                    "email": "q@example.com",
                    "description": "d",
                    "descriptionContentType": "text/html",
                },
            },
        },
        {
            "alerts": {
                "a": {"@type": "Alert", "trigger": HOUR, "action": "email", "acknowledged": "2026-01-05T08:01:00Z"},
                "b": {
                    "@type": "Alert",
                    "trigger": {"@type": "AbsoluteTrigger", "when": "2026-01-05T08:10:00Z"},
                    "relatedTo": {"a": {"@type": "Relation", "relation": {"snooze": True}}},
                    "action": "display",
                    "example.com:sound": "gong",
                },
                "c": {
                    "@type": "Alert",
                    "trigger": {"@type": "OffsetTrigger", "offset": "PT5M", "relativeTo": "end"},
                    "action": "display",
                },
            }
        },
        {"recurrenceId": "2026-01-05T09:00:00", "recurrenceIdTimeZone": "Europe/Vienna", "timeZone": "Asia/Tokyo"},
        {
            "timeZone": "Europe/Vienna",
            "duration": "PT1H",
            "title": "x",
            "recurrenceRule": {
                "@type": "RecurrenceRule",
                "frequency": "monthly",
                "interval": 2,
                "rscale": "gregorian",
                "skip": "backward",
                "firstDayOfWeek": "su",
                "byMonthDay": [31, -1],
                "byHour": [9],
                "bySetPosition": [1],
                "until": "2027-01-31T09:00:00",
            },
            "recurrenceOverrides": {
                "2026-03-31T09:00:00": {"excluded": True},
                "2026-04-01T10:00:00": {},
                "2026-05-31T09:00:00": {"title": "y", "start": "2026-06-01T09:00:00"},
                "2026-06-02T11:00:00": {"duration": "PT3H", "timeZone": "Asia/Tokyo", "example.com:x": 1},
                "2026-07-31T09:00:00": {"title": None},
            },
        },
        {
            "start": "2026-01-05T00:00:00",
            "showWithoutTime": True,
            "duration": "P1D",
            "recurrenceRule": {"@type": "RecurrenceRule", "frequency": "yearly", "until": "2030-01-05T00:00:00"},
            "recurrenceOverrides": {"2027-01-05T00:00:00": {"excluded": True}, "2028-01-05T00:00:00": {"title": "z"}},
        },
    ],
)
def test_an_event_comes_back_whole(properties: dict[str, JSON]) -> None:
    entry = event(**properties)
    assert check(entry) == []
    found = back(entry)
    assert {name: found.get(name) for name in entry} == entry
    assert set(found) <= set(entry)


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"due": "2026-01-05T09:00:00", "timeZone": "Europe/Vienna", "progress": "in-process", "percentComplete": 30},
        {
            "start": "2026-01-05T09:00:00",
            "due": "2026-01-06T09:00:00",
            "timeZone": "Etc/UTC",
            "estimatedDuration": "PT2H",
        },
        {"due": "2026-01-05T00:00:00", "showWithoutTime": True},
        {
            "participants": {
                "p": {
                    "@type": "Participant",
                    "calendarAddress": "mailto:p@example.com",
                    "roles": {"owner": True},
                    "participationStatus": "accepted",
                    "progress": "completed",
                    "percentComplete": 100,
                }
            },
            "organizerCalendarAddress": "mailto:p@example.com",
        },
    ],
)
def test_a_task_comes_back_whole(properties: dict[str, JSON]) -> None:
    entry: dict[str, JSON] = {"@type": "Task", "uid": "u", "updated": "2026-01-01T00:00:00Z", **properties}
    assert check(entry) == []
    found = back(entry)
    assert {name: found.get(name) for name in entry} == entry


def test_a_message_to_others_has_nothing_of_ours() -> None:
    entry = event(
        title="x",
        iCalendar={"name": "vevent", "properties": [["x-secret", {}, "unknown", "1"]]},
        **{"example.com:note": "private"},
    )
    octets = write([entry], PRODUCT, "request", lossless=False)
    assert b"METHOD:REQUEST\r\n" in octets
    for gone in (b"JSPROP", b"X-SECRET", b"private"):
        assert gone not in octets


def test_blobs_are_embedded_and_taken_out_again() -> None:
    link: JSON = {"@type": "Link", "blobId": "B1", "rel": "enclosure", "size": 2, "contentType": "text/plain"}
    octets = write([event(links={"k": link})], PRODUCT, fetch={"B1": b"hi"}.get)
    assert b"ATTACH;" in octets
    assert b":aGk=" in octets
    taken: list[tuple[bytes, str | None]] = []

    def store(data: bytes, kind: str | None) -> str:
        taken.append((data, kind))
        return "B2"

    found = parse(octets, store)
    assert taken == [(b"hi", "text/plain")]
    assert found.entries[0]["links"] == {"k": {**link, "blobId": "B2"}}  # type: ignore[dict-item]
    assert b"ATTACH" not in write([event(links={"k": link})], PRODUCT)


def test_a_group_comes_back_with_its_own_properties() -> None:
    group: dict[str, JSON] = {
        "@type": "Group",
        "uid": "g",
        "title": "Mine",
        "locale": "en",
        "description": "About",
        "color": "red",
        "updated": "2026-01-01T00:00:00Z",
        "created": "2025-01-01T00:00:00Z",
        "source": "https://example.com/c.ics",
        "keywords": {"k": True},
        "example.com:x": {"y": 1},
    }
    found = parse(write([event()], PRODUCT, group=group))
    assert found.group == {**group, "prodId": PRODUCT}
