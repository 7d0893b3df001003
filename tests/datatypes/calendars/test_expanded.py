"""CalendarEvent/query with expandRecurrences (JMAP calendars §5.11)."""

from typing import Any

import pytest

from tests.datatypes.calendars.desk import Desk

DAILY = {"recurrenceRule": {"frequency": "daily"}, "duration": "PT1H", "timeZone": "Etc/UTC", "title": "Stand-up"}
OCTOBER = {"after": "2026-10-01T00:00:00", "before": "2026-11-01T00:00:00"}


def test_every_instance_has_an_id_and_single_events_keep_theirs(ann: Desk) -> None:
    series, single = ann.put(**DAILY), ann.put(start="2026-10-01T12:00:00")
    found = ann.find({"after": "2026-10-01T00:00:00", "before": "2026-10-03T00:00:00"}, expandRecurrences=True)
    assert found == [f"{series}-20261001T090000", single, f"{series}-20261002T090000"]


def test_the_window_is_half_open_and_what_reaches_into_it_counts(ann: Desk) -> None:
    ann.put(**DAILY)
    assert ann.expand("2026-10-05T09:59:59", "2026-10-06T09:00:00") == ["2026-10-05T09:00:00"]
    assert ann.expand("2026-10-05T10:00:00", "2026-10-06T09:00:00") == []
    assert ann.expand("2026-10-05T10:00:00", "2026-10-06T09:00:01") == ["2026-10-06T09:00:00"]
    assert ann.expand("2026-10-06T09:00:00", "2026-10-06T09:00:00") == []


def test_what_lasts_over_weeks_is_found_in_each_of_them_once(ann: Desk) -> None:
    ann.put(start="2026-01-01T00:00:00", duration="P365D", timeZone="Etc/UTC")
    assert ann.expand("2026-10-05T00:00:00", "2026-10-06T00:00:00") == ["2026-01-01T00:00:00"]
    assert ann.expand("2026-03-01T00:00:00", "2026-12-06T00:00:00") == ["2026-01-01T00:00:00"]


def test_what_lasts_no_time_is_found_at_its_moment(ann: Desk) -> None:
    ann.put(start="2026-10-05T00:00:00", timeZone="Etc/UTC")
    assert ann.expand("2026-10-05T00:00:00", "2026-10-06T00:00:00") == ["2026-10-05T00:00:00"]
    assert ann.expand("2026-10-04T00:00:00", "2026-10-05T00:00:00") == []


def test_floating_instances_are_in_the_zone_of_the_client(ann: Desk) -> None:
    ann.put(start="2026-10-05T00:00:00", duration="P1D", showWithoutTime=True)
    ann.put(start="2026-10-05T23:30:00", timeZone="Etc/UTC")
    for zone, found in (
        ("Etc/UTC", ["2026-10-05T00:00:00", "2026-10-05T23:30:00"]),
        ("Asia/Tokyo", ["2026-10-05T00:00:00"]),
        ("America/New_York", ["2026-10-05T00:00:00", "2026-10-05T23:30:00"]),
    ):
        assert ann.expand("2026-10-05T00:00:00", "2026-10-06T00:00:00", timeZone=zone) == found


def test_daylight_saving_moves_instances_in_utc_not_in_their_zone(ann: Desk) -> None:
    ann.put(**{**DAILY, "timeZone": "Europe/Berlin", "start": "2026-10-24T09:00:00"})
    ids = ann.find({"after": "2026-10-24T00:00:00", "before": "2026-10-26T00:00:00"}, expandRecurrences=True)
    got = ann.call("CalendarEvent/get", ids=ids, properties=["start", "utcStart"])["list"]
    assert [(event["start"], event["utcStart"]) for event in got] == [
        ("2026-10-24T09:00:00", "2026-10-24T07:00:00Z"),
        ("2026-10-25T09:00:00", "2026-10-25T08:00:00Z"),
    ]


@pytest.mark.parametrize(
    "filter_",
    [
        None,
        {},
        {"after": "2026-10-01T00:00:00"},
        {"after": "2026-10-01T00:00:00", "before": None},
        {"operator": "AND", "conditions": [OCTOBER]},
    ],
)
def test_a_window_must_be_given_plainly(ann: Desk, filter_: Any) -> None:
    assert ann.error("CalendarEvent/query", filter=filter_, expandRecurrences=True)["type"] == "invalidArguments"


def test_a_window_longer_than_a_year_is_too_large(ann: Desk) -> None:
    filter_ = {"after": "2026-01-01T00:00:00", "before": "2027-01-02T00:00:01"}
    assert ann.error("CalendarEvent/query", filter=filter_, expandRecurrences=True)["type"] == "expandDurationTooLarge"
    filter_["before"] = "2027-01-02T00:00:00"
    assert ann.find(filter_, expandRecurrences=True) == []


def test_all_conditions_match_the_same_instance(ann: Desk) -> None:
    override = {"2026-10-03T09:00:00": {"title": "Retrospective", "locations": {"l": {"name": "Attic"}}}}
    ann.put(**DAILY, recurrenceOverrides=override, description="weekly talk")
    window = ("2026-10-02T00:00:00", "2026-10-05T00:00:00")
    assert ann.expand(*window, title="retrospective") == ["2026-10-03T09:00:00"]
    assert ann.expand(*window, title="stand-up") == ["2026-10-02T09:00:00", "2026-10-04T09:00:00"]
    assert ann.expand(*window, text="attic talk") == ["2026-10-03T09:00:00"]
    assert ann.expand(*window, text="attic stand-up") == []
    assert len(ann.expand(*window, text="talk")) == 3


def test_calendars_uids_and_sorts_apply_to_instances(ann: Desk) -> None:
    work = ann.new_calendar("Work")
    first = ann.put(**DAILY, uid="b", calendarIds={work: True}, created="2021-01-01T00:00:00Z")
    second = ann.put(**DAILY, uid="a", start="2026-10-01T08:00:00", created="2022-01-01T00:00:00Z")
    window = {"after": "2026-10-01T00:00:00", "before": "2026-10-03T00:00:00"}

    def found(more: dict[str, Any], *sort: Any) -> list[str]:
        return ann.find({**window, **more}, expandRecurrences=True, sort=list(sort))

    assert found({"inCalendar": work}) == [f"{first}-20261001T090000", f"{first}-20261002T090000"]
    assert found({"uid": "a"}) == [f"{second}-20261001T080000", f"{second}-20261002T080000"]
    by_uid = found({}, {"property": "uid"}, {"property": "start", "isAscending": False})
    assert [record[-15:] for record in by_uid] == [
        "20261002T080000",
        "20261001T080000",
        "20261002T090000",
        "20261001T090000",
    ]
    latest = found({}, {"property": "recurrenceId", "isAscending": False})
    assert latest[0].endswith("20261002T090000")
    assert found({}, {"property": "created"})[0].startswith(first)


def test_windows_of_the_result_and_its_total(ann: Desk) -> None:
    ann.put(**DAILY)
    page = ann.call(
        "CalendarEvent/query", filter=OCTOBER, expandRecurrences=True, position=10, limit=3, calculateTotal=True
    )
    assert (len(page["ids"]), page["total"], page["position"], page["canCalculateChanges"]) == (3, 31, 10, False)
    anchored = ann.find(OCTOBER, expandRecurrences=True, anchor=page["ids"][2], anchorOffset=-1, limit=1)
    assert anchored == [page["ids"][1]]
    wrong = ann.error("CalendarEvent/queryChanges", filter=OCTOBER, expandRecurrences=True, sinceQueryState="0")
    assert wrong["type"] == "cannotCalculateChanges"


def test_a_far_window_is_as_near_as_the_beginning(ann: Desk) -> None:
    ann.put(**{**DAILY, "start": "1995-01-01T09:00:00"})
    ann.put(**{**DAILY, "start": "1995-01-01T09:00:00", "recurrenceRule": {"frequency": "daily", "count": 2_000_000}})
    assert len(ann.expand("7026-10-01T00:00:00", "7026-10-03T00:00:00")) == 4
    assert ann.expand("9999-12-31T00:00:00", "9999-12-31T23:59:59") == ["9999-12-31T09:00:00"]


def test_changes_are_seen_at_once_in_weeks_that_were_looked_at(ann: Desk) -> None:
    event = ann.put(**DAILY)
    window = ("2026-10-01T00:00:00", "2026-10-04T00:00:00")
    assert len(ann.expand(*window)) == 3
    ann.change(f"{event}-20261002T090000", {"start": "2026-10-02T11:00:00"})
    assert ann.expand(*window) == ["2026-10-01T09:00:00", "2026-10-02T11:00:00", "2026-10-03T09:00:00"]
    other = ann.put(start="2026-10-02T10:00:00", timeZone="Etc/UTC")
    assert ann.expand(*window)[1] == "2026-10-02T10:00:00"
    ann.destroy(other)
    ann.change(event, {"recurrenceRule/until": "2026-10-02T23:00:00"})
    assert ann.expand(*window) == ["2026-10-01T09:00:00", "2026-10-02T11:00:00"]
    answers = ann.harness.responses(
        ann.user,
        ("CalendarEvent/set", {"destroy": [event]}),
        ("CalendarEvent/query", {"filter": OCTOBER, "expandRecurrences": True}),
    )
    assert answers[1][1]["ids"] == []
    assert ann.expand(*window) == []
