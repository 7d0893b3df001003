"""Single instances by synthetic ids: seen, changed, taken out (JMAP calendars §5.5, §5.8, §5.9)."""

import pytest

from tests.datatypes.calendars.desk import Desk

WEEKLY = {"recurrenceRule": {"frequency": "weekly"}, "timeZone": "Europe/Berlin", "duration": "PT1H", "title": "Team"}


@pytest.fixture
def weekly(ann: Desk) -> str:
    return ann.put(
        **WEEKLY, recurrenceOverrides={"2026-10-15T09:00:00": {"title": "Big", "start": "2026-10-15T10:00:00"}}
    )


def test_an_instance_is_the_event_at_its_time(ann: Desk, weekly: str) -> None:
    seen = ann.event(f"{weekly}-20261008T090000")
    assert (seen["start"], seen["recurrenceId"], seen["baseEventId"]) == (
        "2026-10-08T09:00:00",
        "2026-10-08T09:00:00",
        weekly,
    )
    assert seen["recurrenceIdTimeZone"] == "Europe/Berlin"
    assert not {"recurrenceRule", "recurrenceOverrides"} & seen.keys()
    asked = ann.event(f"{weekly}-20261015T090000", "title", "start", "recurrenceRule", "recurrenceOverrides")
    assert (asked["title"], asked["start"]) == ("Big", "2026-10-15T10:00:00")
    assert (asked["recurrenceRule"], asked["recurrenceOverrides"]) == (None, None)


@pytest.mark.parametrize("when", ["20261009T090000", "20260924T090000", "20261008T090001", "20269999T090000"])
def test_there_is_no_instance_at_another_time(ann: Desk, weekly: str, when: str) -> None:
    assert not ann.exists(f"{weekly}-{when}")
    assert ann.change(f"{weekly}-{when}", {"title": "x"})["type"] == "notFound"
    assert ann.destroy(f"{weekly}-{when}")["type"] == "notFound"


def test_an_instance_that_a_query_has_found_is_gone_once_the_series_changes(ann: Desk, weekly: str) -> None:
    window = {"after": "2026-10-05T00:00:00", "before": "2026-10-12T00:00:00"}
    (instance,) = ann.find(window, expandRecurrences=True)
    assert ann.exists(instance)
    ann.change(weekly, {"recurrenceRule": {"frequency": "monthly"}})
    assert not ann.exists(instance)


def test_a_change_of_an_instance_is_an_override(ann: Desk, weekly: str) -> None:
    instance = f"{weekly}-20261008T090000"
    ann.change(instance, {"title": "Outing", "duration": "PT3H", "locations": {"l": {"name": "Lake"}}})
    overrides = ann.event(weekly)["recurrenceOverrides"]
    assert overrides["2026-10-08T09:00:00"] == {
        "title": "Outing",
        "duration": "PT3H",
        "locations": {"l": {"name": "Lake"}},
    }
    ann.change(instance, {"title": "Team", "duration": "PT1H", "locations": None})
    assert list(ann.event(weekly)["recurrenceOverrides"]) == ["2026-10-15T09:00:00"]


def test_an_instance_can_be_moved_in_utc(ann: Desk, weekly: str) -> None:
    ann.change(f"{weekly}-20261008T090000", {"utcStart": "2026-10-09T06:00:00Z"})
    assert ann.event(weekly)["recurrenceOverrides"]["2026-10-08T09:00:00"] == {"start": "2026-10-09T08:00:00"}


def test_a_patch_inside_an_instance_stays_small(ann: Desk) -> None:
    people = {key: {"name": key, "calendarAddress": f"mailto:{key}@example.com"} for key in ("x", "y")}
    event = ann.put(**WEEKLY, participants=people)
    ann.change(f"{event}-20261008T090000", {"participants/x/participationStatus": "declined", "participants/y": None})
    assert ann.event(event)["recurrenceOverrides"]["2026-10-08T09:00:00"] == {
        "participants/x/participationStatus": "declined",
        "participants/y": None,
    }
    assert set(ann.event(f"{event}-20261008T090000")["participants"]) == {"x"}


@pytest.mark.parametrize(
    "patch",
    [
        {"calendarIds": {"K1": True}},
        {"uid": "other"},
        {"recurrenceRule": {"frequency": "daily"}},
        {"privacy": "private"},
        {"isDraft": True},
        {"hideAttendees": True},
    ],
)
def test_what_belongs_to_the_series_is_not_changed_for_one(ann: Desk, weekly: str, patch: dict[str, object]) -> None:
    refused = ann.change(f"{weekly}-20261008T090000", patch)
    assert refused["type"] == "invalidProperties"
    assert refused["properties"][0].split("/")[0] in patch


def test_an_instance_taken_out_is_excluded_and_gone(ann: Desk, weekly: str) -> None:
    for when in ("20261008T090000", "20261015T090000"):
        assert ann.destroy(f"{weekly}-{when}") is None
        assert not ann.exists(f"{weekly}-{when}")
    excluded = {"2026-10-08T09:00:00": {"excluded": True}, "2026-10-15T09:00:00": {"excluded": True}}
    assert ann.event(weekly)["recurrenceOverrides"] == excluded
    assert ann.expand("2026-10-01T00:00:00", "2026-10-23T00:00:00") == ["2026-10-01T09:00:00", "2026-10-22T09:00:00"]


def test_an_added_instance_taken_out_leaves_nothing(ann: Desk) -> None:
    event = ann.put(**WEEKLY, recurrenceOverrides={"2026-10-03T12:00:00": {}})
    assert ann.event(f"{event}-20261003T120000")["start"] == "2026-10-03T12:00:00"
    assert ann.destroy(f"{event}-20261003T120000") is None
    assert "recurrenceOverrides" not in ann.event(event)


def test_the_first_instance_can_go_too(ann: Desk, weekly: str) -> None:
    assert ann.destroy(f"{weekly}-20261001T090000") is None
    assert ann.expand("2026-10-01T00:00:00", "2026-10-09T00:00:00") == ["2026-10-08T09:00:00"]
    assert ann.find({"before": "2026-10-08T00:00:00"}) == []


def test_this_and_future_by_splitting(ann: Desk, weekly: str) -> None:
    """§5.7.1: the original ends before the split, the duplicate begins there."""
    new = {
        **WEEKLY,
        "uid": "later",
        "title": "New team",
        "start": "2026-10-22T09:00:00",
        "relatedTo": {"x": {"relation": {"first": True}}},
        "calendarIds": {ann.calendar: True},
    }
    answer = ann.call(
        "CalendarEvent/set",
        create={"new": new},
        update={
            weekly: {
                "recurrenceRule/until": "2026-10-21T23:59:59",
                "relatedTo": {"later": {"relation": {"next": True}}},
            }
        },
    )
    assert answer["created"]
    assert answer["updated"]
    ids = ann.find({"after": "2026-10-01T00:00:00", "before": "2026-11-01T00:00:00"}, expandRecurrences=True)
    titles = [event["title"] for event in ann.call("CalendarEvent/get", ids=ids, properties=["title"])["list"]]
    assert titles == ["Team", "Team", "Big", "New team", "New team"]
