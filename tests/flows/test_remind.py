"""Alerts of events: taken in when events change, let go off when they are due, told once (JMAP calendars §6)."""

from typing import Any

import pytest
from tests.datatypes.calendars.desk import NOW, Desk
from tests.harness import DOMAINS, Harness

from angarium.datatypes.calendars import reminders
from angarium.datatypes.submission import queue
from angarium.flows import remind
from angarium.formats.localtime import EPOCH
from angarium.formats.primitives import parse_utc
from angarium.store.contract import AccountKey


@pytest.fixture
def ann(harness: Harness) -> Desk:
    return Desk(harness, harness.user("ann"))


@pytest.fixture
def bob(harness: Harness) -> Desk:
    return Desk(harness, harness.user("bob"))


def alert(offset: str = "-PT15M", action: str = "display") -> dict[str, Any]:
    return {"a": {"trigger": {"@type": "OffsetTrigger", "offset": offset}, "action": action}}


def millis(moment: str) -> int:
    found = parse_utc(moment)
    assert found is not None
    return found


def key(desk: Desk) -> AccountKey:
    return desk.user.accounts[desk.account].key


def take_in(desk: Desk, now: str = NOW) -> int:
    """Take in what changed; how many looks that took."""
    store, account = desk.harness.store, key(desk)
    for turn in range(100):
        known = store.read(lambda snapshot: reminders.mark(snapshot.records, account))
        looked = store.read(lambda snapshot, since=known: remind.look(snapshot, account, since))  # type: ignore[misc]
        if looked is None:
            return turn
        ids = looked.events
        found = store.read(
            lambda snapshot, ids=ids: remind.work_out(snapshot, account, ids, millis(now))  # type: ignore[misc]
        )
        store.write(
            lambda view, found=found, mark=looked.mark: remind.take_in(view, account, found, mark)  # type: ignore[misc]
        ).result()
    raise AssertionError("it never ends")


def go_off(desk: Desk, now: str) -> int | None:
    account = key(desk)
    return desk.harness.store.write(
        lambda view: remind.go_off(view, account, DOMAINS, lambda: "token", millis(now))
    ).result()


def due(desk: Desk) -> int | None:
    return desk.harness.store.read(lambda snapshot: reminders.next_due(snapshot.records, key(desk)))


def told(desk: Desk, since: int = 0) -> list[tuple[str, str | None]]:
    """The event and the instance of each alert that a user is told of."""
    alerts, _ = desk.harness.store.read(lambda snapshot: reminders.fired(snapshot, desk.user, since))
    assert all(alert["@type"] == "CalendarAlert" for alert in alerts)
    return [(str(alert["calendarEventId"]), alert["recurrenceId"]) for alert in alerts]  # type: ignore[misc]


def newest(desk: Desk) -> int:
    return desk.harness.store.read(lambda snapshot: snapshot.states_after((), 0)[1])


def at(moment: str) -> int:
    return EPOCH + millis(moment) // 1000


def test_an_alert_goes_off_when_it_is_due_and_once(ann: Desk) -> None:
    event = ann.put(uid="u", timeZone="Etc/UTC", alerts=alert())
    take_in(ann)
    assert due(ann) == at("2026-10-01T08:45:00Z")
    assert go_off(ann, "2026-10-01T08:44:59Z") == at("2026-10-01T08:45:00Z")
    assert told(ann) == []
    assert go_off(ann, "2026-10-01T08:45:00Z") is None
    assert told(ann) == [(event, None)]
    go_off(ann, "2026-10-01T08:46:00Z")
    assert len(told(ann)) == 1


def test_what_is_told_says_all_that_a_client_needs(ann: Desk) -> None:
    event = ann.put(uid="u", timeZone="Etc/UTC", alerts=alert(), recurrenceRule={"frequency": "daily"})
    take_in(ann)
    go_off(ann, "2026-10-02T08:45:00Z")
    alerts, _ = ann.harness.store.read(lambda snapshot: reminders.fired(snapshot, ann.user, 0))
    assert alerts == [
        {
            "@type": "CalendarAlert",
            "accountId": ann.account,
            "calendarEventId": event,
            "uid": "u",
            "recurrenceId": "2026-10-02T09:00:00",
            "alertId": "a",
        }
    ]


def test_what_was_missed_while_nobody_looked_is_caught_up_once(ann: Desk) -> None:
    event = ann.put(timeZone="Etc/UTC", alerts=alert(), recurrenceRule={"frequency": "daily"})
    take_in(ann)
    assert go_off(ann, "2026-10-08T12:00:00Z") == at("2026-10-09T08:45:00Z")
    assert told(ann) == [(event, "2026-10-08T09:00:00")]


def test_a_client_is_told_what_came_after_the_commit_that_it_knows(ann: Desk) -> None:
    event = ann.put(timeZone="Etc/UTC", alerts=alert(), recurrenceRule={"frequency": "daily", "count": 2})
    take_in(ann)
    go_off(ann, "2026-10-01T08:45:00Z")
    known = newest(ann)
    assert told(ann, known) == []
    go_off(ann, "2026-10-02T08:45:00Z")
    assert told(ann, known) == [(event, "2026-10-02T09:00:00")]


def test_a_change_of_an_event_moves_its_alert_and_lets_none_go_off_that_is_past(ann: Desk) -> None:
    event = ann.put(timeZone="Etc/UTC", alerts=alert())
    take_in(ann)
    ann.change(event, {"start": "2026-09-30T09:00:00"})
    take_in(ann)
    assert due(ann) == at("2026-09-30T08:45:00Z")
    ann.change(event, {"start": "2026-09-01T09:00:00"})
    take_in(ann)
    assert due(ann) is None
    ann.change(event, {"start": "2026-10-05T09:00:00"})
    take_in(ann)
    ann.destroy(event)
    take_in(ann)
    assert (due(ann), told(ann)) == (None, [])


def test_a_change_does_not_take_away_what_is_due_already(ann: Desk) -> None:
    event = ann.put(timeZone="Etc/UTC", alerts=alert())
    take_in(ann)
    ann.change(event, {"title": "Changed"})
    take_in(ann, "2026-10-01T08:50:00Z")
    go_off(ann, "2026-10-01T08:50:01Z")
    assert told(ann) == [(event, None)]


def test_acknowledged_alerts_are_silent_and_snoozed_ones_come_again(ann: Desk) -> None:
    event = ann.put(timeZone="Etc/UTC", alerts=alert())
    take_in(ann)
    go_off(ann, "2026-10-01T08:45:00Z")
    again = {
        "trigger": {"@type": "AbsoluteTrigger", "when": "2026-10-01T08:55:00Z"},
        "relatedTo": {"a": {"relation": {"snooze": True}}},
    }
    ann.change(event, {"alerts/a/acknowledged": "2026-10-01T08:46:00Z", "alerts/s": again})
    take_in(ann, "2026-10-01T08:46:00Z")
    assert due(ann) == at("2026-10-01T08:55:00Z")
    known = newest(ann)
    go_off(ann, "2026-10-01T08:55:00Z")
    assert told(ann, known) == [(event, None)]


def test_defaults_of_a_calendar_count_from_the_moment_that_they_change(ann: Desk) -> None:
    ann.put(timeZone="Etc/UTC", useDefaultAlerts=True)
    take_in(ann)
    assert due(ann) is None
    ann.call("Calendar/set", update={ann.calendar: {"defaultAlertsWithTime": alert("-PT5M")}})
    assert take_in(ann) > 0
    assert due(ann) == at("2026-10-01T08:55:00Z")
    ann.call("Calendar/set", update={ann.calendar: {"isSubscribed": False}})
    take_in(ann)
    assert due(ann) is None


def test_the_name_of_a_calendar_changes_no_alert(ann: Desk) -> None:
    ann.put(timeZone="Etc/UTC", alerts=alert())
    take_in(ann)
    ann.call("Calendar/set", update={ann.calendar: {"name": "Other"}})
    known = ann.harness.store.read(lambda snapshot: reminders.mark(snapshot.records, key(ann)))
    looked = ann.harness.store.read(lambda snapshot: remind.look(snapshot, key(ann), known))
    assert looked is not None
    assert looked.events == ()


def test_others_are_told_by_their_own_alerts_where_they_are_subscribed(ann: Desk, bob: Desk) -> None:
    event = ann.put(timeZone="Etc/UTC", alerts=alert())
    guest = bob.inside(ann)
    guest.change(event, {"alerts": alert("-PT30M")})
    take_in(ann)
    go_off(ann, "2026-10-01T08:45:00Z")
    assert (told(ann), told(guest)) == ([(event, None)], [])
    guest.call("Calendar/set", update={ann.calendar: {"isSubscribed": True}})
    ann.change(event, {"start": "2026-10-02T09:00:00"})
    take_in(ann, "2026-10-01T09:00:00Z")
    go_off(ann, "2026-10-02T08:30:00Z")
    assert (len(told(ann)), told(guest)) == (1, [(event, None)])


def test_an_alert_by_mail_is_a_message_to_the_user(ann: Desk) -> None:
    ann.put(
        timeZone="Etc/UTC",
        title="Lunch\r\nBcc: x@example.com",
        locations={"1": {"name": "Old mill"}},
        description="Bring the plans.",
        alerts=alert(action="email"),
    )
    take_in(ann)
    go_off(ann, "2026-10-01T08:45:00Z")
    (item,) = ann.harness.store.read(queue.read)
    assert [known.address.email for known in item.recipients] == ["ann@example.com"]
    assert item.sender.email == ""
    octets = ann.harness.store.read(lambda snapshot: bytes(snapshot.blobs.open(item.blob)[:]))
    head, _, body = octets.partition(b"\r\n\r\n")
    assert b"Subject: Reminder: Lunch" in head
    assert b"\r\nBcc:" not in head
    assert b"Auto-Submitted: auto-generated" in head
    assert b"Old mill" in body
    assert b"Bring the plans." in body


def mails(desk: Desk) -> list[bytes]:
    """The mail that waits to be sent."""
    return desk.harness.store.read(
        lambda snapshot: [bytes(snapshot.blobs.open(item.blob)[:]) for item in queue.read(snapshot)]
    )


def test_a_mail_tells_of_the_occurrence_as_it_is(ann: Desk) -> None:
    moved = {"2026-10-02T09:00:00": {"title": "Brunch", "start": "2026-10-02T11:30:00"}}
    daily = {"recurrenceRule": {"frequency": "daily"}, "recurrenceOverrides": moved}
    ann.put(**daily, timeZone="Etc/UTC", title="Breakfast", alerts=alert(action="email"))
    take_in(ann)
    go_off(ann, "2026-10-01T08:45:00Z")
    go_off(ann, "2026-10-02T11:15:00Z")
    first, second = sorted(mails(ann), key=lambda octets: b"Brunch" in octets)
    assert b"Breakfast" in first
    assert b"When: 2026-10-01 09:00:00" in first
    assert b"When: 2026-10-02 11:30:00" in second


def test_a_mail_tells_a_guest_nothing_of_an_event_that_became_private(ann: Desk, bob: Desk) -> None:
    event = ann.put(timeZone="Etc/UTC", title="Doctor", locations={"1": {"name": "Clinic"}}, description="knee")
    guest = bob.inside(ann)
    guest.change(event, {"alerts": alert(action="email")})
    guest.call("Calendar/set", update={ann.calendar: {"isSubscribed": True}})
    ann.change(event, {"privacy": "private"})
    take_in(ann)
    go_off(ann, "2026-10-01T08:45:00Z")
    (octets,) = mails(ann)
    assert b"To: bob@example.com" in octets
    assert b"When: 2026-10-01 09:00:00" in octets
    assert not any(word in octets for word in (b"Doctor", b"Clinic", b"knee"))


def test_nobody_is_told_more_often_than_a_person_can_bear(ann: Desk) -> None:
    for number in range(remind.MOST_IN_A_WHILE + 20):
        ann.put(uid=f"u{number}", timeZone="Etc/UTC", alerts=alert(action="email" if number % 2 else "display"))
    take_in(ann)
    for _ in range(10):
        go_off(ann, "2026-10-01T08:45:00Z")
    assert due(ann) is None
    assert len(told(ann)) <= remind.MOST_IN_A_WHILE
    assert len(ann.harness.store.read(queue.read)) <= remind.MOST_MAILS


def test_alerts_of_one_event_come_a_minute_apart_at_the_least(ann: Desk) -> None:
    ann.put(timeZone="Etc/UTC", alerts=alert("PT0S"), recurrenceRule={"frequency": "hourly", "bySecond": [0, 1, 2, 3]})
    take_in(ann)
    assert go_off(ann, "2026-10-01T10:00:00Z") == at("2026-10-01T10:01:00Z")


def test_many_events_are_taken_in_part_by_part(ann: Desk) -> None:
    for number in range(remind.AT_ONCE + 20):
        ann.put(uid=f"u{number}", timeZone="Etc/UTC", alerts=alert())
    assert take_in(ann) == 2
    assert go_off(ann, "2026-10-01T08:45:00Z") == at("2026-10-01T08:45:00Z")


def test_drafts_are_silent(ann: Desk) -> None:
    ann.put(timeZone="Etc/UTC", alerts=alert(), isDraft=True)
    take_in(ann)
    assert due(ann) is None
