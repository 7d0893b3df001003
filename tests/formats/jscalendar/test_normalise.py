"""Forms of RFC 8984 that 2.0 has an equal for come out as that equal, and valid."""

import pytest

from angarium.formats.jscalendar import check, normalise
from angarium.formats.json import JSON

DAILY: JSON = {"frequency": "daily"}


def event(**properties: JSON) -> dict[str, JSON]:
    return {"@type": "Event", "uid": "u", "start": "2026-01-05T09:00:00", **properties}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"version": "1.0"}, {"version": "2.0"}),
        ({"recurrenceRules": [DAILY]}, {"recurrenceRule": DAILY}),
        ({"recurrenceRules": [], "excludedRecurrenceRules": None}, {}),
        (
            {"replyTo": {"imip": "mailto:o@x.example", "web": "https://x.example/"}},
            {"organizerCalendarAddress": "mailto:o@x.example"},
        ),
        ({"replyTo": {"other": "urn:x:y"}}, {"organizerCalendarAddress": "urn:x:y"}),
        (
            {
                "participants": {
                    "a": {"sendTo": {"imip": "mailto:a@x.example"}, "roles": {"attendee": True}},
                    "b": {"sendTo": {"imip": "mailto:b@x.example"}, "delegatedFrom": {"a": True}},
                },
                "replyTo": {"imip": "mailto:a@x.example"},
            },
            {
                "participants": {
                    "a": {"calendarAddress": "mailto:a@x.example", "roles": {"attendee": True}},
                    "b": {"calendarAddress": "mailto:b@x.example", "delegatedFrom": {"mailto:a@x.example": True}},
                },
                "organizerCalendarAddress": "mailto:a@x.example",
            },
        ),
        (
            {"links": {"l": {"href": "https://x.example/", "display": "badge"}}},
            {"links": {"l": {"href": "https://x.example/", "display": {"badge": True}}}},
        ),
        ({"color": "#aBc"}, {"color": "#aaBBcc"}),
        ({"duration": "PT1H5S"}, {"duration": "PT1H0M5S"}),
        ({"timeZone": "/my", "timeZones": {"/my": {"tzId": "Europe/Vienna"}}}, {"timeZone": "Europe/Vienna"}),
        ({"timeZone": "Europe/Vienna", "timeZones": {}}, {"timeZone": "Europe/Vienna"}),
        (
            {
                "timeZone": "Europe/Berlin",
                "locations": {
                    "1": {"name": "FRA", "relativeTo": "start"},
                    "2": {"name": "NRT", "relativeTo": "end", "timeZone": "Asia/Tokyo"},
                },
            },
            {
                "timeZone": "Europe/Berlin",
                "endTimeZone": "Asia/Tokyo",
                "locations": {"1": {"name": "FRA"}, "2": {"name": "NRT"}},
            },
        ),
        (
            {"alerts": {"a": {"trigger": {"offset": "PT0S"}, "relatedTo": {"b": {"relation": {"parent": True}}}}}},
            {"alerts": {"a": {"trigger": {"offset": "PT0S"}, "relatedTo": {"b": {"relation": {"snooze": True}}}}}},
        ),
        (
            {"recurrenceOverrides": {"2026-01-06T09:00:00": {"excluded": True, "title": "gone"}}},
            {"recurrenceOverrides": {"2026-01-06T09:00:00": {"excluded": True}}},
        ),
        (
            {"recurrenceOverrides": {"2026-01-06T09:00:00": {"excluded": False, "color": "#abc"}}},
            {"recurrenceOverrides": {"2026-01-06T09:00:00": {"color": "#aabbcc"}}},
        ),
        (
            {"virtualLocations": {"v": {"uri": "https://x.example/", "description": ""}}},
            {"virtualLocations": {"v": {"uri": "https://x.example/"}}},
        ),
    ],
)
def test_an_old_form_becomes_the_new_one(old: dict[str, JSON], new: dict[str, JSON]) -> None:
    before = repr(old)
    assert normalise(event(**old)) == event(**new)
    assert repr(old) == before
    assert check(normalise(event(**old))) == []
    assert normalise(event(**new)) == event(**new)


@pytest.mark.parametrize(
    "old",
    [
        {"recurrenceRules": [DAILY, DAILY]},
        {"excludedRecurrenceRules": [DAILY]},
        {"timeZone": "/my", "timeZones": {"/my": {"tzId": "Nowhere"}}},
        {"locations": {"l": {"name": "x", "description": "y"}}},
        {"requestStatus": "2.0;Success"},
    ],
)
def test_what_has_no_equal_is_left_and_refused(old: dict[str, JSON]) -> None:
    assert check(normalise(event(**old)))


@pytest.mark.parametrize(
    "odd",
    [
        {"recurrenceRules": 5, "recurrenceOverrides": 5, "participants": 5, "links": [], "alerts": {"a": 5}},
        {"timeZones": {"/x": 5}, "timeZone": "/x", "replyTo": 5, "locations": {"a": {"relativeTo": 5}}, "color": 7},
        {"recurrenceOverrides": {"x": 5, "y": {"links": 5}}, "duration": 5, "entries": [5]},
    ],
)
def test_anything_is_taken(odd: dict[str, JSON]) -> None:
    assert check(normalise(event(**odd)))


def test_entries_of_a_group_are_brought_along() -> None:
    group = normalise({"@type": "Group", "uid": "g", "entries": [event(recurrenceRules=[DAILY])]})
    assert group["entries"] == [event(recurrenceRule=DAILY)]


def test_participants_of_one_occurrence_are_reached_by_their_address() -> None:
    old: JSON = {"sendTo": {"imip": "mailto:c@x.example"}, "roles": {"attendee": True}}
    new: JSON = {"calendarAddress": "mailto:c@x.example", "roles": {"attendee": True}}
    base: JSON = {"a": {"calendarAddress": "mailto:a@x.example"}}
    patches: JSON = {
        "2026-01-06T09:00:00": {"participants/c": old},
        "2026-01-07T09:00:00": {"participants": {"c": old}},
    }
    made = normalise(event(participants=base, recurrenceOverrides=patches))
    assert check(made) == []
    assert made["recurrenceOverrides"] == {
        "2026-01-06T09:00:00": {"participants/c": new},
        "2026-01-07T09:00:00": {"participants": {"c": new}},
    }
