"""Invitations and answers by mail: what they do, and what nobody can do with one (RFC 6047)."""

import json
from typing import Any

import pytest
from tests.datatypes.calendars.desk import Desk
from tests.flows.schedule.outside import comes, letter, plain, proof
from tests.flows.schedule.party import ANN, BOB, CY, LATER, NOW, event, person
from tests.flows.schedule.test_changing import SECOND, WINDOW, invite, notes, status, the_event, waiting

from angarium.flows.schedule.message import Method
from angarium.formats.message import envelope, header_value, parse


def theirs(**properties: Any) -> Any:
    """An event of Cy's, to which Ann is invited."""
    people = {"cy": person(CY, "owner", status="accepted"), "ann": person(ANN, status="accepted")}
    made = event(**{"organizerCalendarAddress": CY, "participants": people, **properties})
    return {name: value for name, value in made.items() if name not in ("calendarIds", "isDraft")}


def newer(**properties: Any) -> Any:
    return theirs(**{"sequence": 2, "updated": LATER, **properties})


def answer(given: str = "accepted", who: str = CY, **properties: Any) -> Any:
    """Cy's answer to an event of Ann's."""
    made = event(**{"participants": {"x": person(who, status=given)}, "updated": LATER, **properties})
    return {name: value for name, value in made.items() if name not in ("calendarIds", "isDraft", "recurrenceRule")}


def test_an_invitation_by_mail_makes_an_event_that_waits_for_an_answer(ann: Desk) -> None:
    comes(ann, letter(Method.REQUEST, theirs()))
    made = the_event(ann)
    assert (made["title"], made["isOrigin"], made["organizerCalendarAddress"]) == ("Party", False, CY)
    assert made["participants"]["ann"]["participationStatus"] == "needs-action"
    assert made["useDefaultAlerts"] is True
    assert len(ann.expand(*WINDOW)) == 5
    (note,) = notes(ann)
    assert (note["type"], note["changedBy"]["name"], note["changedBy"]["email"]) == ("created", "Cy", "cy@example.net")
    assert note["changedBy"]["calendarAddress"] == CY


def test_the_same_invitation_again_makes_nothing_new(ann: Desk) -> None:
    for _ in range(2):
        comes(ann, letter(Method.REQUEST, theirs()))
    assert len(ann.find()) == 1
    assert len(notes(ann)) == 1


def test_a_change_by_mail_counts_when_the_sender_is_verified(ann: Desk) -> None:
    comes(ann, letter(Method.REQUEST, theirs()))
    moved = {SECOND: {"start": "2026-10-08T15:00:00"}}
    comes(ann, letter(Method.REQUEST, newer(title="Feast", recurrenceOverrides=moved), fields=(proof(),)))
    assert the_event(ann)["title"] == "Feast"
    assert "2026-10-08T15:00:00" in ann.expand(*WINDOW)
    comes(ann, letter(Method.CANCEL, newer(sequence=3, status="cancelled"), fields=(proof(),)))
    assert the_event(ann)["status"] == "cancelled"


@pytest.mark.parametrize(
    "said",
    [
        (),
        (proof("evil.example"),),
        ("Authentication-Results: mx.evil.example; dmarc=pass header.from=example.net",),
        ("Authentication-Results: mx.example.com; dmarc=fail header.from=example.net",),
    ],
)
@pytest.mark.parametrize("method", [Method.REQUEST, Method.CANCEL, Method.ADD])
def test_a_change_that_is_not_verified_only_tells(ann: Desk, said: tuple[str, ...], method: Method) -> None:
    comes(ann, letter(Method.REQUEST, theirs()))
    before = the_event(ann)
    comes(ann, letter(method, newer(title="Feast"), fields=said))
    assert the_event(ann) == before
    (note,) = (each for each in notes(ann) if each["type"] == "updated")
    assert note["eventPatch"] == {}
    assert "could not be verified" in note["comment"]


def test_an_answer_by_mail_counts_when_the_sender_is_verified(ann: Desk) -> None:
    invite(ann, person(CY))
    comes(ann, letter(Method.REPLY, answer(), fields=(proof(),)))
    assert status(ann) == "accepted"
    comes(ann, letter(Method.REPLY, answer("declined", recurrenceId=SECOND, start=SECOND), fields=(proof(),)))
    assert (status(ann), status(ann, at=SECOND)) == ("accepted", "declined")


def test_an_answer_that_is_not_verified_only_tells(ann: Desk) -> None:
    invite(ann, person(CY))
    before = the_event(ann)
    comes(ann, letter(Method.REPLY, answer()))
    assert the_event(ann) == before
    (note,) = notes(ann)
    assert note["changedBy"]["email"] == "cy@example.net"
    assert note["comment"].startswith("accepted: it could not be verified")


@pytest.mark.parametrize(
    ("given", "sender"),
    [
        (answer(), "eve@example.net"),
        (answer(who="mailto:eve@example.net"), "cy@example.net"),
        (answer(who=BOB), "cy@example.net"),
    ],
    ids=["by another", "for another", "for a user of this server"],
)
def test_nobody_answers_for_somebody_else(ann: Desk, given: Any, sender: str) -> None:
    invite(ann, person(CY), person(BOB))
    before = the_event(ann)
    comes(ann, letter(Method.REPLY, given, sender=sender, fields=(proof(),)))
    assert the_event(ann) == before
    assert notes(ann) == []


def test_what_a_user_here_wrote_counts_without_proof_and_no_proof_of_a_user_counts(ann: Desk, bob: Desk) -> None:
    invite(ann, person(CY), person(BOB))
    passed_on = letter(Method.REPLY, answer(), fields=(proof(), "Resent-From: bob@example.com"))
    comes(ann, passed_on, is_from_here=True)
    assert status(ann) == "needs-action"
    comes(ann, letter(Method.REPLY, answer(who=BOB), sender="bob@example.com"), is_from_here=True)
    assert status(ann, "guest1") == "accepted"


def test_an_invitation_in_the_name_of_another_makes_nothing(ann: Desk) -> None:
    comes(ann, letter(Method.REQUEST, theirs(), sender="eve@example.net", fields=(proof(),)))
    assert ann.find() == []


def test_a_program_may_write_for_the_organizer_but_changes_nothing(ann: Desk) -> None:
    fields = ("Reply-To: cy@example.net", proof("calendar.example"))
    comes(ann, letter(Method.REQUEST, theirs(), sender="noreply@calendar.example", fields=fields))
    assert the_event(ann)["title"] == "Party"
    comes(ann, letter(Method.REQUEST, newer(title="Feast"), sender="noreply@calendar.example", fields=fields))
    assert the_event(ann)["title"] == "Party"


def test_what_does_not_say_who_wrote_it_makes_nothing(ann: Desk) -> None:
    comes(ann, letter(Method.REQUEST, theirs(), fields=("From: eve@example.net",)))
    two = letter(Method.REQUEST, theirs()).replace(b"<cy@example.net>", b"<cy@example.net>, eve@example.net", 1)
    comes(ann, two)
    assert ann.find() == []


def test_an_event_of_ones_own_is_not_changed_by_an_invitation_with_its_uid(ann: Desk) -> None:
    record = ann.put(uid=theirs()["uid"], title="Mine")
    before = ann.event(record)
    comes(ann, letter(Method.REQUEST, newer(), fields=(proof(),)))
    comes(ann, letter(Method.CANCEL, newer(), fields=(proof(),)))
    assert ann.event(record) == before
    assert ann.find() == [record]


def test_an_invitation_to_a_list_that_one_is_on_stays_mail(ann: Desk) -> None:
    people = {"cy": person(CY, "owner"), "list": person("mailto:all@example.org")}
    comes(ann, letter(Method.REQUEST, theirs(participants=people)))
    assert ann.find() == []


def test_an_invitation_from_oneself_makes_nothing(ann: Desk) -> None:
    comes(ann, letter(Method.REQUEST, theirs(organizerCalendarAddress=ANN), sender="ann@example.com"))
    assert ann.find() == []


def test_junk_is_not_read(ann: Desk) -> None:
    ann.call("Mailbox/set", create={"new": {"name": "Spam", "role": "junk"}})
    comes(ann, letter(Method.REQUEST, theirs()), to="ann+junk@example.com")
    assert ann.find() == []


def test_what_is_marked_as_spam_is_not_read(ann: Desk) -> None:
    comes(ann, letter(Method.REQUEST, theirs(), fields=("X-Spam-Flag: YES",)))
    assert ann.find() == []


def test_a_stranger_sets_nothing_that_is_the_servers(ann: Desk, bob: Desk) -> None:
    names = {"isOrigin": True, "id": "V99", "utcStart": "2020-01-01T00:00:00Z", "calendarIds": {"K99": True}}
    lines = [f'JSPROP;JSPTR="{name}":{json.dumps(value)}' for name, value in names.items()]
    lines += ['JSPROP;JSPTR="example.com:x":"kept"', 'JSPROP;JSPTR="alerts":{}', "END:VEVENT"]
    comes(ann, letter(Method.REQUEST, theirs()).replace(b"END:VEVENT", "\r\n".join(lines).encode(), 1))
    (record,) = ann.find()
    made = {**ann.event(record), **ann.event(record, "isOrigin", "utcStart", "id")}
    assert (made["isOrigin"], made["utcStart"], made["id"]) == (False, "2026-10-01T07:00:00Z", record)
    assert made["calendarIds"] == {ann.calendar: True}
    assert "alerts" not in made
    assert made["example.com:x"] == "kept"


def test_an_event_that_names_a_blob_of_ours_is_not_taken_from_a_stranger(ann: Desk) -> None:
    blob = ann.upload(b"secret")
    octets = letter(Method.REQUEST, theirs())
    evil = f'JSPROP;JSPTR="links":{{"a":{{"@type":"Link","blobId":"{blob}"}}}}\r\nEND:VEVENT'.encode()
    comes(ann, octets.replace(b"END:VEVENT", evil, 1))
    assert ann.find() == []


def test_a_counter_proposal_is_declined_by_mail_and_nothing_changes(ann: Desk) -> None:
    invite(ann, person(CY))
    before, sent = the_event(ann), len(waiting(ann))
    comes(ann, letter(Method.COUNTER, answer(start="2026-10-01T12:00:00"), fields=(proof(),)))
    assert the_event(ann) == before
    (*_, (to, octets)) = waiting(ann)
    assert len(waiting(ann)) == sent + 1
    assert to == ["cy@example.net"]
    headers = parse(octets).headers
    assert envelope(headers).subject == "Proposal declined: Party"
    assert header_value(headers, "Auto-Submitted", "Text") == "auto-replied"
    assert b"METHOD:DECLINECOUNTER" in octets
    assert "proposed" in notes(ann)[0]["comment"]


def test_programs_and_strangers_get_no_answer(ann: Desk) -> None:
    invite(ann, person(CY))
    sent = len(waiting(ann))
    given = answer(start="2026-10-01T12:00:00")
    comes(ann, letter(Method.COUNTER, given, fields=(proof(), "Auto-Submitted: auto-generated")))
    comes(ann, letter(Method.COUNTER, given, fields=(proof(), "List-Id: <all.example.net>")))
    comes(ann, letter(Method.COUNTER, given))
    comes(
        ann, letter(Method.REFRESH, answer(who="mailto:eve@example.net"), sender="eve@example.net", fields=(proof(),))
    )
    assert len(waiting(ann)) == sent


def test_who_lost_the_event_gets_it_again(ann: Desk) -> None:
    invite(ann, person(CY))
    comes(ann, letter(Method.REFRESH, answer(), fields=(proof(),)))
    (_, (to, octets)) = waiting(ann)
    assert to == ["cy@example.net"]
    assert b"METHOD:REQUEST" in octets


def test_a_comment_of_the_sender_is_told(ann: Desk) -> None:
    octets = letter(Method.REQUEST, theirs()).replace(b"END:VEVENT", b"COMMENT:Bring cake\r\nEND:VEVENT", 1)
    comes(ann, octets)
    assert notes(ann)[0]["comment"] == "Bring cake"


@pytest.mark.parametrize("old", [theirs(sequence=1, updated=NOW, title="Old"), theirs(sequence=0, title="Old")])
def test_what_comes_late_changes_nothing(ann: Desk, old: Any) -> None:
    comes(ann, letter(Method.REQUEST, newer(title="New"), fields=(proof(),)))
    comes(ann, letter(Method.REQUEST, old, fields=(proof(),)))
    assert the_event(ann)["title"] == "New"


TO_ANN = ("ORGANIZER:mailto:ann@example.com", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:cy@example.net")
FROM_CY = ("ORGANIZER:mailto:cy@example.net", "ATTENDEE:mailto:ann@example.com")


def test_an_answer_need_not_say_when_the_event_is(ann: Desk) -> None:
    invite(ann, person(CY))
    comes(ann, plain("REPLY", *TO_ANN))
    assert status(ann) == "accepted"


def test_a_wish_to_see_the_event_never_says_when_it_is(ann: Desk) -> None:
    invite(ann, person(CY))
    sent = len(waiting(ann))
    comes(ann, plain("REFRESH", *TO_ANN))
    assert len(waiting(ann)) == sent + 1


def test_a_cancellation_need_not_say_when_the_event_is(ann: Desk) -> None:
    comes(ann, letter(Method.REQUEST, theirs()))
    comes(ann, plain("CANCEL", *FROM_CY, "SEQUENCE:2"))
    assert the_event(ann)["status"] == "cancelled"


def test_an_invitation_must_say_when_the_event_is(ann: Desk) -> None:
    comes(ann, plain("REQUEST", *FROM_CY, "SUMMARY:Whenever"))
    assert ann.find() == []


def test_a_cancellation_for_others_is_none_for_who_stays(ann: Desk) -> None:
    comes(ann, letter(Method.REQUEST, theirs()))
    out = ("ORGANIZER:mailto:cy@example.net", "ATTENDEE:mailto:dan@example.net", "SEQUENCE:2")
    comes(ann, plain("CANCEL", *out))
    assert "status" not in the_event(ann)
    comes(ann, plain("CANCEL", *out, "STATUS:CANCELLED"))
    assert the_event(ann)["status"] == "cancelled"


OCCURRENCE = pytest.mark.parametrize(
    "named", ["RECURRENCE-ID:20261008T070000Z", "RECURRENCE-ID;TZID=Europe/London:20261008T080000"]
)


@OCCURRENCE
def test_an_answer_names_its_occurrence_in_any_zone(ann: Desk, named: str) -> None:
    invite(ann, person(CY))
    comes(ann, plain("REPLY", *TO_ANN, named))
    assert (status(ann), status(ann, at=SECOND)) == ("needs-action", "accepted")


@OCCURRENCE
def test_an_occurrence_named_in_any_zone_is_moved_and_taken_out(ann: Desk, named: str) -> None:
    comes(ann, letter(Method.REQUEST, theirs()))
    comes(ann, plain("REQUEST", *FROM_CY, named, "SEQUENCE:2", "DTSTART:20261009T120000Z", "SUMMARY:Feast"))
    moved = ann.expand(*WINDOW)
    assert (len(moved), SECOND in moved) == (5, False)
    assert the_event(ann)["recurrenceOverrides"][SECOND]["title"] == "Feast"
    comes(ann, plain("CANCEL", *FROM_CY, named, "SEQUENCE:3"))
    assert the_event(ann)["recurrenceOverrides"] == {SECOND: {"excluded": True}}


@OCCURRENCE
def test_an_occurrence_alone_is_known_again_in_any_zone(ann: Desk, named: str) -> None:
    alone = ("RECURRENCE-ID;TZID=Europe/Vienna:20261008T090000", "DTSTART;TZID=Europe/Vienna:20261008T090000")
    comes(ann, plain("REQUEST", *FROM_CY, *alone, "SUMMARY:Party"))
    comes(ann, plain("REQUEST", *FROM_CY, named, "SEQUENCE:1", "DTSTART:20261008T100000Z", "SUMMARY:Feast"))
    assert (the_event(ann)["title"], the_event(ann)["recurrenceId"]) == ("Feast", SECOND)


def test_an_occurrence_added_in_another_zone_is_one_of_the_series(ann: Desk) -> None:
    comes(ann, letter(Method.REQUEST, theirs()))
    comes(ann, plain("ADD", *FROM_CY, "SEQUENCE:2", "DTSTART:20261010T070000Z", "SUMMARY:Party"))
    assert list(the_event(ann)["recurrenceOverrides"]) == ["2026-10-10T09:00:00"]


def test_who_was_sent_by_somebody_invited_comes_in(ann: Desk) -> None:
    def dan_comes() -> dict[str, Any]:
        comer = 'ATTENDEE;PARTSTAT=ACCEPTED;DELEGATED-FROM="mailto:cy@example.net":mailto:dan@example.net'
        comes(ann, plain("REPLY", TO_ANN[0], comer).replace(b"From: Cy <cy@", b"From: Dan <dan@"))
        return dict(the_event(ann)["participants"])

    invite(ann, person(CY))
    assert len(dan_comes()) == 2
    sends = 'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:dan@example.net":mailto:cy@example.net'
    comes(ann, plain("REPLY", TO_ANN[0], sends))
    assert the_event(ann)["participants"]["guest0"]["delegatedTo"] == {"mailto:dan@example.net": True}
    came = dan_comes()["self-0"]
    assert (came["participationStatus"], came["delegatedFrom"]) == ("accepted", {CY: True})
    comes(ann, plain("REPLY", *TO_ANN))
    assert (status(ann), "delegatedTo" in the_event(ann)["participants"]["guest0"]) == ("accepted", False)
