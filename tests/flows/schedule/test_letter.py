"""The mail that carries an invitation: parts, threads, and that no text gets out of its place (RFC 6047)."""

from typing import Any

import pytest
from tests.flows.schedule.party import ANN, BOB, CY, event, person
from tests.harness import NOW

from angarium.flows.schedule.letter import Letter, write
from angarium.flows.schedule.message import Message, Method
from angarium.formats import imip
from angarium.formats.message import decode_body, envelope, parse

EVIL = "Party\r\nBcc: eve@example.net\r\n\r\n<b>\u2028x\x00\x85"


def letter(method: Method = Method.REQUEST, name: str | None = "Ann", is_new: bool = True, **properties: Any) -> bytes:
    message = Message(method, (event(**properties),), ANN, (CY,), is_new)
    return write(message, Letter(name, "ann@example.com", ["cy@example.net"], "token"), {}, NOW)


def test_people_and_programs_find_what_they_read() -> None:
    octets = letter(locations={"x": {"@type": "Location", "name": "Hall"}}, description="With cake.\nAnd tea.")
    message = parse(octets)
    assert message.structure.type == "multipart/mixed"
    alternative, file = message.structure.sub_parts
    text, calendar = alternative.sub_parts
    assert (alternative.type, text.type, calendar.type) == ("multipart/alternative", "text/plain", "text/calendar")
    assert (file.type, file.disposition, file.name) == ("application/ics", "attachment", "invite.ics")
    assert decode_body(octets, file) == decode_body(octets, calendar)
    assert decode_body(octets, text).decode().splitlines() == [
        "Ann invites you to “Party”.",
        "",
        "When: Thursday, 1 October 2026, 09:00 (Europe/Vienna), again and again",
        "Where: Hall",
        "",
        "With cake.",
        "And tea.",
    ]
    said = envelope(message.headers)
    assert (said.subject, said.from_, said.to) == (
        "Invitation: Party",
        [{"name": "Ann", "email": "ann@example.com"}],
        [{"name": None, "email": "cy@example.net"}],
    )
    assert said.message_id == ["token@example.com"]


def test_a_long_paragraph_is_read_to_its_end() -> None:
    octets = letter(description="word " * 200 + "\x1bend")
    message = parse(octets)
    text = message.structure.sub_parts[0].sub_parts[0]
    assert decode_body(octets, text).decode().rstrip().endswith("word  end")


def test_what_is_written_is_read_again() -> None:
    octets = letter()
    found = imip.read(octets, parse(octets))
    assert found is not None
    assert (found.method, found.events[0]["title"], found.events[0]["uid"]) == ("request", "Party", "party@example.com")


def test_who_attends_is_required_where_nothing_else_is_said() -> None:
    people = {"ann": person(ANN, "owner", "attendee"), "bob": person(BOB), "cy": person(CY, "optional", "attendee")}
    overrides = {"2026-10-08T09:00:00": {"participants/dee": person("mailto:dee@example.com")}}
    octets = letter(participants=people, recurrenceOverrides=overrides)
    found = imip.read(octets, parse(octets))
    assert found is not None
    there: Any = found.events[0]["participants"]
    assert [set(each["roles"]) for each in there.values()] == [{"owner", "required"}, {"required"}, {"optional"}]
    assert octets.count(b"ROLE=REQ-PARTICIPANT") >= 5


@pytest.mark.parametrize(
    ("method", "is_new", "people", "subject"),
    [
        (Method.REQUEST, False, {}, "Updated invitation: Party"),
        (Method.CANCEL, False, {}, "Cancelled: Party"),
        (Method.REPLY, False, {"b": person(BOB, status="tentative")}, "Tentatively accepted: Party"),
        (Method.DECLINECOUNTER, False, {}, "Proposal declined: Party"),
    ],
)
def test_the_subject_tells_what_it_is(method: Method, is_new: bool, people: Any, subject: str) -> None:
    assert envelope(parse(letter(method, is_new=is_new, participants=people)).headers).subject == subject


def test_all_mail_about_one_event_is_one_thread() -> None:
    first, change, other = (
        envelope(parse(octets).headers) for octets in (letter(), letter(is_new=False), letter(uid="b"))
    )
    reply = envelope(parse(letter(Method.REPLY, participants={"b": person(BOB, status="accepted")})).headers)
    assert first.references == change.references == reply.references == reply.in_reply_to
    assert first.references != other.references


def test_no_text_gets_out_of_its_place() -> None:
    fields: dict[str, Any] = {
        "title": EVIL,
        "description": EVIL,
        "locations": {"x": {"@type": "Location", "name": EVIL}},
    }
    people = {"ann": person(ANN, name=EVIL), "cy": person(CY, name=EVIL)}
    octets = letter(name=EVIL, participants=people, **fields)
    message = parse(octets)
    names = sorted(header.name for header in message.headers)
    assert names == ["Content-Type", "Date", "From", "MIME-Version", "Message-ID", "References", "Subject", "To"]
    found = imip.read(octets, message)
    assert found is not None
    assert len(found.events) == 1
    assert found.method == "request"
    assert set(found.events[0]) <= {*event(), "locations", "description", "prodId"}
