"""The calendar in a message is found, judged and taken as its sender wrote it (RFC 6047)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats import imip
from angarium.formats.imip import Invitation
from angarium.formats.jscalendar import check
from angarium.formats.message import Draft, DraftHeader, build, parse
from angarium.formats.message.dates import parse_rfc3339

EVENT = "BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART:20261001T090000\r\n{more}END:VEVENT\r\n"


def message(body: str, declared: str = "text/calendar; method=REQUEST") -> bytes:
    return f"From: cy@example.net\r\nContent-Type: {declared}\r\n\r\n{body}".encode()


def calendar(*events: str, method: str = "METHOD:REQUEST\r\n") -> str:
    return f"BEGIN:VCALENDAR\r\n{method}{''.join(events)}END:VCALENDAR\r\n"


def event(uid: str = "a", more: str = "") -> str:
    return EVENT.format(uid=uid, more=more)


def read(octets: bytes) -> Invitation | None:
    return imip.read(octets, parse(octets))


def test_the_first_calendar_with_a_method_is_taken() -> None:
    parts = "".join(
        f"--x\r\nContent-Type: text/{kind}\r\n\r\n{content}\r\n"
        for kind, content in (
            ("plain", "see below"),
            ("calendar", calendar(event("no method"), method="")),
            ("calendar", calendar(event("first"))),
            ("calendar", calendar(event("second"))),
        )
    )
    found = read(message(f"{parts}--x--\r\n", "multipart/mixed; boundary=x"))
    assert found is not None
    assert [each["uid"] for each in found.events] == ["first"]


def test_one_message_is_about_one_uid() -> None:
    found = read(message(calendar(event("a"), event("b"), event("a", "RECURRENCE-ID:20261002T090000\r\n"))))
    assert found is not None
    assert {each["uid"] for each in found.events} == {"a"}


def test_a_method_is_in_lower_case_and_a_comment_is_told() -> None:
    found = read(message(calendar(event(more="COMMENT:Bring cake\\, please\r\n"), method="METHOD:Cancel\r\n")))
    assert found is not None
    assert (found.method, found.comment) == ("cancel", "Bring cake, please")


@pytest.mark.parametrize(
    "octets",
    [
        b"From: cy@example.net\r\n\r\nhello",
        message(calendar(event(), method="")),
        message(calendar()),
        message(calendar("BEGIN:VTODO\r\nUID:a\r\nEND:VTODO\r\n")),
        message(calendar("BEGIN:VEVENT\r\nDTSTART:20261001T090000\r\nEND:VEVENT\r\n")),
        message(calendar(event()), "text/plain"),
        message(calendar(event(more=f"DESCRIPTION:{'x' * 1_000_000}\r\n"))),
        message("garbage"),
        message(""),
    ],
    ids=["no calendar", "no method", "no event", "a task", "no uid", "text", "too large", "garbage", "empty"],
)
def test_what_is_no_invitation_is_none(octets: bytes) -> None:
    assert read(octets) is None


LINES = (
    *("ATTENDEE:mailto:a@b", "RRULE:FREQ=DAILY", "RDATE:x", "END:VEVENT", "BEGIN:VALARM", "ORGANIZER:mailto:"),
    *('JSPROP;JSPTR="links":{"a":{"blobId":"x"}}', "SEQUENCE:-1", "RECURRENCE-ID:20261001T090000"),
    *("DTSTAMP:20260921T141320Z", "STATUS:CANCELLED"),
)


@given(st.lists(st.sampled_from(LINES)))
def test_what_is_taken_is_valid_whatever_comes(lines: list[str]) -> None:
    found = read(message(calendar(event(more="".join(f"{line}\r\n" for line in lines)))))
    for each in found.events if found else ():
        assert check(each) == []
        assert "blobId" not in str({name: value for name, value in each.items() if name != "iCalendar"})


def test_attachments_travel_inside_and_what_is_not_there_is_left_out() -> None:
    links: dict[str, Any] = {
        name: {"@type": "Link", "blobId": f"b{name}", "rel": "enclosure", "contentType": "text/plain"}
        for name in ("here", "gone")
    }
    given: dict[str, Any] = {"@type": "Event", "uid": "a", "start": "2026-10-01T09:00:00", "links": links}
    body = imip.body("text", "request", [given], {"bhere": b"cake"})
    date = parse_rfc3339("2026-09-21T14:13:20Z")
    assert date is not None
    headers = (DraftHeader("From", "Addresses", [{"name": None, "email": "a@b.example"}]),)
    found = read(build(Draft(headers, body), message_id="x@y", date=date))
    assert found is not None
    kept: Any = found.events[0]["links"]
    assert [each["href"] for each in kept.values()] == ["data:text/plain;base64,Y2FrZQ=="]
