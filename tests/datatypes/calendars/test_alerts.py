"""When alerts go off: offsets and times, instances, defaults, acknowledged and snoozed ones (JMAP calendars §6)."""

from typing import Any

import pytest

from angarium.datatypes.calendars.alerts import FARTHEST, Alerts, effective
from angarium.formats.localtime import DAY, format_utc
from angarium.formats.localtime import parse_utc as utc
from angarium.formats.recurrence import TooMuchWork

SHOWN = {"isSubscribed": True}


def at(moment: str) -> int:
    found = utc(moment)
    assert found is not None
    return found


def before_start(offset: str, **more: Any) -> dict[str, Any]:
    return {"trigger": {"@type": "OffsetTrigger", "offset": offset}, "action": "display", **more}


def at_time(when: str, **more: Any) -> dict[str, Any]:
    return {"trigger": {"@type": "AbsoluteTrigger", "when": when}, "action": "display", **more}


def event(**more: Any) -> dict[str, Any]:
    return {"start": "2026-10-01T09:00:00", "timeZone": "Europe/Berlin", "duration": "PT1H", **more}


def going_off(given: dict[str, Any], after: str, before: str, *calendars: dict[str, Any]) -> list[tuple[str, str]]:
    found = Alerts(given, calendars or [SHOWN], False).between(at(after), at(before))
    return [(due.alert, format_utc(due.at)) for due in found]


def next_of(given: dict[str, Any], after: str) -> str | None:
    found = Alerts(given, [SHOWN], False).next(at(after))
    return None if found is None else format_utc(found)


YEAR = ("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z")


def test_an_alert_goes_off_so_long_before_the_start_or_after_the_end() -> None:
    end = {"@type": "OffsetTrigger", "offset": "PT5M", "relativeTo": "end"}
    given = event(alerts={"a": before_start("-PT15M"), "b": {"trigger": end}})
    assert going_off(given, *YEAR) == [("a", "2026-10-01T06:45:00Z"), ("b", "2026-10-01T08:05:00Z")]


def test_days_of_an_offset_follow_the_calendar() -> None:
    given = event(start="2026-10-26T09:00:00", alerts={"a": before_start("-P2D")})
    assert going_off(given, *YEAR) == [("a", "2026-10-24T07:00:00Z")]


def test_times_count_after_the_first_and_until_the_last() -> None:
    given = event(alerts={"a": before_start("PT0S")})
    assert going_off(given, "2026-10-01T07:00:00Z", "2026-10-01T08:00:00Z") == []
    assert going_off(given, "2026-10-01T06:59:59Z", "2026-10-01T07:00:00Z") == [("a", "2026-10-01T07:00:00Z")]


def test_every_instance_of_a_series_has_its_alert() -> None:
    moved = {"2026-10-08T09:00:00": {"start": "2026-10-08T12:00:00"}, "2026-10-15T09:00:00": {"excluded": True}}
    given = event(
        recurrenceRule={"frequency": "weekly", "count": 4},
        recurrenceOverrides=moved,
        alerts={"a": before_start("-PT1H")},
    )
    assert [when for _, when in going_off(given, *YEAR)] == [
        "2026-10-01T06:00:00Z",
        "2026-10-08T09:00:00Z",
        "2026-10-22T06:00:00Z",
    ]
    assert next_of(given, "2026-10-08T09:00:00Z") == "2026-10-22T06:00:00Z"
    assert next_of(given, "2026-10-22T06:00:00Z") is None


def test_an_instance_may_have_alerts_of_its_own() -> None:
    given = event(
        recurrenceRule={"frequency": "daily", "count": 3},
        recurrenceOverrides={"2026-10-02T09:00:00": {"alerts/a/trigger/offset": "-P3D"}},
        alerts={"a": before_start("-PT1H")},
    )
    dues = Alerts(given, [SHOWN], False).between(at(YEAR[0]), at(YEAR[1]))
    assert [(due.recurrence_id, format_utc(due.at)) for due in dues] == [
        ("2026-10-02T09:00:00", "2026-09-29T07:00:00Z"),
        ("2026-10-01T09:00:00", "2026-10-01T06:00:00Z"),
        ("2026-10-03T09:00:00", "2026-10-03T06:00:00Z"),
    ]


def test_an_acknowledged_alert_is_silent_until_then() -> None:
    alert = before_start("-PT1H", acknowledged="2026-10-02T06:00:00Z")
    given = event(recurrenceRule={"frequency": "daily", "count": 3}, alerts={"a": alert})
    assert going_off(given, *YEAR) == [("a", "2026-10-03T06:00:00Z")]


def test_defaults_of_the_calendars_stand_in_for_alerts() -> None:
    with_time = {**SHOWN, "defaultAlertsWithTime": {"d": before_start("-PT10M")}}
    without = {**SHOWN, "defaultAlertsWithoutTime": {"w": before_start("PT8H")}}
    given = event(useDefaultAlerts=True, alerts={"own": before_start("-PT1H")})
    assert going_off(given, *YEAR, with_time, without) == [("d", "2026-10-01T06:50:00Z")]
    whole = {**given, "showWithoutTime": True, "start": "2026-10-01T00:00:00"}
    assert going_off(whole, *YEAR, with_time, without) == [("w", "2026-10-01T06:00:00Z")]


def test_a_default_is_acknowledged_and_snoozed_in_the_event() -> None:
    calendar = {**SHOWN, "defaultAlertsWithTime": {"d": before_start("-PT10M")}}
    again = at_time("2026-10-01T07:20:00Z", relatedTo={"d": {"relation": {"snooze": True}}})
    given = event(
        useDefaultAlerts=True, alerts={"d": {"acknowledged": "2026-10-01T06:51:00Z"}, "s": again, "x": at_time(YEAR[1])}
    )
    assert going_off(given, *YEAR, calendar) == [("s", "2026-10-01T07:20:00Z")]


def test_nothing_goes_off_for_one_who_is_not_subscribed() -> None:
    given = event(alerts={"a": before_start("-PT1H")})
    assert going_off(given, *YEAR, {"isSubscribed": False}) == []
    assert effective(given, [{}], True) == given["alerts"]
    assert effective(given, [{}], False) == {}
    assert going_off(given, *YEAR, {"isSubscribed": False}, SHOWN) != []


def test_a_snoozed_alert_of_a_series_is_told_for_the_instance_that_is_next() -> None:
    given = event(recurrenceRule={"frequency": "daily"}, alerts={"s": at_time("2026-10-05T06:30:00Z")})
    (due,) = Alerts(given, [SHOWN], False).between(at(YEAR[0]), at(YEAR[1]))
    assert due.recurrence_id == "2026-10-05T09:00:00"


def test_floating_events_are_where_the_calendar_says() -> None:
    given = event(timeZone=None, alerts={"a": before_start("PT0S")})
    assert going_off(given, *YEAR, {**SHOWN, "timeZone": "Asia/Tokyo"}) == [("a", "2026-10-01T00:00:00Z")]
    assert going_off(given, *YEAR) == [("a", "2026-10-01T09:00:00Z")]


def test_what_lies_very_far_is_looked_for_again_later() -> None:
    given = event(start="2090-10-01T09:00:00", alerts={"a": before_start("-PT1H")})
    later = Alerts(given, [SHOWN], False).next(at(YEAR[0]))
    assert later == at(YEAR[0]) + FARTHEST
    assert next_of(given, "2089-10-01T06:59:59Z") == "2090-10-01T06:00:00Z"


@pytest.mark.parametrize(
    "trigger", [{}, {"@type": "Other"}, {"offset": "soon"}, {"when": "yesterday"}, None, {"offset": "P"}]
)
def test_a_trigger_that_nobody_knows_never_goes_off(trigger: Any) -> None:
    given = event(alerts={"a": {"trigger": trigger}})
    assert going_off(given, *YEAR) == []
    assert next_of(given, YEAR[0]) is None


def test_a_rule_that_never_rests_has_no_alerts() -> None:
    given = event(recurrenceRule={"frequency": "secondly"}, alerts={"a": before_start("-PT1H")})
    assert next_of(given, "2030-01-01T00:00:00Z") is None
    with pytest.raises(TooMuchWork):
        Alerts(given, [SHOWN], False).between(at("2030-01-01T00:00:00Z"), at("2030-01-01T00:00:00Z") + 40 * DAY)


def test_of_thousands_of_alerts_some_count() -> None:
    alerts = {str(minutes): before_start(f"-PT{minutes}M") for minutes in range(5000)}
    given = event(recurrenceRule={"frequency": "hourly"}, alerts=alerts)
    assert next_of(given, "2030-01-01T00:00:30Z") == "2030-01-01T00:11:00Z"


def test_an_offset_of_centuries_does_no_harm() -> None:
    given = event(
        recurrenceRule={"frequency": "yearly"}, alerts={"a": before_start("-P999999999D"), "b": before_start("P9W")}
    )
    assert next_of(given, YEAR[0]) is not None
    last = event(start="9999-12-31T23:59:59", alerts={"a": before_start("PT999999999999S")})
    Alerts(last, [SHOWN], False).next(at("9999-01-01T00:00:00Z"))
