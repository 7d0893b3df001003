"""CalendarEvent/parse: blobs that hold iCalendar, and blobs that do not."""

from tests.datatypes.calendars.desk import Desk

TWO = b"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//one//EN
METHOD:REQUEST
BEGIN:VEVENT
UID:u1
DTSTART;TZID=Europe/Berlin:20260921T161500
DURATION:PT1H
RRULE:FREQ=WEEKLY
SUMMARY:Rehearsal
X-OWN:kept
END:VEVENT
BEGIN:VEVENT
UID:u1
RECURRENCE-ID;TZID=Europe/Berlin:20260928T161500
DTSTART;TZID=Europe/Berlin:20260928T171500
SUMMARY:Rehearsal
END:VEVENT
BEGIN:VTODO
UID:t1
SUMMARY:Buy strings
END:VTODO
BEGIN:VEVENT
UID:u2
DTSTART;VALUE=DATE:20261001
SUMMARY:Holiday
END:VEVENT
END:VCALENDAR
"""
NOBODY = "b" + "0" * 64


def test_every_event_of_a_blob_is_shown_and_nothing_is_stored(ann: Desk) -> None:
    blob = ann.upload(TWO)
    answer = ann.call("CalendarEvent/parse", blobIds=[blob])
    first, second = answer["parsed"][blob]
    of_store = {first[name] for name in ("id", "baseEventId", "calendarIds", "isDraft", "isOrigin")}
    assert (of_store, first["uid"], first["title"], first["method"]) == ({None}, "u1", "Rehearsal", "request")
    assert first["recurrenceOverrides"]["2026-09-28T16:15:00"]["start"] == "2026-09-28T17:15:00"
    assert "x-own" in str(first["iCalendar"])
    assert (second["uid"], second["showWithoutTime"]) == ("u2", True)
    assert (answer["notParsable"], answer["notFound"]) == (None, None)
    assert ann.find() == []


def test_only_the_properties_asked_for_are_shown(ann: Desk) -> None:
    blob = ann.upload(TWO)
    answer = ann.call("CalendarEvent/parse", blobIds=[blob], properties=["uid", "id", "utcStart"])
    assert answer["parsed"][blob] == [
        {"uid": "u1", "id": None, "utcStart": "2026-09-21T14:15:00Z"},
        {"uid": "u2", "id": None, "utcStart": "2026-10-01T00:00:00Z"},
    ]


def test_what_was_parsed_can_be_stored(ann: Desk) -> None:
    blob = ann.upload(TWO)
    for event in ann.call("CalendarEvent/parse", blobIds=[blob])["parsed"][blob]:
        event.pop("method")
        made = ann.create(**{**event, "calendarIds": {ann.calendar: True}})
        assert "id" in made, made
    assert len(ann.find()) == 2


def test_what_holds_no_event_and_what_is_not_there_are_told_apart(ann: Desk) -> None:
    text, task = ann.upload(b"no calendar at all"), ann.upload(b"BEGIN:VTODO\r\nUID:t\r\nEND:VTODO\r\n")
    answer = ann.call("CalendarEvent/parse", blobIds=[text, task, NOBODY])
    assert (answer["parsed"], answer["notParsable"], answer["notFound"]) == (None, [text, task], [NOBODY])


def test_too_many_blobs_are_refused(ann: Desk) -> None:
    names = [f"b{number:064x}" for number in range(11)]
    assert ann.error("CalendarEvent/parse", blobIds=names)["type"] == "requestTooLarge"
