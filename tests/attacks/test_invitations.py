"""Attacks through invitations: calendars that are bombs, lines slipped into mail, crowds, robots among themselves."""

from typing import Any

import pytest

from angarium.flows.schedule.message import Method
from angarium.formats.message import parse
from tests.attacks.test_sending import EVIL
from tests.datatypes.calendars.desk import Desk
from tests.flows.schedule.outside import comes, letter, proof
from tests.flows.schedule.party import ANN, CY, LATER, event, person
from tests.flows.schedule.test_changing import invite, waiting
from tests.harness import Harness

_HEAD = (
    "From: cy@example.net\r\nSubject: x\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\n"
    "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:bomb\r\nDTSTART:20261001T090000\r\n"
    "ORGANIZER:mailto:cy@example.net\r\nATTENDEE:mailto:ann@example.com\r\n"
)
_TAIL = "END:VEVENT\r\nEND:VCALENDAR\r\n"


def _moment(number: int) -> str:
    return f"20{27 + number // 8000:02}{1 + number // 28 % 12:02}{1 + number % 28:02}T{number // 336 % 24:02}0000"


BOMBS = {
    "a crowd": "".join(f"ATTENDEE:mailto:p{number}@e.example\r\n" for number in range(25_000)),
    "many dates": f"RDATE:{','.join(map(_moment, range(40_000)))}\r\n",
    "many exceptions": f"RRULE:FREQ=DAILY\r\nEXDATE:{','.join(map(_moment, range(40_000)))}\r\n",
    "each second": "RRULE:FREQ=SECONDLY;COUNT=1000000000\r\n",
    "never": "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30\r\n",
    "no step": "RRULE:FREQ=DAILY;INTERVAL=0\r\n",
    "far": "RRULE:FREQ=YEARLY;UNTIL=99991231T235959\r\n",
    "alarms": "BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nREPEAT:2147483647\r\nDURATION:PT1S\r\nEND:VALARM\r\n" * 8_000,
    "overrides": "RRULE:FREQ=DAILY\r\n"
    + "".join(
        f"END:VEVENT\r\nBEGIN:VEVENT\r\nUID:bomb\r\nDTSTART:20261001T090000\r\nRECURRENCE-ID:{_moment(number)}\r\n"
        for number in range(7_000)
    ),
    "many events": "".join(
        "END:VEVENT\r\nBEGIN:VEVENT\r\nUID:bomb\r\nDTSTART:20261001T090000\r\nORGANIZER:mailto:cy@example.net\r\n"
        f"ATTENDEE:mailto:ann@example.com\r\nRECURRENCE-ID:{_moment(number)}\r\n"
        for number in range(4_000)
    ),
    "nested": "BEGIN:VEVENT\r\n" * 20_000,
    "a long text": f"DESCRIPTION:{'x' * 950_000}\r\n",
    "a zone in a loop": "DTSTART;TZID=A:20261001T090000\r\nRRULE:FREQ=DAILY\r\n",
}


@pytest.fixture
def ann(harness: Harness) -> Desk:
    return Desk(harness, harness.user("ann"))


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_delivered_as_mail_and_the_next_invitation_is_taken(ann: Desk, name: str) -> None:
    comes(ann, (_HEAD + BOMBS[name] + _TAIL).encode())
    assert len(ann.find()) <= 100
    good = event(uid="good", organizerCalendarAddress=CY, participants={"a": person(ANN), "c": person(CY, "owner")})
    comes(ann, letter(Method.REQUEST, good))
    assert len(ann.find({"uid": "good"})) == 1


@pytest.mark.parametrize("evil", EVIL, ids=ascii)
def test_no_text_of_an_event_becomes_a_field_of_mail(ann: Desk, evil: str) -> None:
    text = f"x{evil}Bcc: eve@example.net"
    made = invite(ann, person(CY, name=text), title=text, locations={"l": {"@type": "Location", "name": text}})
    if "id" not in made:
        assert made["type"] == "invalidProperties"
        return
    ((to, octets),) = waiting(ann)
    assert to == ["cy@example.net"]
    names = sorted(header.name for header in parse(octets).headers)
    assert names == ["Content-Type", "Date", "From", "MIME-Version", "Message-ID", "References", "Subject", "To"]


@pytest.mark.parametrize(
    "address",
    [
        "mailto:cy@example.net%0D%0ABcc:eve@example.net",
        "mailto:cy@example.net%0Aeve@example.net",
        "mailto:cy@example.net,eve@example.net",
        "mailto:cy@example.net%3E%20SIZE=1",
        "mailto:%22cy@example.net",
        "mailto:",
        "mailto:cy",
        "https://example.net/cy",
    ],
)
def test_what_is_no_mail_address_is_refused_whole(ann: Desk, address: str) -> None:
    refused = invite(ann, person(address))
    assert refused["type"] == "noSupportedScheduleMethods"
    assert (ann.find(), waiting(ann)) == ([], [])


def test_a_crowd_costs_one_refusal(ann: Desk) -> None:
    crowd = [{"calendarAddress": f"mailto:p{number}@e.example"} for number in range(10_000)]
    refused = invite(ann, *crowd)
    assert refused["type"] == "tooManyRecipients"
    assert len(str(refused)) < 1_000
    assert waiting(ann) == []


def test_copies_that_differ_for_each_of_a_crowd_are_refused(ann: Desk) -> None:
    crowd = [person(f"mailto:p{number}@e.example") for number in range(900)]
    refused = invite(ann, *crowd, hideAttendees=True, description="x" * 300_000)
    assert refused["type"] == "tooLarge"
    assert waiting(ann) == []


def test_an_attachment_copied_for_each_of_a_crowd_is_refused(ann: Desk) -> None:
    crowd = [person(f"mailto:p{number}@e.example") for number in range(200)]
    link = {"@type": "Link", "blobId": ann.upload(b"x" * 5_000_000), "rel": "enclosure", "contentType": "text/plain"}
    assert invite(ann, *crowd, links={"l": link}, hideAttendees=True)["type"] == "rateLimit"
    assert waiting(ann) == []
    assert "id" in invite(ann, *crowd, links={"l": link})


@pytest.mark.parametrize("method", list(Method))
def test_robots_that_talk_to_each_other_fall_silent(ann: Desk, method: Method) -> None:
    invite(ann, person(CY))
    sent = len(waiting(ann))
    theirs: dict[str, Any] = {"participants": {"x": person(CY, status="accepted")}, "updated": LATER}
    for number in range(3):
        robot = event(**theirs, sequence=number)
        comes(ann, letter(method, robot, fields=(proof(), "Auto-Submitted: auto-replied")))
    assert len(waiting(ann)) == sent
