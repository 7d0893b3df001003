"""What a guest sees, finds and changes of the events of another (JMAP calendars §5.4, §5.8, §5.9)."""

from typing import Any

import pytest

from angarium.datatypes.calendars.ingest import new_event, store
from tests.datatypes.calendars.desk import NOW, Desk

SERIES: dict[str, Any] = {
    "title": "Doctor",
    "description": "knee",
    "duration": "PT1H",
    "timeZone": "Etc/UTC",
    "recurrenceRule": {"frequency": "daily"},
    "recurrenceOverrides": {"2026-10-02T09:00:00": {"title": "Surgeon", "start": "2026-10-02T10:00:00"}},
    "participants": {
        "a": {"name": "Ann", "calendarAddress": "mailto:ann@example.com", "roles": {"owner": True}},
        "z": {"name": "Zoe", "calendarAddress": "mailto:zoe@example.org", "roles": {"attendee": True}},
        "b": {"name": "Bob", "calendarAddress": "mailto:bob@example.com", "roles": {"attendee": True}},
    },
}


def test_a_guest_begins_with_the_defaults_of_what_each_user_has_apart(ann: Desk, guest: Desk) -> None:
    event = ann.put(**SERIES, color="red", keywords={"x": True}, freeBusyStatus="free", useDefaultAlerts=True)
    assert not {"color", "keywords", "freeBusyStatus", "useDefaultAlerts"} & guest.event(event).keys()
    guest.change(event, {"color": "blue", "freeBusyStatus": "free"})
    guest.change(f"{event}-20261005T090000", {"color": "navy"})
    assert guest.event(event, "color")["color"] == "blue"
    assert guest.event(f"{event}-20261005T090000", "color")["color"] == "navy"
    assert ann.event(event, "color")["color"] == "red"
    assert ann.event(event)["recurrenceOverrides"] == SERIES["recurrenceOverrides"]


def test_a_guest_who_changes_his_own_moves_the_time_for_himself_alone(ann: Desk, guest: Desk) -> None:
    event = ann.put(**SERIES)
    ann.harness.now += 60_000
    guest.change(event, {"color": "blue"})
    assert guest.event(event)["updated"] == "2026-09-21T14:14:20Z"
    assert ann.event(event)["updated"] == "2026-09-21T14:13:20Z"
    assert "sequence" not in ann.event(event)
    guest.change(event, {"title": "Dentist"})
    assert (ann.event(event)["title"], ann.event(event)["sequence"]) == ("Dentist", 1)


def test_of_a_private_event_a_guest_sees_the_times_only(ann: Desk, guest: Desk) -> None:
    event = ann.put(**SERIES, privacy="private", example="x")
    seen = guest.event(event)
    assert set(seen) == {
        *("id", "@type", "version", "uid", "created", "updated", "start", "duration", "timeZone", "privacy"),
        *("recurrenceRule", "recurrenceOverrides", "calendarIds", "isDraft", "isOrigin"),
    }
    assert seen["recurrenceOverrides"] == {"2026-10-02T09:00:00": {"start": "2026-10-02T10:00:00"}}
    instance = guest.event(f"{event}-20261002T090000", "title", "start", "utcStart")
    assert instance == {"id": instance["id"], "start": "2026-10-02T10:00:00", "utcStart": "2026-10-02T10:00:00Z"}
    assert guest.change(event, {"color": "red"})["type"] == "forbidden"
    assert guest.change(f"{event}-20261003T090000", {"title": "x"})["type"] == "forbidden"
    assert guest.destroy(event)["type"] == "forbidden"
    for name in ("title", "text", "attendee", "description"):
        assert guest.find({name: "doctor"}) == guest.find({name: "zoe"}) == guest.find({name: "knee"}) == []
    assert guest.find({"uid": seen["uid"]}) == [event]
    assert (
        guest.find(
            {"after": "2026-10-01T00:00:00", "before": "2026-10-02T00:00:00", "text": "knee"}, expandRecurrences=True
        )
        == []
    )


def test_a_privacy_that_nobody_knows_counts_as_private(ann: Desk, guest: Desk) -> None:
    event = ann.put(**SERIES, privacy="example.com:hush")
    assert "title" not in guest.event(event)


def test_a_secret_event_is_not_there_for_a_guest(ann: Desk, guest: Desk) -> None:
    state = guest.call("CalendarEvent/get", ids=[])["state"]
    event = ann.put(**SERIES, privacy="secret")
    window = {"after": "2026-10-01T00:00:00", "before": "2026-10-05T00:00:00"}
    assert not guest.exists(event)
    assert not guest.exists(f"{event}-20261002T090000")
    assert guest.find() == guest.find(window) == guest.find(window, expandRecurrences=True) == []
    assert guest.call("CalendarEvent/get", ids=None)["list"] == []
    for outcome in (
        guest.change(event, {"color": "red"}),
        guest.destroy(event),
        guest.destroy(f"{event}-20261002T090000"),
    ):
        assert outcome["type"] == "notFound"
    changes = guest.call("CalendarEvent/changes", sinceState=state)
    assert (changes["created"], changes["updated"], changes["destroyed"]) == ([], [], [])
    assert len(ann.find(window, expandRecurrences=True)) == 4


def test_what_was_secret_all_along_makes_no_news_for_a_guest(ann: Desk, guest: Desk) -> None:
    born, turned, lost = ann.put(**SERIES, privacy="secret"), ann.put(**SERIES), ann.put(**SERIES)
    ann.change(turned, {"privacy": "secret"})
    ann.change(lost, {"privacy": "secret"})
    state, query = (
        guest.call(f"CalendarEvent/{name}")[key] for name, key in (("get", "state"), ("query", "queryState"))
    )
    for event in (born, turned):
        ann.change(event, {"title": "x"})
    assert ann.destroy(born) is ann.destroy(lost) is None
    changes = guest.call("CalendarEvent/changes", sinceState=state)
    assert (changes["created"], changes["updated"], changes["destroyed"]) == ([], [], [])
    assert guest.call("CalendarEvent/queryChanges", sinceQueryState=query)["removed"] == []
    told = ann.call("CalendarEvent/changes", sinceState=state)
    assert (told["updated"], set(told["destroyed"])) == ([turned], {born, lost})


def test_a_guest_hears_that_a_known_event_went_however_it_went(ann: Desk, guest: Desk) -> None:
    events = [ann.put(**SERIES) for _ in range(3)]
    state, query = (
        guest.call(f"CalendarEvent/{name}")[key] for name, key in (("get", "state"), ("query", "queryState"))
    )
    ann.change(events[0], {"privacy": "secret"})
    ann.change(events[0], {"title": "x"})
    ann.change(events[1], {"privacy": "secret"})
    assert ann.destroy(events[1]) is ann.destroy(events[2]) is None
    assert set(guest.call("CalendarEvent/changes", sinceState=state)["destroyed"]) == set(events)
    assert set(guest.call("CalendarEvent/queryChanges", sinceQueryState=query)["removed"]) == set(events)


def test_an_event_that_is_secret_no_more_is_there_for_a_guest_and_goes_like_any_other(ann: Desk, guest: Desk) -> None:
    event = ann.put(**SERIES, privacy="secret")
    ann.change(event, {"privacy": "public"})
    state = guest.call("CalendarEvent/get", ids=[])["state"]
    assert guest.exists(event)
    ann.destroy(event)
    assert guest.call("CalendarEvent/changes", sinceState=state)["destroyed"] == [event]


def test_secret_events_that_are_imported_or_go_with_their_calendar_make_no_news_for_a_guest(
    ann: Desk, guest: Desk
) -> None:
    calendar = ann.new_calendar("Own")
    event = {"title": "x", "start": "2026-10-01T09:00:00", "privacy": "secret", "uid": "u"}
    arrival = new_event(event, [calendar], NOW, {})
    key = ann.user.accounts[ann.account].key
    assert ann.harness.store.write(lambda view: store(view, key, [arrival])).result() == ["taken"]
    ann.put(**SERIES, privacy="secret", calendarIds={calendar: True})
    state = guest.call("CalendarEvent/get", ids=[])["state"]
    ann.call("Calendar/set", destroy=[calendar], onDestroyRemoveEvents=True)
    assert guest.call("CalendarEvent/changes", sinceState=state)["destroyed"] == []
    assert len(ann.call("CalendarEvent/changes", sinceState=state)["destroyed"]) == 2


def test_an_event_that_becomes_secret_goes_for_a_guest(ann: Desk, guest: Desk) -> None:
    event = ann.put(**SERIES)
    window = {"after": "2026-10-01T00:00:00", "before": "2026-10-05T00:00:00"}
    assert len(guest.find(window, expandRecurrences=True)) == 4
    state = guest.call("CalendarEvent/get", ids=[])["state"]
    ann.change(event, {"privacy": "secret"})
    assert guest.call("CalendarEvent/changes", sinceState=state)["destroyed"] == [event]
    assert ann.call("CalendarEvent/changes", sinceState=state)["updated"] == [event]
    assert guest.find(window, expandRecurrences=True) == []


@pytest.mark.parametrize("privacy", ["private", "secret"])
def test_a_guest_makes_nothing_private(ann: Desk, guest: Desk, privacy: str) -> None:
    refused = guest.create(privacy=privacy)
    assert (refused["type"], refused["properties"]) == ("invalidProperties", ["privacy"])
    event = ann.put(**SERIES)
    assert guest.change(event, {"privacy": privacy})["properties"] == ["privacy"]


def test_hidden_attendees_are_seen_by_owners_and_themselves(ann: Desk, guest: Desk) -> None:
    event = ann.put(**SERIES, hideAttendees=True)
    assert set(ann.event(event)["participants"]) == {"a", "z", "b"}
    assert set(guest.event(event)["participants"]) == {"a", "b"}
    assert set(guest.event(f"{event}-20261005T090000", "participants")["participants"]) == {"a", "b"}
    assert guest.find({"attendee": "zoe"}) == guest.find({"text": "zoe"}) == []
    assert guest.find({"owner": "ann"}) == guest.find({"text": "doctor"}) == ann.find({"attendee": "zoe"}) == [event]
    guest.change(event, {"participants/b/participationStatus": "accepted"})
    assert set(ann.event(event)["participants"]) == {"a", "z", "b"}


def test_a_guest_may_not_take_the_details_of_a_private_event_home(ann: Desk, bob: Desk, guest: Desk) -> None:
    events = {name: ann.put(**SERIES, privacy=name) for name in ("private", "secret")}
    create = {name: {"id": event, "calendarIds": {bob.calendar: True}} for name, event in events.items()}
    arguments = {"fromAccountId": ann.account, "accountId": bob.account, "create": create}
    refused = bob.harness.call(guest.user, "CalendarEvent/copy", arguments)["notCreated"]
    assert {name: error["type"] for name, error in refused.items()} == {"private": "forbidden", "secret": "notFound"}


def test_who_does_not_see_attendees_takes_none_out(ann: Desk, guest: Desk) -> None:
    event = ann.put(**SERIES, hideAttendees=True)
    ann.change(event, {"recurrenceOverrides/2026-10-04T09:00:00": {"participants/z/participationStatus": "declined"}})
    before = ann.event(event)
    guest.change(event, {**guest.event(event), "title": "Dentist"})
    instance = f"{event}-20261002T090000"
    given = guest.event(instance)
    given["participants"]["b"]["name"] = "Bobby"
    guest.change(instance, given)
    after = ann.event(event)
    assert after["participants"] == before["participants"]
    changed = {"title": "Surgeon", "start": "2026-10-02T10:00:00", "participants/b/name": "Bobby"}
    assert after["recurrenceOverrides"] == {**before["recurrenceOverrides"], "2026-10-02T09:00:00": changed}
    guest.change(event, {"participants/b": None, "recurrenceOverrides": None})
    left = ann.event(event)
    assert left["participants"].keys() == {"a", "z"}
    assert left["recurrenceOverrides"] == {"2026-10-04T09:00:00": {"participants/z/participationStatus": "declined"}}
    assert guest.change(event, {"participants/z/name": "Nobody"})["type"] == "invalidPatch"
