"""Two users of one server invite, accept, move, cancel: both agree at each step (JMAP calendars §5.9.2)."""

from typing import Any

import pytest
from tests.datatypes.calendars.desk import Desk
from tests.flows.schedule.party import ANN, BOB, CY, person

from angarium.datatypes.submission import queue

SECOND = "2026-10-08T09:00:00"
THIRD = "2026-10-15T09:00:00"
PARTY: dict[str, Any] = {
    "uid": "party@example.com",
    "title": "Party",
    "start": "2026-10-01T09:00:00",
    "timeZone": "Europe/Vienna",
    "duration": "PT1H",
    "recurrenceRule": {"@type": "RecurrenceRule", "frequency": "weekly", "count": 5},
}
WINDOW = ("2026-09-01T00:00:00", "2026-12-01T00:00:00")


def invite(desk: Desk, *guests: dict[str, Any], **properties: Any) -> Any:
    """The outcome of creating the event with Ann and guests."""
    people = {"ann": person(ANN, "owner", "attendee", status="accepted")}
    people |= {f"guest{number}": guest for number, guest in enumerate(guests)}
    event = {**PARTY, "calendarIds": {desk.calendar: True}, "participants": people, **properties}
    answer = desk.call("CalendarEvent/set", create={"new": event}, sendSchedulingMessages=True)
    return (answer["created"] or answer["notCreated"])["new"]


def change(desk: Desk, record: str, **patch: Any) -> Any:
    return desk.change(
        record, {path.replace("__", "/"): value for path, value in patch.items()}, sendSchedulingMessages=True
    )


def destroy(desk: Desk, record: str) -> Any:
    return desk.call("CalendarEvent/set", destroy=[record], sendSchedulingMessages=True)


def the_event(desk: Desk, *properties: str) -> dict[str, Any]:
    (record,) = desk.find({"uid": PARTY["uid"]})
    return desk.event(record, *properties)


def status(desk: Desk, key: str = "guest0", at: str | None = None) -> Any:
    event = the_event(desk)
    if at is None:
        return event["participants"][key]["participationStatus"]
    return event["recurrenceOverrides"][at][f"participants/{key}/participationStatus"]


def instance(desk: Desk, start: str) -> str:
    """The id of the instance of one recurrence id."""
    ids = desk.find({"after": WINDOW[0], "before": WINDOW[1]}, expandRecurrences=True)
    found = desk.call("CalendarEvent/get", ids=ids, properties=["recurrenceId"])["list"]
    return next(str(each["id"]) for each in found if each["recurrenceId"] == start)


def notes(desk: Desk) -> list[dict[str, Any]]:
    return list(desk.call("CalendarEventNotification/get", ids=None)["list"])


def waiting(desk: Desk) -> list[tuple[list[str], bytes]]:
    """The mail that waits to be sent: recipients and octets."""
    return desk.harness.store.read(
        lambda view: [
            ([to.address.email for to in item.recipients], view.blobs.open(item.blob)[:]) for item in queue.read(view)
        ]
    )


def test_both_agree_from_the_invitation_to_the_cancellation(ann: Desk, bob: Desk) -> None:
    made = invite(ann, person(BOB, expectReply=True))
    assert made["isOrigin"] is True
    theirs = the_event(bob)
    assert (theirs["title"], theirs["isOrigin"], theirs["calendarIds"]) == ("Party", False, {bob.calendar: True})
    assert (status(ann), status(bob)) == ("needs-action", "needs-action")

    change(bob, theirs["id"], participants__guest0__participationStatus="accepted")
    assert (status(ann), status(bob)) == ("accepted", "accepted")

    change(ann, instance(ann, SECOND), start="2026-10-08T15:00:00")
    assert ann.expand(*WINDOW) == bob.expand(*WINDOW)
    assert "2026-10-08T15:00:00" in bob.expand(*WINDOW)
    assert (status(ann), status(bob)) == ("accepted", "accepted")

    change(bob, instance(bob, THIRD), participants__guest0__participationStatus="declined")
    assert (status(ann, at=THIRD), status(bob, at=THIRD)) == ("declined", "declined")
    assert (status(ann), status(bob)) == ("accepted", "accepted")

    destroy(ann, instance(ann, SECOND))
    assert ann.expand(*WINDOW) == bob.expand(*WINDOW)
    assert len(bob.expand(*WINDOW)) == 4

    change(ann, made["id"], title="Feast")
    assert the_event(bob)["title"] == "Feast"
    assert status(bob, at=THIRD) == "declined"

    destroy(ann, made["id"])
    assert the_event(bob)["status"] == "cancelled"
    assert waiting(ann) == []


def test_each_step_is_told_to_the_other_and_not_to_who_made_it(ann: Desk, bob: Desk) -> None:
    made = invite(ann, person(BOB))
    change(bob, the_event(bob)["id"], participants__guest0__participationStatus="accepted")
    destroy(ann, made["id"])
    (reply,) = notes(ann)
    assert reply["type"] == "updated"
    assert reply["eventPatch"]["participants/guest0/participationStatus"] == "accepted"
    assert reply["changedBy"]["calendarAddress"] == BOB
    assert [note["type"] for note in notes(bob)] == ["created", "updated"]
    assert {note["changedBy"]["calendarAddress"] for note in notes(bob)} == {ANN}


def test_who_is_invited_and_destroys_the_event_has_declined(ann: Desk, bob: Desk) -> None:
    invite(ann, person(BOB))
    destroy(bob, the_event(bob)["id"])
    assert status(ann) == "needs-action"
    change(ann, the_event(ann)["id"], title="Again")
    change(bob, the_event(bob)["id"], participants__guest0__participationStatus="accepted")
    destroy(bob, the_event(bob)["id"])
    assert status(ann) == "declined"


def test_nothing_is_sent_unless_it_is_asked_for(ann: Desk, bob: Desk) -> None:
    people = {"ann": person(ANN, "owner"), "guest0": person(BOB)}
    record = ann.put(**PARTY, participants=people)
    assert bob.find() == []
    ann.change(record, {"title": "Quiet"})
    assert bob.find() == []


def test_a_draft_is_not_sent_until_it_is_none(ann: Desk, bob: Desk) -> None:
    made = invite(ann, person(BOB), isDraft=True)
    assert bob.find() == []
    change(ann, made["id"], isDraft=False)
    assert the_event(bob)["title"] == "Party"
    assert notes(bob)[0]["type"] == "created"


def test_who_is_removed_sees_the_event_cancelled_and_can_be_asked_again(ann: Desk, bob: Desk) -> None:
    made = invite(ann, person(BOB))
    change(ann, made["id"], participants__guest0=None)
    assert the_event(bob)["status"] == "cancelled"
    change(ann, made["id"], participants__guest0=person(BOB))
    assert "status" not in the_event(bob)


def test_who_answered_to_a_single_occurrence_can_be_removed_like_anybody(ann: Desk, bob: Desk) -> None:
    made = invite(ann, person(BOB))
    change(bob, instance(bob, SECOND), participants__guest0__participationStatus="declined")
    assert status(ann, at=SECOND) == "declined"
    change(ann, made["id"], participants__guest0=None)
    assert list(ann.event(made["id"])["participants"]) == ["ann"]
    assert the_event(bob)["status"] == "cancelled"


def test_invited_to_single_occurrences_then_to_the_whole(ann: Desk, bob: Desk) -> None:
    made = invite(ann, recurrenceOverrides={SECOND: {"participants/guest0": person(BOB)}})
    (record,) = bob.find()
    assert bob.event(record, "recurrenceId", "start") == {"id": record, "recurrenceId": SECOND, "start": SECOND}
    change(bob, record, participants__guest0__participationStatus="accepted")
    overrides = ann.event(made["id"], "recurrenceOverrides")["recurrenceOverrides"]
    assert overrides[SECOND]["participants/guest0"]["participationStatus"] == "accepted"
    change(ann, made["id"], participants__guest0=person(BOB), recurrenceOverrides=None)
    (whole,) = bob.find()
    assert whole != record
    assert len(bob.expand(*WINDOW)) == 5


def test_attachments_can_be_read_by_who_is_invited(ann: Desk, bob: Desk) -> None:
    link = {"@type": "Link", "blobId": ann.upload(b"the menu"), "contentType": "text/plain", "rel": "enclosure"}
    invite(ann, person(BOB), links={"menu": link})
    blob = the_event(bob)["links"]["menu"]["blobId"]
    assert "id" in bob.create(links={"x": {**link, "blobId": blob}})
    assert "id" not in Desk(ann.harness, ann.harness.user("eve")).create(links={"x": {**link, "blobId": blob}})


def test_what_cannot_be_sent_changes_nothing(ann: Desk, bob: Desk) -> None:
    fax = person("tel:+43-1-2345", "attendee")
    refused = invite(ann, person(BOB), fax)
    assert refused["type"] == "noSupportedScheduleMethods"
    assert "tel:" in refused["description"]
    assert (ann.find(), bob.find(), notes(bob)) == ([], [], [])


def test_others_get_mail(ann: Desk, bob: Desk) -> None:
    invite(ann, person(BOB), person(CY))
    ((to, octets),) = waiting(ann)
    assert to == ["cy@example.net"]
    assert b"Subject: Invitation: Party\r\n" in octets
    assert b"method=REQUEST" in octets


def test_too_many_participants_are_refused_before_anything_is_sent(ann: Desk, bob: Desk) -> None:
    crowd = [person(BOB), *(person(f"mailto:p{number}@example.net") for number in range(1_001))]
    refused = invite(ann, *crowd)
    assert refused["type"] == "tooManyRecipients"
    assert (bob.find(), waiting(ann)) == ([], [])


def test_in_an_hour_only_so_many_are_written_to(ann: Desk, bob: Desk) -> None:
    crowd = [person(f"mailto:p{number}@example.net") for number in range(600)]
    assert "id" in invite(ann, *crowd)
    assert invite(ann, *crowd, uid="other")["type"] == "rateLimit"


def test_who_may_change_the_calendar_of_another_sends_for_it(ann: Desk, bob: Desk) -> None:
    cyd = Desk(ann.harness, ann.harness.user("cyd"))
    guest = cyd.inside(ann)
    people = {"ann": person(ANN, "owner"), "guest0": person(BOB)}
    event = {**PARTY, "calendarIds": {ann.calendar: True}, "participants": people}
    guest.call("CalendarEvent/set", create={"new": event}, sendSchedulingMessages=True)
    assert the_event(bob)["organizerCalendarAddress"] == ANN


@pytest.mark.parametrize(("claimed", "told"), [(BOB, []), ("mailto:boss@example.net", [["boss@example.net"]])])
def test_nobody_can_invite_in_the_name_of_another(ann: Desk, bob: Desk, claimed: str, told: list[list[str]]) -> None:
    dee = Desk(ann.harness, ann.harness.user("dee"))
    forged = invite(ann, person(BOB), person("mailto:dee@example.com"), organizerCalendarAddress=claimed)
    assert forged["isOrigin"] is False
    assert (bob.find(), dee.find()) == ([], [])
    assert [to for to, _ in waiting(ann)] == told  # at most an answer to whoever is said to invite


def test_an_event_with_the_uid_of_another_stays_as_it_is(ann: Desk, bob: Desk) -> None:
    own = bob.put(uid=PARTY["uid"], title="Mine")
    invite(ann, person(BOB))
    assert bob.event(own, "title")["title"] == "Mine"
    assert bob.find() == [own]


def test_an_answer_for_an_event_that_one_is_not_invited_to_only_tells(ann: Desk, bob: Desk) -> None:
    made = invite(ann)
    crashed = bob.call(
        "CalendarEvent/set",
        create={
            "new": {
                **PARTY,
                "calendarIds": {bob.calendar: True},
                "organizerCalendarAddress": ANN,
                "participants": {"x": person(BOB, status="accepted"), "ann": person(ANN, status="declined")},
            }
        },
        sendSchedulingMessages=True,
    )
    assert crashed["created"]
    assert list(ann.event(made["id"])["participants"]) == ["ann"]
    (note,) = notes(ann)
    assert note["eventPatch"] == {}
    assert "not invited" in note["comment"]
