"""CalendarEvent/query of whole events, and queryChanges (JMAP calendars §5.11, §5.12)."""

from typing import Any

import pytest

from tests.datatypes.calendars.desk import Desk

EVENTS: dict[str, dict[str, Any]] = {
    "tea": {
        "uid": "u3",
        "title": "Tea party",
        "description": "with *scones* and jam",
        "start": "2026-10-01T16:00:00",
        "duration": "PT1H",
        "timeZone": "Europe/Berlin",
        "created": "2020-01-01T00:00:00Z",
        "locations": {"l": {"name": "Rose garden"}},
        "participants": {
            "a": {"name": "Ann Quill", "calendarAddress": "mailto:ann@example.com", "roles": {"owner": True}},
            "z": {
                "name": "Zoe",
                "email": "zoe@fjord.example",
                "calendarAddress": "mailto:z@example.org",
                "roles": {"chair": True},
            },
        },
    },
    "gym": {
        "uid": "u1",
        "title": "Gym",
        "start": "2020-01-06T07:00:00",
        "duration": "PT1H",
        "timeZone": "America/New_York",
        "created": "2021-01-01T00:00:00Z",
        "recurrenceRule": {"frequency": "weekly", "until": "2026-06-30T00:00:00"},
        "recurrenceOverrides": {
            "2026-06-22T07:00:00": {"title": "Swimming", "virtualLocations": {"v": {"uri": "xmpp:pool"}}}
        },
        "example.com:coach": "Walrus",
    },
    "day": {
        "uid": "u2",
        "title": "Holiday",
        "start": "2026-10-02T00:00:00",
        "duration": "P1D",
        "showWithoutTime": True,
        "created": "2019-01-01T00:00:00Z",
    },
}


@pytest.fixture
def known(ann: Desk) -> dict[str, str]:
    """The ids of the events by their names here."""
    return {name: ann.put(**event) for name, event in EVENTS.items()}


def _names(known: dict[str, str], ids: list[str]) -> list[str]:
    by_id = {record: name for name, record in known.items()}
    return [by_id[record] for record in ids]


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ({}, ["tea", "gym", "day"]),
        ({"uid": "u1"}, ["gym"]),
        ({"uid": "u"}, []),
        ({"after": "2026-10-01T14:30:00"}, ["tea", "day"]),
        ({"after": "2026-10-01T15:00:00"}, ["day"]),
        ({"before": "2026-10-01T14:00:00"}, ["gym"]),
        ({"before": "2026-10-01T14:00:01"}, ["tea", "gym"]),
        ({"after": "2026-06-29T11:59:59"}, ["tea", "gym", "day"]),
        ({"after": "2026-06-29T12:00:00"}, ["tea", "day"]),
        ({"before": "2020-01-06T12:00:00"}, []),
        ({"text": "party jam"}, ["tea"]),
        ({"text": "'with scones'"}, ["tea"]),
        ({"text": "walrus"}, ["gym"]),
        ({"text": "swimming gym"}, ["gym"]),
        ({"title": "swimming"}, ["gym"]),
        ({"title": "jam"}, []),
        ({"description": "JAM"}, ["tea"]),
        ({"location": "rose"}, ["tea"]),
        ({"owner": "quill"}, ["tea"]),
        ({"attendee": "quill"}, []),
        ({"attendee": "fjord"}, ["tea"]),
        ({"text": "pool"}, ["gym"]),
        ({"operator": "NOT", "conditions": [{"title": "gym"}, {"after": "2026-10-02T00:00:00"}]}, ["tea"]),
        ({"operator": "OR", "conditions": [{"title": "gym"}, {"uid": "u2"}]}, ["gym", "day"]),
    ],
)
def test_a_filter_finds(ann: Desk, known: dict[str, str], filter_: dict[str, Any], found: list[str]) -> None:
    assert _names(known, ann.find(filter_)) == found


def test_floating_events_are_compared_in_the_zone_of_the_client(ann: Desk, known: dict[str, str]) -> None:
    window = {"after": "2026-10-02T00:00:00", "before": "2026-10-02T00:00:01"}
    for zone in ("Asia/Tokyo", "America/Los_Angeles", None):
        assert _names(known, ann.find(window, timeZone=zone)) == ["day"]
    assert _names(known, ann.find({"after": "2026-10-01T23:30:00"}, timeZone="Asia/Tokyo")) == ["tea", "day"]
    assert _names(known, ann.find({"after": "2026-10-01T23:30:00"}, timeZone="Europe/Berlin")) == ["day"]
    assert ann.error("CalendarEvent/query", timeZone="Mars/Olympus")["type"] == "invalidArguments"


def test_a_calendar_holds_its_own(ann: Desk, known: dict[str, str]) -> None:
    work = ann.new_calendar("Work")
    ann.change(known["tea"], {f"calendarIds/{work}": True})
    assert _names(known, ann.find({"inCalendar": work})) == ["tea"]
    assert len(ann.find({"inCalendar": ann.calendar})) == 3


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("start", ["gym", "tea", "day"]),
        ("uid", ["gym", "day", "tea"]),
        ("created", ["day", "tea", "gym"]),
    ],
)
def test_a_sort_orders(ann: Desk, known: dict[str, str], sort: str, order: list[str]) -> None:
    assert _names(known, ann.find(sort=[{"property": sort}])) == order
    assert _names(known, ann.find(sort=[{"property": sort, "isAscending": False}])) == order[::-1]


def test_an_unknown_filter_or_sort_is_refused(ann: Desk) -> None:
    assert ann.error("CalendarEvent/query", filter={"mood": "good"})["type"] == "unsupportedFilter"
    assert ann.error("CalendarEvent/query", filter={"after": "tomorrow"})["type"] == "invalidArguments"
    assert ann.error("CalendarEvent/query", sort=[{"property": "mood"}])["type"] == "unsupportedSort"


def test_changes_of_a_query_are_told(ann: Desk, known: dict[str, str]) -> None:
    filter_ = {"after": "2026-10-01T00:00:00"}
    first = ann.call("CalendarEvent/query", filter=filter_, sort=[{"property": "start"}])
    assert first["canCalculateChanges"] is True
    ann.change(known["day"], {"start": "2026-09-02T00:00:00"})
    new = ann.put(start="2026-11-01T00:00:00")
    changes = ann.call(
        "CalendarEvent/queryChanges", filter=filter_, sort=[{"property": "start"}], sinceQueryState=first["queryState"]
    )
    assert changes["removed"] == [known["day"]]
    assert changes["added"] == [{"id": new, "index": 1}]


def test_last_moments_are_exact_however_the_rule_ends(ann: Desk) -> None:
    for rule, last in (
        ({"frequency": "weekly", "until": "2026-10-14T23:00:00"}, "2026-10-08T10:00:00"),
        ({"frequency": "weekly", "count": 3}, "2026-10-15T10:00:00"),
        ({"frequency": "yearly", "until": "2035-09-30T00:00:00"}, "2034-10-01T10:00:00"),
    ):
        event = ann.put(duration="PT1H", timeZone="Etc/UTC", recurrenceRule=rule)
        assert ann.find({"after": last, "uid": ann.event(event)["uid"]}) == []
        just_before = last.replace("10:00:00", "09:59:59")
        assert ann.find({"after": just_before, "uid": ann.event(event)["uid"]}) == [event]
