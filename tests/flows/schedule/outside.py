"""The mail of somebody elsewhere, as programs for calendars write it, and how it comes to a user here."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from tests.datatypes.calendars.desk import Desk
from tests.harness import DOMAINS, NOW

from angarium.datatypes.submission import Sending
from angarium.flows.deliver import Delivered, Pipeline, arrival, deliver
from angarium.flows.schedule import Reception, Sender
from angarium.flows.schedule.message import Method
from angarium.formats import imip
from angarium.formats.message import Draft, DraftHeader, build, with_return_path

SERVER = "mx.example.com"
NUMBERS = count(1)
SENDER = Sender(Sending(DOMAINS, relay=True), lambda: f"token{next(NUMBERS)}")
PIPELINE = Pipeline(DOMAINS, (Reception(SENDER, (SERVER,)),))


def proof(domain: str = "example.net") -> str:
    """What the mail transfer agent says of a sender that it has verified."""
    return f"Authentication-Results: {SERVER}; dmarc=pass header.from={domain}"


def letter(method: Method, *events: Any, sender: str = "cy@example.net", fields: tuple[str, ...] = ()) -> bytes:
    """A message from outside, with more fields before its own."""
    headers = (
        DraftHeader("From", "Addresses", [{"name": "Cy", "email": sender}]),
        DraftHeader("To", "Addresses", [{"name": None, "email": "ann@example.com"}]),
        DraftHeader("Subject", "Text", "Party"),
    )
    body = imip.body("See the calendar.", method, events, {})
    octets = build(Draft(headers, body), message_id=f"{next(NUMBERS)}@example.net", date=datetime.fromtimestamp(0, UTC))
    return "".join(f"{field}\r\n" for field in fields).encode() + octets


def plain(method: str, *lines: str) -> bytes:
    """A verified message with a VEVENT of these lines and no more than every one has, as RFC 5546 allows."""
    number = next(NUMBERS)
    told = [
        *(proof(), "From: Cy <cy@example.net>", "To: ann@example.com", f"Message-ID: <{number}@example.net>"),
        *(f"Content-Type: text/calendar; charset=utf-8; method={method}", ""),
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Cy//EN", f"METHOD:{method}", "BEGIN:VEVENT"),
        *("UID:party@example.com", f"DTSTAMP:20260922T08{number % 60:02}00Z", *lines, "END:VEVENT", "END:VCALENDAR"),
    ]
    return "".join(f"{line}\r\n" for line in told).encode()


def comes(desk: Desk, octets: bytes, to: str = "ann@example.com", is_from_here: bool = False) -> Delivered:
    """Deliver it."""
    stage = desk.harness.store.stage()
    stage.write(with_return_path(octets, "cy@example.net"))
    arrived = replace(arrival("cy@example.net", stage.finish(), NOW), is_from_here=is_from_here)
    outcome = desk.harness.store.write(lambda transaction: deliver(transaction, PIPELINE, arrived, to)).result()
    assert isinstance(outcome, Delivered)
    return outcome
