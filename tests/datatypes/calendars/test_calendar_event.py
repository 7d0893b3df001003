"""CalendarEvent get, set and copy of whole events (JMAP calendars §5, §5.8 to §5.10)."""

import re
from typing import Any

import pytest

from tests.datatypes.calendars.desk import NOW, Desk

ANN = {"calendarAddress": "mailto:ann@example.com", "roles": {"owner": True, "attendee": True}}
ZOE = {"name": "Zoe", "calendarAddress": "mailto:zoe@example.org", "roles": {"attendee": True}}


def test_an_event_gets_what_every_event_has(ann: Desk) -> None:
    made = ann.create(title="Tea")
    assert re.fullmatch(r"[0-9a-f-]{36}", made["uid"])
    assert made == {
        "id": made["id"],
        "uid": made["uid"],
        "@type": "Event",
        "version": "2.0",
        "created": NOW,
        "updated": NOW,
        "isDraft": False,
        "isOrigin": True,
    }
    seen = {**made, "title": "Tea", "start": "2026-10-01T09:00:00", "calendarIds": {ann.calendar: True}}
    assert ann.event(made["id"]) == seen


def test_what_the_client_says_is_kept_and_null_is_left_out(ann: Desk) -> None:
    given = {
        "@type": "Event",
        "version": "2.0",
        "uid": "u1",
        "created": "2001-01-01T00:00:00Z",
        "isDraft": True,
        "example.com:mood": {"good": True},
        "unheardOf": [1],
    }
    made = ann.create(**given, title=None, alerts=None)
    assert set(made) == {"id", "updated", "isOrigin"}
    assert given.items() <= ann.event(made["id"]).items()
    assert "title" not in ann.event(made["id"])


def test_a_created_time_is_never_after_that_of_the_change(ann: Desk) -> None:
    made = ann.create(created="2030-01-01T00:00:00Z", updated="2030-01-01T00:00:00Z")
    assert (made["created"], made["updated"]) == (NOW, NOW)


def test_get_gives_the_properties_asked_for(ann: Desk) -> None:
    event = ann.put(title="Tea", duration="PT1H", timeZone="Europe/Berlin", iCalendar={"name": "vevent"})
    assert "iCalendar" not in ann.event(event)
    assert ann.event(event, "iCalendar", "title", "color") == {
        "id": event,
        "iCalendar": {"name": "vevent"},
        "title": "Tea",
    }
    assert ann.event(event, "utcStart", "utcEnd", "baseEventId") == {
        "id": event,
        "utcStart": "2026-10-01T07:00:00Z",
        "utcEnd": "2026-10-01T08:00:00Z",
        "baseEventId": None,
    }
    wrong = ann.error("CalendarEvent/get", ids=[event], properties=["utcStart", "recurrenceOverrides"])
    assert wrong["type"] == "invalidArguments"
    assert ann.error("CalendarEvent/get", ids=[event], properties=["mood"])["type"] == "invalidArguments"
    assert ann.call("CalendarEvent/get", ids=["V999", "nothing", event])["notFound"] == ["V999", "nothing"]


def test_a_floating_event_is_where_the_client_says(ann: Desk) -> None:
    event = ann.put(start="2026-07-01T09:00:00")
    assert ann.event(event, "utcStart", timeZone="America/New_York")["utcStart"] == "2026-07-01T13:00:00Z"
    assert ann.error("CalendarEvent/get", ids=[event], timeZone="Nowhere/None")["type"] == "invalidArguments"


@pytest.mark.parametrize(
    ("properties", "wrong"),
    [
        ({"start": "2026-13-01T00:00:00"}, ["start"]),
        ({"start": None}, ["start"]),
        ({"duration": "one hour"}, ["duration"]),
        ({"timeZone": "Mars/Olympus"}, ["timeZone"]),
        ({"participants": {"p": {"roles": {"owner": 1}}}}, ["participants/p/roles/owner"]),
        ({"alerts": {"a": {"trigger": {"offset": "soon"}}}}, ["alerts/a/trigger/offset"]),
        ({"recurrenceRule": {"frequency": "daily", "interval": 0}}, ["recurrenceRule/interval"]),
        ({"recurrenceRules": [{"frequency": "daily"}, {"frequency": "weekly"}]}, ["recurrenceRules"]),
        (
            {"recurrenceOverrides": {"2026-10-01T09:00:00": {"title": 7}}},
            ["recurrenceOverrides/2026-10-01T09:00:00/title"],
        ),
        (
            {"recurrenceOverrides": {"2026-10-01T09:00:00": {"utcStart": "2026-10-01T09:00:00Z"}}},
            ["recurrenceOverrides/2026-10-01T09:00:00/utcStart"],
        ),
        ({"method": "request"}, ["method"]),
        ({"isOrigin": True}, ["isOrigin"]),
        ({"calendarIds": {}}, ["calendarIds"]),
        ({"calendarIds": {"K999": True}}, ["calendarIds/K999"]),
        ({"@type": "Task", "start": "2026-10-01T09:00:00"}, ["@type"]),
        ({"@type": "Group"}, ["entries"]),
        ({"(own)": {}}, ["(own)"]),
        ({"utcStart": "2026-10-01T09:00:00Z", "start": "2026-10-01T09:00:00"}, ["utcStart"]),
        ({"utcEnd": "2026-10-01T09:00:00Z", "duration": "PT1H"}, ["utcEnd"]),
        ({"utcEnd": "2026-09-01T09:00:00Z"}, ["utcEnd"]),
    ],
)
def test_what_no_event_may_have_is_told_by_its_path(ann: Desk, properties: dict[str, Any], wrong: list[str]) -> None:
    refused = ann.create(**properties)
    assert refused["type"] == "invalidProperties", refused
    assert refused["properties"] == wrong
    assert refused["description"]


def test_forms_of_version_1_are_brought_to_2(ann: Desk) -> None:
    made = ann.create(version="1.0", recurrenceRules=[{"frequency": "daily"}], replyTo={"imip": "mailto:a@example.com"})
    event = ann.event(made["id"])
    assert event["recurrenceRule"] == made["recurrenceRule"] == {"frequency": "daily"}
    assert event["organizerCalendarAddress"] == "mailto:a@example.com"
    assert event["isOrigin"] is False
    assert not {"recurrenceRules", "replyTo"} & event.keys()


def test_utc_times_become_times_of_the_zone(ann: Desk) -> None:
    tokyo = ann.new_calendar("Tokyo", timeZone="Asia/Tokyo")
    given = {"start": None, "utcStart": "2026-10-01T00:00:00Z", "utcEnd": "2026-10-01T01:30:00Z"}
    made = ann.create(**given, calendarIds={tokyo: True})
    assert (made["start"], made["duration"], made["timeZone"]) == ("2026-10-01T09:00:00", "PT1H30M", "Asia/Tokyo")
    assert ann.create(**given, calendarIds={tokyo: True, ann.calendar: True})["timeZone"] == "Etc/UTC"
    berlin = ann.create(**given, timeZone="Europe/Berlin")
    assert berlin["start"] == "2026-10-01T02:00:00"
    ann.change(berlin["id"], {"utcStart": "2026-12-01T00:00:00Z"})
    assert ann.event(berlin["id"], "start", "duration") == {
        "id": berlin["id"],
        "start": "2026-12-01T01:00:00",
        "duration": "PT1H30M",
    }


def test_a_change_is_told_by_time_and_sequence(ann: Desk) -> None:
    event = ann.put(title="Tea", color="red")
    ann.harness.now += 60_000
    later = "2026-09-21T14:14:20Z"
    assert ann.change(event, {"title": "Coffee"}) == {"updated": later, "sequence": 1}
    ann.harness.now += 60_000
    quiet = {
        "color": "blue",
        "alerts": {"a": {"trigger": {"offset": "-PT5M"}}},
        f"calendarIds/{ann.new_calendar('B')}": True,
    }
    assert list(ann.change(event, quiet)) == ["updated"]
    assert ann.event(event, "sequence")["sequence"] == 1
    ann.change(event, {"title": "Cocoa", "sequence": 7})
    assert ann.event(event, "sequence")["sequence"] == 7
    assert ann.change(event, {"title": "Milk", "sequence": 3})["sequence"] == 8


def test_an_event_of_somebody_else_keeps_its_time_and_sequence(ann: Desk) -> None:
    given = {"organizerCalendarAddress": "mailto:zoe@example.org", "updated": "2020-01-01T00:00:00Z", "sequence": 4}
    event = ann.put(**given, participants={"a": ANN, "z": ZOE})
    assert ann.event(event)["isOrigin"] is False
    assert ann.change(event, {"participants/a/participationStatus": "accepted"}) is None
    assert given.items() <= ann.event(event).items()


def test_the_first_participants_bring_an_organizer(ann: Desk) -> None:
    made = ann.create(participants={"a": ANN})
    assert made["organizerCalendarAddress"] == "mailto:ann@example.com"
    event = ann.put()
    assert ann.change(event, {"participants": {"z": ZOE}})["organizerCalendarAddress"] == "mailto:ann@example.com"


def test_what_is_no_draft_becomes_none(ann: Desk) -> None:
    draft, event = ann.put(isDraft=True), ann.put()
    assert ann.change(draft, {"isDraft": False}) == {"updated": NOW}
    refused = ann.change(event, {"isDraft": True})
    assert (refused["type"], refused["properties"]) == ("invalidProperties", ["isDraft"])


def test_a_patch_reaches_inside_and_through_an_override(ann: Desk) -> None:
    event = ann.put(
        participants={"a": ANN, "z": ZOE},
        recurrenceRule={"frequency": "weekly"},
        recurrenceOverrides={"2026-10-08T09:00:00": {"title": "x", "participants/a/participationStatus": "declined"}},
    )
    path = "recurrenceOverrides/2026-10-08T09:00:00/participants~1{}~1participationStatus"
    ann.change(event, {path.format("z"): "declined", path.format("a"): None})
    assert ann.event(event)["recurrenceOverrides"] == {
        "2026-10-08T09:00:00": {"title": "x", "participants/z/participationStatus": "declined"}
    }
    assert ann.change(event, {"participants/none/name": "x"})["type"] == "invalidPatch"


def test_an_account_has_one_event_of_a_uid_or_instances_of_it(ann: Desk) -> None:
    event = ann.put(uid="u1")
    refused = ann.create(uid="u1")
    assert (refused["type"], refused["existingId"]) == ("alreadyExists", event)
    assert ann.create(uid="u1", recurrenceId="2026-10-01T09:00:00")["type"] == "alreadyExists"
    first = ann.put(uid="u2", recurrenceId="2026-10-01T09:00:00")
    assert ann.create(uid="u2", recurrenceId="2026-10-01T09:00:00")["existingId"] == first
    second = ann.put(uid="u2", recurrenceId="2026-10-02T09:00:00")
    whole = {"uid": "u2", "start": "2026-10-01T09:00:00", "calendarIds": {ann.calendar: True}}
    replaced = ann.call("CalendarEvent/set", create={"w": whole}, destroy=[first, second])
    assert replaced["created"]
    assert replaced["destroyed"] == [first, second]


def test_an_event_over_a_megabyte_is_too_large(ann: Desk) -> None:
    assert ann.create(description="x" * 1_000_000)["type"] == "tooLarge"
    event = ann.put(description="x" * 990_000)
    assert ann.change(event, {"title": "y" * 20_000})["type"] == "tooLarge"


def test_overrides_are_picked_by_time(ann: Desk) -> None:
    overrides = {f"2026-10-0{day}T00:30:00": {"title": str(day)} for day in (2, 3, 4)}
    event = ann.put(
        start="2026-10-01T00:30:00",
        timeZone="Europe/Berlin",
        recurrenceRule={"frequency": "daily"},
        recurrenceOverrides=overrides,
    )
    picked = ann.event(
        event, recurrenceOverridesAfter="2026-10-02T22:30:00Z", recurrenceOverridesBefore="2026-10-03T22:30:00Z"
    )
    assert list(picked["recurrenceOverrides"]) == ["2026-10-03T00:30:00"]


def test_participants_can_be_reduced_to_owners_and_oneself(ann: Desk) -> None:
    event = ann.put(
        participants={"a": {**ANN, "roles": {"attendee": True}}, "z": ZOE, "o": {**ZOE, "roles": {"owner": True}}},
        recurrenceRule={"frequency": "daily"},
        recurrenceOverrides={
            "2026-10-02T09:00:00": {
                "participants/z/participationStatus": "declined",
                "participants/a/participationStatus": "accepted",
                "participants/new": ZOE,
            }
        },
    )
    seen = ann.event(event, reduceParticipants=True)
    assert set(seen["participants"]) == {"a", "o"}
    assert seen["recurrenceOverrides"] == {"2026-10-02T09:00:00": {"participants/a/participationStatus": "accepted"}}
    assert set(ann.event(event)["participants"]) == {"a", "z", "o"}


def test_messages_that_nobody_can_send_refuse_the_change(ann: Desk) -> None:
    event = {"start": "2026-10-01T09:00:00", "calendarIds": {ann.calendar: True}}
    fax = {**ZOE, "calendarAddress": "tel:+43-1-2345"}
    given = {"alone": {**event, "participants": {"a": ANN}}, "two": {**event, "participants": {"a": ANN, "z": fax}}}
    answer = ann.call("CalendarEvent/set", create=given, sendSchedulingMessages=True)
    assert list(answer["created"]) == ["alone"]
    assert answer["notCreated"]["two"]["type"] == "noSupportedScheduleMethods"
    draft = ann.call("CalendarEvent/set", create={"d": {**given["two"], "isDraft": True}}, sendSchedulingMessages=True)
    assert draft["created"]


def test_changes_tell_of_stored_events_only(ann: Desk) -> None:
    state = ann.call("CalendarEvent/get", ids=[])["state"]
    event = ann.put(recurrenceRule={"frequency": "daily"})
    ann.change(f"{event}-20261003T090000", {"title": "x"})
    changes = ann.call("CalendarEvent/changes", sinceState=state)
    assert (changes["created"], changes["updated"], changes["destroyed"]) == ([event], [], [])


def test_a_copy_needs_calendars_of_its_own_account(ann: Desk, bob: Desk, guest: Desk) -> None:
    event = ann.put(title="Tea", uid="u1", recurrenceRule={"frequency": "daily"})
    copy = {"fromAccountId": ann.account, "accountId": bob.account}
    missing = bob.harness.call(guest.user, "CalendarEvent/copy", {**copy, "create": {"c": {"id": event}}})
    assert missing["notCreated"]["c"]["properties"] == ["calendarIds"]
    create = {
        "c": {"id": event, "calendarIds": {bob.calendar: True}},
        "n": {"id": "V999", "calendarIds": {bob.calendar: True}},
    }
    made = bob.harness.call(guest.user, "CalendarEvent/copy", {**copy, "create": create})
    assert made["notCreated"]["n"]["type"] == "notFound"
    assert bob.event(made["created"]["c"]["id"])["title"] == "Tea"
    again = bob.harness.call(guest.user, "CalendarEvent/copy", {**copy, "create": {"c": create["c"]}})
    assert again["notCreated"]["c"]["type"] == "alreadyExists"


def test_utc_times_that_are_given_hold_while_others_change(ann: Desk) -> None:
    record = ann.put(timeZone="Europe/Berlin", duration="PT2H")  # from 7 to 9 UTC
    ann.change(record, {"utcStart": "2026-10-01T08:00:00Z", "utcEnd": "2026-10-01T09:00:00Z"})
    assert ann.event(record, "start", "duration") == {"id": record, "start": "2026-10-01T10:00:00", "duration": "PT1H"}
    ann.change(record, {"start": "2026-10-01T10:30:00", "utcEnd": "2026-10-01T09:00:00Z"})
    assert ann.event(record, "duration")["duration"] == "PT30M"
    ann.change(record, {"utcStart": "2026-10-01T08:30:00Z", "timeZone": "America/New_York"})
    assert ann.event(record, "start")["start"] == "2026-10-01T04:30:00"


def test_an_object_can_be_given_back_as_it_was_got(ann: Desk) -> None:
    record = ann.put(recurrenceRule={"frequency": "weekly"})
    for given in (record, f"{record}-20261008T090000"):
        assert "type" not in ann.change(given, {**ann.event(given), "title": given})
        assert ann.event(given)["title"] == given
    assert ann.change(record, {"baseEventId": None, "isOrigin": True}) is None
    for wrong in ({"isOrigin": False}, {"baseEventId": record}):
        assert ann.change(record, wrong)["properties"] == list(wrong)
