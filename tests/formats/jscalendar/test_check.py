"""What is wrong in an entry is named by its path; what is unknown is kept."""

import pytest

from angarium.formats.jscalendar import check
from angarium.formats.json import JSON

PEOPLE: JSON = {"a": {"calendarAddress": "mailto:a@example.com", "roles": {"owner": True}}}


def event(**properties: JSON) -> dict[str, JSON]:
    return {"@type": "Event", "uid": "u", "start": "2026-01-05T09:00:00", **properties}


def task(**properties: JSON) -> dict[str, JSON]:
    return {"@type": "Task", "uid": "u", **properties}


def paths(value: JSON) -> list[str]:
    return [problem.path for problem in check(value)]


@pytest.mark.parametrize(
    ("properties", "path"),
    [
        ({"start": "2026-01-05"}, "start"),
        ({"start": None}, "start"),
        ({"duration": "P1"}, "duration"),
        ({"duration": "-PT1H"}, "duration"),
        ({"duration": "PT1H5S"}, "duration"),
        ({"timeZone": "Mars/Olympus"}, "timeZone"),
        ({"timeZone": "../../etc/passwd"}, "timeZone"),
        ({"endTimeZone": "Asia/Tokyo"}, "endTimeZone"),
        ({"title": 5}, "title"),
        ({"Title": "x"}, "Title"),
        ({"updated": "2026-01-05T09:00:00.5Z"}, "updated"),
        ({"descriptionContentType": "image/png"}, "descriptionContentType"),
        ({"showWithoutTime": "no"}, "showWithoutTime"),
        ({"locations": {"l": {}}}, "locations/l"),
        ({"locations": {"l": {"@type": "Location"}}}, "locations/l"),
        ({"locations": {"bad id": {"name": "x"}}}, "locations/bad id"),
        ({"locations": {"l": {"coordinates": "48,16"}}}, "locations/l/coordinates"),
        ({"locations": {"l": {"name": "x", "links": {"k": {}}}}}, "locations/l/links/k/href"),
        ({"locations": {"l": {"description": "x"}}}, "locations/l/description"),
        ({"mainLocationId": "l"}, "mainLocationId"),
        ({"mainLocationId": "l", "locations": {"l": {"coordinates": "geo:1,2"}}}, "mainLocationId"),
        ({"virtualLocations": {"v": {"name": "x"}}}, "virtualLocations/v/uri"),
        (
            {"virtualLocations": {"v": {"uri": "https://x/", "features": {"Video": True}}}},
            "virtualLocations/v/features/Video",
        ),
        ({"links": {"l": {"href": "no uri"}}}, "links/l/href"),
        ({"links": {"l": {"href": "https://x/", "display": "badge"}}}, "links/l/display"),
        ({"keywords": {"k": False}}, "keywords/k"),
        ({"categories": {"no uri": True}}, "categories/no uri"),
        ({"color": "#abc"}, "color"),
        ({"priority": 10}, "priority"),
        ({"freeBusyStatus": "Busy"}, "freeBusyStatus"),
        ({"privacy": "PRIVATE"}, "privacy"),
        ({"status": 1}, "status"),
        ({"recurrenceRule": {"frequency": "daily", "interval": 0}}, "recurrenceRule/interval"),
        ({"recurrenceRule": {"@type": "Rule", "frequency": "daily"}}, "recurrenceRule"),
        ({"recurrenceRule": {"frequency": "daily", "rscale": "hebrew"}}, "recurrenceRule/rscale"),
        ({"recurrenceRules": [{"frequency": "daily"}] * 2}, "recurrenceRules"),
        ({"excludedRecurrenceRules": [{"frequency": "daily"}]}, "excludedRecurrenceRules"),
        ({"timeZones": {"/x": {}}}, "timeZones"),
        ({"extra": 1}, "extra"),
        ({"recurrenceId": "2026-01-05T09:00:00", "recurrenceRule": {"frequency": "daily"}}, "recurrenceRule"),
        ({"recurrenceIdTimeZone": "Etc/UTC"}, "recurrenceIdTimeZone"),
        ({"participants": {"a": {"name": "A", "roles": {"owner": True}}}}, "participants/a/roles"),
        ({"participants": {"a": {"name": "A", "progress": "completed"}}}, "participants/a/progress"),
        ({"participants": {"a": {"email": "not an address"}}}, "participants/a/email"),
        ({"participants": {"a": {"descriptionContentType": "text/html"}}}, "participants/a/descriptionContentType"),
        ({"alerts": {"a": {}}}, "alerts/a/trigger"),
        ({"alerts": {"a": {"trigger": {"offset": "15 minutes"}}}}, "alerts/a/trigger/offset"),
        ({"alerts": {"a": {"trigger": {"@type": "AbsoluteTrigger"}}}}, "alerts/a/trigger/when"),
        ({"relatedTo": {"u": {"relation": {"child": 1}}}}, "relatedTo/u/relation/child"),
        ({"bad name": 1}, "bad name"),
        ({"iCalendar": {"name": "vevent", "properties": [["x"]]}}, "iCalendar/properties"),
        ({"recurrenceOverrides": {"tomorrow": {}}}, "recurrenceOverrides/tomorrow"),
        ({"recurrenceOverrides": {"2026-01-06T09:00:00": 1}}, "recurrenceOverrides/2026-01-06T09:00:00"),
    ],
)
def test_a_wrong_property_is_named(properties: dict[str, JSON], path: str) -> None:
    assert paths(event(**properties)) == [path]


@pytest.mark.parametrize(
    "properties",
    [
        {"example.com:anything": {"at": [1, "all"]}},
        {"later": {"registered": True}},
        {"status": "example.com:postponed"},
        {"participants": {"a": {"name": "A", "email": "a@example.com"}}},
        {"participants": PEOPLE},
        {"participants": PEOPLE, "organizerCalendarAddress": "mailto:a@example.com"},
        {"alerts": {"a": {"trigger": {"@type": "Whim", "when": "soon"}}}},
        {"alerts": {"a": {"trigger": {"offset": "-PT15M", "relativeTo": "end"}, "action": "email"}}},
        {"links": {"l": {"blobId": "B1", "rel": "enclosure"}}},
        {"timeZone": None, "duration": "P1W2DT3H"},
        {"useDefaultAlerts": True, "mayInviteSelf": True, "hideAttendees": False},
        {"id": "E1", "calendarIds": {"C1": True}, "isDraft": False},
        {
            "iCalendar": {
                "name": "vevent",
                "properties": [["x-foo", {}, "unknown", "bar"]],
                "components": [["x", [], []]],
            }
        },
    ],
)
def test_what_is_unknown_or_allowed_is_kept(properties: dict[str, JSON]) -> None:
    assert paths(event(**properties)) == []


@pytest.mark.parametrize(
    ("patch", "path"),
    [
        ({}, None),
        ({"excluded": True}, None),
        ({"excluded": True, "title": "x"}, "excluded"),
        ({"excluded": False}, "excluded"),
        ({"title": 5}, "title"),
        ({"title": None}, None),
        ({"start": None}, "start"),
        ({"start": "2026-01-06"}, "start"),
        ({"links/a/title": "x"}, None),
        ({"links/a/href": None}, "links~1a~1href"),
        ({"links/a/size": -1}, "links~1a~1size"),
        ({"links/a/href": "https://x/", "links/a": None}, ""),
        ({"links/b/title": "x"}, ""),
        ({"nothing/here": 1}, ""),
        ({"participants/p/participationStatus": "declined"}, None),
        ({"participants/p/participationStatus": "DECLINED"}, "participants~1p~1participationStatus"),
        ({"participants/p/calendarAddress": "nonsense"}, None),
        ({"uid": 5, "privacy": 7, "recurrenceRule": "x"}, None),
        ({"recurrenceRule/byHour/0": 99}, None),
        ({"example.com:x": 1}, None),
        ({"locations": {"l": {}}}, "locations"),
    ],
)
def test_a_patch_must_lead_to_something_valid(patch: JSON, path: str | None) -> None:
    address: JSON = "mailto:p@example.com"
    base = event(
        links={"a": {"href": "https://example.com/"}},
        participants={"p": {"calendarAddress": address}},
        organizerCalendarAddress=address,
        recurrenceRule={"frequency": "daily", "byHour": [9]},
        recurrenceOverrides={"2026-01-06T09:00:00": patch},
    )
    prefix = "recurrenceOverrides/2026-01-06T09:00:00"
    expected = [] if path is None else [f"{prefix}/{path}" if path else prefix]
    assert paths(base) == expected


def test_tasks_have_rules_of_their_own() -> None:
    assert paths(task()) == []
    assert paths(task(timeZone="Etc/UTC")) == ["due"]
    assert paths(task(showWithoutTime=True)) == ["due"]
    assert paths(task(due="2026-01-05T09:00:00", timeZone="Etc/UTC")) == []
    assert paths(task(due="2026-01-05T09:00:00", recurrenceRule={"frequency": "daily"})) == ["recurrenceRule"]
    assert paths(task(percentComplete=101)) == ["percentComplete"]
    person: JSON = {"calendarAddress": "mailto:a@x.example", "progress": "completed"}
    assert paths(task(participants={"a": person}, organizerCalendarAddress="mailto:a@x.example")) == [
        "participants/a/progress"
    ]


def test_a_group_is_checked_with_its_entries() -> None:
    wrong = event(recurrenceOverrides={"2026-01-06T09:00:00": {"title": 5}})
    del wrong["uid"]
    entries: list[JSON] = [wrong, {"@type": "Journal"}, {"title": "x"}]
    assert paths({"@type": "Group", "uid": "g", "entries": entries}) == [
        "entries/0/uid",
        "entries/2/@type",
        "entries/0/recurrenceOverrides/2026-01-06T09:00:00/title",
    ]


@pytest.mark.parametrize("value", [None, [], "Event", {}, {"@type": "event"}, {"@type": ["Event"]}])
def test_what_is_no_entry_is_told_at_its_type(value: JSON) -> None:
    assert paths(value) == ["@type"]


def test_no_more_problems_of_overrides_than_a_person_can_read() -> None:
    overrides: JSON = {f"2026-01-{day:02}T{hour:02}:00:00": {"title": 5} for day in range(1, 29) for hour in range(24)}
    assert len(paths(event(recurrenceOverrides=overrides))) == 100
