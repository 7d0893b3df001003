"""Events that are bombs: rules without rest, crowds of overrides and alerts, the ends of time, zones that are none.

Each is refused by its name, or kept and told that it cannot be calculated; what lies beside it is served as before.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from angarium.datatypes.calendars import budget
from tests.attacks.ground import Ground

MONTH = {"after": "2030-01-01T00:00:00", "before": "2030-02-01T00:00:00"}
WHOLE_WEEK = [{"@type": "NDay", "day": day} for day in ("mo", "tu", "we", "th", "fr", "sa", "su")]
MONTHS = [str(month) for month in range(1, 13)]
EVERY = {"byHour": list(range(24)), "byMinute": list(range(60)), "bySecond": list(range(60))}
ENDLESS = 2**53 - 1


@pytest.fixture
def calendar(land: Ground) -> Iterator[str]:
    before = land.engine.call(land.user, "CalendarEvent/query")["ids"]
    yield str(land.engine.call(land.user, "Calendar/get")["list"][0]["id"])
    made = {*land.engine.call(land.user, "CalendarEvent/query")["ids"]} - {*before}
    land.engine.call(land.user, "CalendarEvent/set", {"destroy": sorted(made)})


def create(land: Ground, calendar: str, **properties: Any) -> Any:
    """The outcome for one event, with a good one beside it that must be made whatever becomes of it."""
    event = {"calendarIds": {calendar: True}, "start": "1995-01-01T00:00:00", **properties}
    beside = {"calendarIds": {calendar: True}, "start": "2030-01-05T09:00:00", "title": "beside"}
    answer = land.engine.call(land.user, "CalendarEvent/set", {"create": {"bad": event, "good": beside}})
    assert "good" in answer["created"]
    land.engine.call(land.user, "CalendarEvent/set", {"destroy": [answer["created"]["good"]["id"]]})
    return (answer["created"] or {}).get("bad") or answer["notCreated"]["bad"]


def expanded(land: Ground, **condition: Any) -> Any:
    """The answer to a query of a month, or its error."""
    asked = {"filter": {**MONTH, **condition}, "expandRecurrences": True}
    return land.engine.responses(land.user, ("CalendarEvent/query", asked))[0][1]


@pytest.mark.parametrize(
    "rule",
    [
        {"frequency": "secondly"},
        {"frequency": "secondly", "count": ENDLESS},
        {"frequency": "minutely", "bySecond": list(range(60))},
        {"frequency": "yearly", "byMonth": MONTHS, "byMonthDay": list(range(1, 32)), **EVERY},
        {"frequency": "daily", "byDay": WHOLE_WEEK, **EVERY},
    ],
    ids=["secondly", "counted", "minutely", "product", "daily"],
)
def test_a_rule_without_rest_is_told_as_such_and_hides_nothing_else(
    land: Ground, calendar: str, rule: dict[str, Any]
) -> None:
    there = expanded(land)["ids"]
    made = create(land, calendar, uid="bomb", recurrenceRule=rule)
    good = {"calendarIds": {calendar: True}, "uid": "good", "start": "2030-01-05T09:00:00"}
    land.engine.call(land.user, "CalendarEvent/set", {"create": {"g": good}})
    error = expanded(land)
    assert error["type"] == "cannotCalculateOccurrences"
    assert len(expanded(land, uid="good")["ids"]) == 1
    instance = f"{made['id']}-20300103T000000"
    got = land.engine.call(land.user, "CalendarEvent/get", {"ids": [instance], "properties": ["start"]})
    assert [event["start"] for event in got["list"]] == ["2030-01-03T00:00:00"]
    assert land.engine.call(land.user, "CalendarEvent/set", {"destroy": [made["id"]]})["destroyed"]
    assert len(expanded(land)["ids"]) == len(there) + 1


@pytest.mark.parametrize(
    "rule",
    [
        {"frequency": "yearly", "byMonth": ["2"], "byMonthDay": [30]},
        {"frequency": "secondly", "byMonth": ["2"], "byMonthDay": [30]},
        {"frequency": "secondly", "interval": ENDLESS},
        {"frequency": "yearly", "byMonth": MONTHS, "byDay": WHOLE_WEEK, **EVERY, "bySetPosition": list(range(-366, 0))},
    ],
    ids=["never", "never by seconds", "once", "the last of the year"],
)
def test_a_rule_that_hardly_ever_happens_costs_little(land: Ground, calendar: str, rule: dict[str, Any]) -> None:
    assert "id" in create(land, calendar, uid="never", recurrenceRule=rule)
    assert expanded(land, uid="never")["ids"] == []


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        ({"frequency": "daily", "interval": 0}, "recurrenceRule/interval"),
        ({"frequency": "daily", "count": -1}, "recurrenceRule/count"),
        ({"frequency": "daily", "rscale": "chinese"}, "recurrenceRule/rscale"),
        ({"frequency": "fortnightly"}, "recurrenceRule/frequency"),
        ({"frequency": "yearly", "byYearDay": [367]}, "recurrenceRule/byYearDay/0"),
    ],
)
def test_what_is_no_rule_is_told_by_its_path(land: Ground, calendar: str, rule: dict[str, Any], wrong: str) -> None:
    error = create(land, calendar, recurrenceRule=rule)
    assert (error["type"], error["properties"]) == ("invalidProperties", [wrong])


def test_many_bombs_together_stop_at_the_limit_of_one_call(land: Ground, calendar: str) -> None:
    bombs = {
        str(number): {
            "calendarIds": {calendar: True},
            "start": "1995-01-01T00:00:00",
            "recurrenceRule": {"frequency": "secondly"},
        }
        for number in range(20)
    }
    made = land.engine.call(land.user, "CalendarEvent/set", {"create": bombs})["created"]
    assert expanded(land)["type"] == "cannotCalculateOccurrences"
    assert budget.OF_CALL < 20 * budget.OF_EVENT
    ids = [f"{event['id']}-2030010{day}T000000" for event in made.values() for day in range(1, 10)]
    assert len(land.engine.call(land.user, "CalendarEvent/get", {"ids": ids, "properties": []})["list"]) == len(ids)


def test_a_crowd_of_overrides_is_too_large_or_served(land: Ground, calendar: str) -> None:
    crowd: dict[str, Any] = {f"2030-01-01T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}": {} for n in range(80_000)}
    assert create(land, calendar, recurrenceOverrides=crowd)["type"] == "tooLarge"
    fitting = dict(list(crowd.items())[:30_000])
    made = create(land, calendar, uid="crowd", recurrenceOverrides=fitting)
    assert expanded(land, uid="crowd")["type"] == "cannotCalculateOccurrences"
    instance = f"{made['id']}-20300101T000001"
    assert land.engine.call(land.user, "CalendarEvent/set", {"destroy": [instance]})["destroyed"] == [instance]
    missing = f"{made['id']}-20310101T000001"
    assert land.engine.call(land.user, "CalendarEvent/get", {"ids": [instance, missing]})["list"] == []


def test_faults_of_thousands_of_overrides_are_told_in_a_short_text(land: Ground, calendar: str) -> None:
    crowd = {f"2030-01-01T00:{n // 60:02}:{n % 60:02}": {"duration": 1} for n in range(3_600)}
    error = create(land, calendar, recurrenceOverrides=crowd)
    assert error["type"] == "invalidProperties"
    assert len(error["description"]) < 2_000


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", None])
@pytest.mark.parametrize(
    ("start", "duration"),
    [("9999-12-31T23:59:59", "P400000D"), ("0001-01-01T00:00:00", "P999999999W"), ("9999-12-31T23:59:59", "PT1H")],
)
def test_the_ends_of_time_are_dates_as_others(
    land: Ground, calendar: str, start: str, duration: str, zone: str | None
) -> None:
    made = create(land, calendar, start=start, duration=duration, timeZone=zone, recurrenceRule={"frequency": "yearly"})
    got = land.engine.call(land.user, "CalendarEvent/get", {"ids": [made["id"]], "properties": ["utcStart", "utcEnd"]})[
        "list"
    ]
    assert got[0]["utcStart"][:4] in ("0001", "9999")
    for after, before in (
        ("9999-12-01T00:00:00", "9999-12-31T23:59:59"),
        ("0001-01-01T00:00:00", "0001-02-01T00:00:00"),
    ):
        for at in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
            asked = {"filter": {"after": after, "before": before}, "expandRecurrences": True, "timeZone": at}
            answer = land.engine.responses(land.user, ("CalendarEvent/query", asked))[0][1]
            assert "ids" in answer, answer


@pytest.mark.parametrize("start", ["0000-01-01T00:00:00", "10000-01-01T00:00:00", "2026-02-30T00:00:00", "9" * 10_000])
def test_what_is_no_time_is_told(land: Ground, calendar: str, start: str) -> None:
    error = create(land, calendar, start=start)
    assert (error["type"], error["properties"]) == ("invalidProperties", ["start"])


@pytest.mark.parametrize(
    "zone",
    ["Mars/Base", "../etc/passwd", "/etc/localtime", "Europe/Berlin\0", "Etc/../Europe/Berlin", "A" * 5000, "/own"],
)
def test_what_is_no_zone_is_told_and_no_file_is_read(land: Ground, calendar: str, zone: str) -> None:
    error = create(land, calendar, timeZone=zone)
    assert (error["type"], error["properties"]) == ("invalidProperties", ["timeZone"])


def test_zones_of_an_event_itself_are_refused_so_that_none_can_go_round(land: Ground, calendar: str) -> None:
    loop = {name: {"@type": "TimeZone", "tzId": other} for name, other in (("/a", "/b"), ("/b", "/a"))}
    error = create(land, calendar, timeZone="/a", timeZones=loop)
    assert error["type"] == "invalidProperties"
    assert set(error["properties"]) == {"timeZone", "timeZones"}


def test_ids_of_instances_are_taken_for_what_they_are(land: Ground, calendar: str) -> None:
    made = create(land, calendar, uid="plain")["id"]
    strange = [f"{made}-99999999T999999", f"{made}-20300101T000000-20300101T000000", f"{made}-", "-20300101T000000"]
    got = land.engine.call(land.user, "CalendarEvent/get", {"ids": [*strange, f"{made}-19950101T000000"]})
    assert got["list"] == []
    answer = land.engine.call(land.user, "CalendarEvent/set", {"destroy": strange[:2]})
    assert {error["type"] for error in answer["notDestroyed"].values()} == {"notFound"}
