"""Calendar events of the dialect, and lists of them."""

from typing import Any

import pytest

from tests.protocols.legacy.client import Old
from tests.protocols.legacy.conftest import NewOld

MEETING = {
    "title": "Tea",
    "description": "With cake",
    "start": "2026-03-02T15:00:00",
    "timeZone": "Europe/Berlin",
    "duration": "PT1H",
    "status": "tentative",
    "showAsFree": True,
    "locations": {
        "l1": {"name": "Garden", "coordinates": "geo:52.5,13.4"},
        "l2": {"name": "Call", "rel": "virtual", "uri": "https://call.example/tea"},
    },
    "recurrenceRule": {"frequency": "monthly", "interval": 2, "byDate": [2], "count": 6},
    "recurrenceOverrides": {
        "2026-05-02T15:00:00": None,
        "2026-07-02T15:00:00": {"title": "Iced tea", "locations/l1/name": "Kitchen", "duration": "PT2H"},
        "2026-08-01T10:00:00": {},
    },
    "alerts": {
        "a1": {"relativeTo": "before-start", "offset": "PT15M", "action": {"type": "display"}},
        "a2": {"relativeTo": "after-end", "offset": "PT5M", "action": {"type": "email"}},
    },
    "links": {"k": {"href": "https://quill.example/cake", "type": "text/html", "rel": "describedby", "title": "Cake"}},
    "relatedTo": {"first": "uid-of-another"},
}


def make(ann: Old, **given: Any) -> str:
    made = ann.ask("setCalendarEvents", {"create": {"k": given}})
    assert made["created"], made
    return str(made["created"]["k"]["id"])


def event(ann: Old, record: str, *names: str) -> Any:
    return ann.ask("getCalendarEvents", {"ids": [record], "properties": list(names) or None})["list"][0]


def modern(ann: Old, record: str) -> Any:
    return ann.modern("CalendarEvent/get", {"ids": [record]})["list"][0]


def test_what_is_made_comes_back(ann: Old) -> None:
    shown = event(ann, make(ann, **MEETING))
    same = ("title", "description", "start", "timeZone", "duration", "status", "showAsFree", "recurrenceRule")
    assert {name: shown[name] for name in same} == {name: MEETING[name] for name in same}
    assert (shown["alerts"], shown["relatedTo"]) == (MEETING["alerts"], MEETING["relatedTo"])
    assert (shown["locations"]["l1"]["name"], shown["locations"]["l2"]["rel"]) == ("Garden", "virtual")
    assert shown["links"]["k"]["rel"] == "describedby"
    overrides = shown["recurrenceOverrides"]
    assert overrides["2026-05-02T15:00:00"] is None
    assert overrides["2026-08-01T10:00:00"] == {}
    changed = overrides["2026-07-02T15:00:00"]
    assert (changed["title"], changed["duration"]) == ("Iced tea", "PT2H")
    assert changed["locations"]["l1"]["name"] == "Kitchen"
    assert changed.keys() == {"title", "duration", "locations"}
    assert shown["calendarId"] == ann.ask("getCalendars")["list"][0]["id"]


def test_an_event_is_one_of_jscalendar(ann: Old) -> None:
    shown = modern(ann, make(ann, **MEETING))
    assert shown["recurrenceRule"]["byMonthDay"] == [2]
    assert shown["recurrenceOverrides"]["2026-05-02T15:00:00"] == {"excluded": True}
    assert shown["freeBusyStatus"] == "free"
    assert list(shown["virtualLocations"]) == ["l2"]
    assert shown["alerts"]["a1"]["trigger"]["offset"] == "-PT15M"
    assert shown["alerts"]["a2"]["trigger"]["relativeTo"] == "end"


def test_nothing_is_null_and_never_empty(ann: Old) -> None:
    shown = event(ann, make(ann, title="Day", start="2026-03-02T00:00:00", isAllDay=True, duration="P1D"))
    nullable = ("relatedTo", "links", "localizations", "locations", "recurrenceRule", "recurrenceOverrides")
    assert all(shown[name] is None for name in (*nullable, "replyTo", "participants", "participantId", "alerts"))
    assert (shown["isAllDay"], shown["timeZone"], shown["description"], shown["showAsFree"]) == (True, None, "", False)


def test_people_and_which_of_them_the_account_is(ann: Old, new_old: NewOld) -> None:
    own, other = f"{ann.user.name}@localhost", f"{new_old().user.name}@localhost"
    people = {
        "me": {"name": "Ann", "email": own, "roles": ["owner", "attendee"], "scheduleStatus": "accepted"},
        "bo": {"name": "Bo", "email": other, "roles": ["attendee"], "schedulePriority": "optional"},
    }
    given = {"title": "Talk", "start": "2026-03-02T10:00:00", "duration": "PT1H", "timeZone": "Etc/UTC"}
    record = make(ann, **given, participants=people, replyTo={"imip": f"mailto:{own}"})
    shown = event(ann, record)
    assert (shown["participantId"], shown["replyTo"]) == ("me", {"imip": f"mailto:{own}"})
    assert shown["participants"]["bo"]["schedulePriority"] == "optional"
    assert shown["participants"]["bo"]["scheduleStatus"] == "needs-action"
    assert shown["participants"]["me"]["roles"] == ["owner", "attendee"]
    participant = modern(ann, record)["participants"]["bo"]
    assert participant["calendarAddress"] == f"mailto:{other}"
    back = {**shown["participants"], "bo": {**shown["participants"]["bo"], "name": "Bob"}}
    assert ann.ask("setCalendarEvents", {"update": {record: {"participants": back}}})["updated"].keys() == {record}
    assert modern(ann, record)["participants"]["bo"] == {**participant, "name": "Bob"}


def test_an_update_leaves_what_this_dialect_does_not_know(ann: Old) -> None:
    record = make(ann, **MEETING)
    absolute = {"trigger": {"@type": "AbsoluteTrigger", "when": "2026-03-01T00:00:00Z"}, "action": "display"}
    patch = {"alerts/x": absolute, "keywords": {"cake": True}}
    assert ann.modern("CalendarEvent/set", {"update": {record: patch}})["updated"]
    shown = event(ann, record)
    told = ann.ask("setCalendarEvents", {"update": {record: {**shown, "title": "Coffee"}}})
    assert told["updated"].keys() == {record}, told
    after = modern(ann, record)
    assert after["alerts"].keys() == {"a1", "a2", "x"}
    assert (after["keywords"], after["title"]) == ({"cake": True}, "Coffee")
    ann.ask("setCalendarEvents", {"update": {record: {"alerts": None, "locations": None, "recurrenceOverrides": None}}})
    shown = event(ann, record, "alerts", "locations", "recurrenceOverrides")
    assert {name: value for name, value in shown.items() if name != "id"} == dict.fromkeys(
        ("alerts", "locations", "recurrenceOverrides")
    )


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"title": 5}, "title"),
        ({"start": "soon"}, "start"),
        ({"participants": {"a": 1}}, "participants"),
        ({"participants": {"a": {"email": "a@b.c"}}}, "participants"),
        ({"alerts": {"a": {"relativeTo": "sometime"}}}, "alerts"),
        ({"recurrenceOverrides": {"2026-03-02T15:00:00": {"colour": 1}}}, "recurrenceOverrides"),
        ({"localizations": {"de": {}}}, "localizations"),
        ({"relatedTo": {"first": 5}}, "relatedTo"),
        ({"links": {"a": {"href": 5}}}, "links"),
        ({"calendarId": 5}, "calendarId"),
        ({"calendarId": "K999"}, "calendarId"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_values_of_another_shape_are_named(ann: Old, given: Any, name: str) -> None:
    whole = {"title": "Tea", "start": "2026-03-02T15:00:00", **given}
    refused = ann.ask("setCalendarEvents", {"create": {"k": whole}})["notCreated"]["k"]
    assert (refused["type"], refused["properties"]) == ("invalidProperties", [name])


def test_an_attachment_is_an_uploaded_blob(ann: Old) -> None:
    blob = ann.upload(b"cake", "text/plain")
    links = {"k": {"blobId": blob, "type": "text/plain", "title": "cake.txt", "rel": "enclosure"}}
    shown = event(ann, make(ann, title="Tea", start="2026-03-02T15:00:00", links=links), "links")["links"]["k"]
    assert shown["blobId"] == blob
    assert ann.served.request("GET", shown["href"], user=ann.user.name).body == b"cake"


def test_updates_and_calendars_of_the_same_request(ann: Old) -> None:
    since = ann.ask("getCalendarEvents")["state"]
    replies = ann.replies(
        ("setCalendars", {"create": {"c 1": {"name": "Work"}}}),
        ("setCalendarEvents", {"create": {"e": {"title": "A", "start": "2026-03-02T10:00:00", "calendarId": "#c 1"}}}),
        ("getCalendarEventUpdates", {"sinceState": since, "maxChanges": 5, "fetchRecords": True}),
    )
    calendar = replies[0][1]["created"]["c 1"]["id"]
    assert [name for name, _, _ in replies][2:] == ["calendarEventUpdates", "calendarEvents"]
    assert replies[3][1]["list"][0]["calendarId"] == calendar
    assert ann.ask("setCalendars", {"destroy": [calendar]})["destroyed"] == [calendar]
    assert ann.ask("getCalendarEvents")["list"] == []


def test_the_agenda_is_listed_by_time(ann: Old) -> None:
    tea = make(ann, **MEETING)
    day = make(ann, title="Holiday", start="2026-04-01T00:00:00", isAllDay=True, duration="P1D")
    window = {"after": "2026-03-01T00:00:00Z", "before": "2026-05-01T00:00:00Z"}
    given = {"filter": window, "fetchCalendarEvents": True, "fetchCalendarEventProperties": ["title"]}
    replies = ann.replies(("getCalendarEventList", given))
    told = replies[0][1]
    assert (told["filter"], told["total"], told["calendarEventIds"]) == (window, 2, [tea, day])  # a series once
    assert [each["title"] for each in replies[1][1]["list"]] == ["Tea", "Holiday"]

    def found(filter_: Any) -> Any:
        return ann.ask("getCalendarEventList", {"filter": filter_})["calendarEventIds"]

    calendar = ann.ask("getCalendars")["list"][0]["id"]
    assert found({"summary": "tea"}) == found({"text": "cake"}) == [tea]
    assert found({"inCalendars": [calendar, "K99"], "title": "holiday"}) == [day]
    assert found({"operator": "NOT", "conditions": [{"title": "tea"}]}) == [day]
    assert ann.error("getCalendarEventList", {"filter": {"colour": "red"}})["type"] == "cannotDoFilter"
    assert ann.error("getCalendarEventList", {"filter": {"after": "2026-01-01T00:00:00"}})["type"] == "invalidArguments"
